"""Our HTTP side: Slack's deliveries in HTTP mode, and whether we are alive, ready and how we do.

Bodies are bounded and never logged. ``/healthz`` says only that the process runs; ``/readyz`` tells
the truth about what a result needs; ``/metrics`` speaks Prometheus.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.http import HttpProcessingError
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.log import get_logger
from bot.slack.signature import refusal
from bot.witness import Witness

log = get_logger(__name__)

BODY_BYTES = 1024 * 1024
BODY_WITHIN_S = 5.0
"""Slack itself waits for 3 seconds; whoever sends a byte now and then would keep a connection for ever."""
UNREADABLE = "body is not readable"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `/readyz` answers: every part with "ok" or what is wrong with it, in plain words."""

    parts: dict[str, str]

    @property
    def ready(self) -> bool:
        return all(state == "ok" for state in self.parts.values())


@dataclass(frozen=True)
class Web:
    """The three questions and, in HTTP mode, Slack's door."""

    readiness: Callable[[], Awaitable[Readiness]]
    metrics: CollectorRegistry
    measure: Callable[[], Awaitable[None]]
    door: Door | None = None

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen; yields the port. Closed at the end, after running requests have answered."""
        app = web.Application(client_max_size=BODY_BYTES)
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        if self.door is not None:
            app.router.add_post("/slack/events", self.door.deliver)
        # Slack packs nothing, so nothing is unpacked: what is small on the way stays small.
        runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=5.0, auto_decompress=False
        )
        await runner.setup()
        site = web.TCPSite(runner, host, port, reuse_address=True)
        try:
            await site.start()
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _ready(self, _: web.Request) -> web.Response:
        readiness = await self.readiness()
        return web.json_response(
            {"ready": readiness.ready, **readiness.parts}, status=200 if readiness.ready else 503
        )

    async def _metrics(self, _: web.Request) -> web.Response:
        await self.measure()
        return web.Response(body=generate_latest(self.metrics), headers={"content-type": CONTENT_TYPE_LATEST})


@dataclass(frozen=True)
class Door:
    """Where Slack's deliveries come in, in HTTP mode.

    Attributes:
        bolt: Where signed deliveries go.
        taking: Whether new deliveries are taken; false once we stop.
        body_within_s: How long a body may take to arrive.
    """

    bolt: AsyncApp
    signing_secret: SecretStr
    taking: Callable[[], bool]
    witness: Witness = field(default_factory=Witness)
    body_within_s: float = BODY_WITHIN_S

    async def deliver(self, request: web.Request) -> web.Response:
        """Read within bounds, verify, dispatch. What is refused is logged by its reason alone."""
        if not self.taking():
            return web.Response(status=503)
        body = await self._body(request)
        if isinstance(body, web.Response):
            return body
        timestamp = request.headers.get("X-Slack-Request-Timestamp")
        signature = request.headers.get("X-Slack-Signature")
        why = refusal(self.signing_secret, timestamp, signature, body)
        if why is not None:
            return self._refused(why, 401)
        began = time.monotonic()
        way = _way(body)
        with self.witness.span("delivery", way=way):
            answer = await self._dispatched(body, request)
        self.witness.delivered(way, time.monotonic() - began)
        return answer

    async def _body(self, request: web.Request) -> bytes | web.Response:
        """The whole body, or the refusal of one that is too long, too slow or broken off."""
        try:
            async with asyncio.timeout(self.body_within_s):
                return await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._refused("body over 1 MiB", 413)
        except TimeoutError:
            return self._refused(UNREADABLE, 408)
        except (HttpProcessingError, web.RequestPayloadError, OSError):
            return self._refused(UNREADABLE, 400)

    def _refused(self, why: str, status: int) -> web.Response:
        log.warning("delivery_refused", why=why)
        self.witness.refused(why)
        return web.Response(status=status)

    async def _dispatched(self, body: bytes, request: web.Request) -> web.Response:
        headers: dict[str, str | Sequence[str]] = {n.lower(): [v] for n, v in request.headers.items()}
        try:
            delivery = AsyncBoltRequest(body=body.decode("utf-8"), headers=headers)
            return _as_http(await self.bolt.async_dispatch(delivery))
        except Exception as error:  # noqa: BLE001 - Bolt reads a payload of no known shape by raising anything
            log.info("delivery_not_understood", error=type(error).__name__)
            return self._refused(UNREADABLE, 400)


def _way(body: bytes) -> str:
    """Events are JSON; of forms only those of interactions have a payload (Slack's documents)."""
    if body.startswith(b"{"):
        return "events_api"
    return "interactive" if body.startswith(b"payload=") else "slash_commands"


def _as_http(answer: BoltResponse) -> web.Response:
    content_type = answer.first_headers_without_set_cookie().get("content-type", "text/plain")
    return web.Response(
        status=answer.status, body=(answer.body or "").encode(), headers={"content-type": content_type}
    )

"""Socket Mode: two connections, and a watchdog for the bug that leaves a socket deaf.

Measured with slack_sdk 3.47: if a handshake fails until the one-shot address is stale, the client
tries that dead address for ever; setting ``wss_uri`` to None makes it ask for a new one. While one
connection is refreshed the other one listens, for the client closes the old before it opens the new.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.log import get_logger
from bot.witness import Witness

log = get_logger(__name__)

CONNECTIONS = 2
LOOK_EVERY_S = 5.0
DEAF_AFTER_S = 20.0
GIVE_UP_AFTER_S = 600.0
HANDSHAKE_S = 15.0


class Sockets:
    """The connections of one process. `unreachable` is set when none has worked for ten minutes."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        connections: int = CONNECTIONS,
        ping_interval_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        witness: Witness | None = None,
    ) -> None:
        told = witness or Witness()
        self._handlers = [_Handler(app, app_token, ping_interval_s, told) for _ in range(connections)]
        self._clock = clock
        self._down_since: dict[int, float] = {}
        self._none_since: float | None = None
        self._watch: asyncio.Task[None] | None = None
        self._connecting: list[asyncio.Task[None]] = []
        self.unreachable = asyncio.Event()
        self.healed = 0

    async def open(self, stagger_s: float = 0.0) -> None:
        """Connect the first, the others each *stagger_s* later, and keep watch.

        Returns once the first is connected, or Slack was out of reach for too long: slack_sdk itself
        tries for ever.
        """
        self._watch = asyncio.create_task(self._watching(), name="socket watchdog")
        for place, handler in enumerate(self._handlers):
            self._connecting.append(asyncio.create_task(_connected_later(handler, stagger_s * place)))
        given_up = asyncio.create_task(self.unreachable.wait())
        await asyncio.wait({self._connecting[0], given_up}, return_when=asyncio.FIRST_COMPLETED)
        given_up.cancel()

    async def connected(self) -> int:
        """How many connections work at this moment."""
        working = [await handler.client.is_connected() for handler in self._handlers]
        return sum(working)

    def stop_taking(self) -> None:
        """Take no new deliveries; Slack gives them to another replica or tries again."""
        for handler in self._handlers:
            handler.taking = False

    async def close(self) -> None:
        tasks = [*self._connecting, *([self._watch] if self._watch else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for handler in self._handlers:
            await handler.close()

    async def _watching(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """One round of the watchdog: heal what has been deaf for too long."""
        now = self._clock()
        working = 0
        for place, handler in enumerate(self._handlers):
            if await handler.client.is_connected():
                working += 1
                self._down_since.pop(place, None)
            elif now - self._down_since.setdefault(place, now) >= DEAF_AFTER_S:
                self._heal(place, handler, now)
        self._judge(working, now)

    def _heal(self, place: int, handler: _Handler, now: float) -> None:
        log.warning("socket_deaf", place=place)
        handler.client.wss_uri = None
        self._down_since[place] = now
        self.healed += 1

    def _judge(self, working: int, now: float) -> None:
        if working:
            self._none_since = None
            return
        if self._none_since is None:
            self._none_since = now
        if now - self._none_since >= GIVE_UP_AFTER_S:
            log.error("slack_unreachable", for_s=round(now - self._none_since))
            self.unreachable.set()


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler, which can stop taking."""

    taking = True

    def __init__(self, app: AsyncApp, app_token: str, ping_interval_s: float, witness: Witness) -> None:
        super().__init__(app, app_token, ping_interval=ping_interval_s)
        self._witness = witness
        self._unbounded = self.client.aiohttp_client_session
        # A handshake that is never answered would hold the client for aiohttp's usual five minutes.
        self.client.aiohttp_client_session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=HANDSHAKE_S)
        )

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        if self.taking:
            began = time.monotonic()
            with self._witness.span("delivery", way=req.type):
                await super().handle(client, req)
            self._witness.delivered(req.type, time.monotonic() - began)

    async def connect(self) -> None:
        """Returns once connected; slack_sdk tries until it is."""
        await self.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk has no types here

    async def close(self) -> None:
        """Close without raising: a connection that is gone already is closed enough."""
        try:
            await self.client.close()  # type: ignore[no-untyped-call]  # slack_sdk has no types here
        except (TimeoutError, OSError, RuntimeError) as error:
            log.info("socket_close_failed", error=type(error).__name__)
        await self._unbounded.close()
        # The client cancels its tasks without waiting for them to end.
        tasks = [
            self.client.message_receiver,
            self.client.message_processor,
            self.client.current_session_monitor,
        ]
        await asyncio.gather(*(t for t in tasks if t is not None), return_exceptions=True)


async def _connected_later(handler: _Handler, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    await handler.connect()

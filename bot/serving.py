"""Running: connected to Slack, until told to stop; then take no more, finish, close.

A kill instead of a stop loses nothing either: what was promised is in the database.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from bot.app import USUAL_TEMPO, App, Tempo, assembled
from bot.log import get_logger
from bot.readiness import readiness
from bot.settings import Settings
from bot.slack.sockets import Sockets
from bot.slack.web import Door, Web

log = get_logger(__name__)

DRAIN_S = 20.0
STAGGER_S = 5.0
EXIT_OK, EXIT_UNREACHABLE = 0, 3


@dataclass
class Running:
    """A running keydesk, for whoever waits for its end.

    Attributes:
        port: Where health, and in HTTP mode Slack's deliveries, are answered.
        sockets: None in HTTP mode.
    """

    app: App
    port: int
    sockets: Sockets | None
    taking: bool = True

    async def stopped(self) -> None:
        """Take no more; let listeners answer, work end and messages go out, for up to 20 s."""
        self.taking = False
        if self.sockets is not None:
            self.sockets.stop_taking()
        await self.app.kit.underway.drained(self.app.tempo.farewell_s)
        left = await self.app.engine.drain(DRAIN_S)
        sent = await self.app.outbox.drained(self.app.tempo.farewell_s)
        log.info("drained", work_left=left, all_said=sent)


@asynccontextmanager
async def running(settings: Settings, tempo: Tempo = USUAL_TEMPO) -> AsyncIterator[Running]:
    """Assemble, connect, listen. Drains and closes at the end.

    Raises:
        CannotStart, SettingsError, StorageUnavailable, OSError: what is wrong with the start.
    """
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(assembled(settings, tempo))
        sockets = _sockets(app)
        run = Running(app, 0, sockets)
        web = _web(run)
        run.port = await stack.enter_async_context(web.serving(settings.http_host, settings.http_port))
        if sockets is not None:
            stack.push_async_callback(sockets.close)
            await sockets.open(STAGGER_S)
        stack.push_async_callback(run.stopped)
        log.info("started", mode=settings.slack_mode, port=run.port)
        yield run


def _sockets(app: App) -> Sockets | None:
    token = app.settings.slack_app_token
    if app.settings.slack_mode != "socket" or token is None:
        return None
    return Sockets(app.edge.app, token.get_secret_value())


def _web(run: Running) -> Web:
    async def measured() -> None:
        """Nothing to read from the database yet."""

    return Web(
        readiness=lambda: readiness(run.app, run.sockets),
        metrics=CollectorRegistry(),
        measure=measured,
        door=_door(run),
    )


def _door(run: Running) -> Door | None:
    settings = run.app.settings
    if settings.slack_mode != "http" or settings.slack_signing_secret is None:
        return None
    return Door(run.app.edge.app, settings.slack_signing_secret, lambda: run.taking)


async def serve(
    settings: Settings,
    ready: Callable[[Running], None] = lambda run: None,
    tempo: Tempo = USUAL_TEMPO,
) -> int:
    """Run until SIGTERM or SIGINT. The exit code: 0, or 3 where Slack stayed out of reach."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    async with running(settings, tempo) as run:
        ready(run)
        waits = [asyncio.create_task(stop.wait())]
        if run.sockets is not None:
            waits.append(asyncio.create_task(run.sockets.unreachable.wait()))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        unreachable = run.sockets is not None and run.sockets.unreachable.is_set()
    return EXIT_UNREACHABLE if unreachable and not stop.is_set() else EXIT_OK

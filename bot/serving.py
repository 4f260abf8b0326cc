"""Running: connected to Slack, until told to stop; then take no more, finish, close.

A kill instead of a stop loses nothing either: what was promised is in the database.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from bot.app import App, assembled
from bot.leaving import LastResort
from bot.log import get_logger
from bot.measuring import Counts, Measures
from bot.readiness import readiness
from bot.settings import Settings
from bot.slack.sockets import Sockets
from bot.slack.web import Door, Web
from bot.tempo import USUAL_TEMPO, Tempo
from bot.tracing import tracing_by_environment

log = get_logger(__name__)

STAGGER_S = 5.0
CLOSE_S = 5.0
"""To close what the drain has left. What hangs beyond that is left as a kill would leave it."""
EXIT_OK, EXIT_UNREACHABLE = 0, 3


@dataclass
class Running:
    """A running keydesk, for whoever waits for its end.

    Attributes:
        port: Where health, and in HTTP mode Slack's deliveries, are answered.
        sockets: None in HTTP mode.
        hurry: Set when a stop is to wait for nothing any more.
    """

    app: App
    port: int
    sockets: Sockets | None
    taking: bool = True
    hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def stopped(self) -> None:
        """Take no more; let listeners answer, work end and messages go out, for up to 20 s."""
        self.taking = False
        if self.sockets is not None:
            self.sockets.stop_taking()
        if await _first(self._drained(), self.hurry.wait()) == 1:
            # What is cut off here is in the database, and the next start takes it up.
            log.info("not_drained", why="told to stop a second time")
            await self.app.outbox.close(0)

    async def unreachable(self) -> None:
        """Returns when Slack has been out of reach for ten minutes."""
        waits: list[Awaitable[object]] = [self.app.contact.unreachable.wait()]
        if self.sockets is not None:
            waits.append(self.sockets.unreachable.wait())
        await _first(*waits)

    async def _drained(self) -> None:
        tempo = self.app.tempo
        await self.app.kit.underway.drained(tempo.farewell_s)
        left = await self.app.engine.drain(tempo.drain_s)
        sent = await self.app.outbox.drained(tempo.farewell_s)
        log.info("drained", work_left=left, all_said=sent)


@asynccontextmanager
async def running(
    settings: Settings, tempo: Tempo = USUAL_TEMPO, hurry: asyncio.Event | None = None
) -> AsyncIterator[Running]:
    """Assemble, connect, listen. Drains and closes at the end.

    Raises:
        CannotStart, SettingsError, StorageUnavailable, OSError: what is wrong with the start.
    """
    async with AsyncExitStack() as stack:
        registry, tracing = CollectorRegistry(), tracing_by_environment()
        if tracing is not None:
            stack.push_async_callback(tracing.close)
        app = await stack.enter_async_context(assembled(settings, tempo, Counts(registry, tracing)))
        sockets = _sockets(app)
        run = Running(app, 0, sockets, hurry=hurry or asyncio.Event())
        web = _web(run, registry)
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
    return Sockets(app.edge.app, token.get_secret_value(), witness=app.witness)


def _web(run: Running, registry: CollectorRegistry) -> Web:
    return Web(
        readiness=lambda: readiness(run.app, run.sockets, taking=run.taking),
        metrics=registry,
        measure=Measures(registry, run.app, run.sockets).measure,
        door=_door(run),
    )


def _door(run: Running) -> Door | None:
    settings = run.app.settings
    if settings.slack_mode != "http" or settings.slack_signing_secret is None:
        return None
    return Door(run.app.edge.app, settings.slack_signing_secret, lambda: run.taking, witness=run.app.witness)


@dataclass(frozen=True)
class Told:
    """What signals have told us: once to stop, twice to hurry."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)

    def again(self) -> None:
        (self.hurry if self.stop.is_set() else self.stop).set()

    @classmethod
    @contextmanager
    def by_signals(cls) -> Iterator[Told]:
        """SIGTERM and SIGINT, until the end of the block."""
        told, loop = cls(), asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, told.again)
        try:
            yield told
        finally:
            for signum in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(signum)


async def serve(
    settings: Settings,
    ready: Callable[[Running], None] = lambda run: None,
    tempo: Tempo = USUAL_TEMPO,
) -> int:
    """Run until SIGTERM or SIGINT, a second of which waits for nothing.

    Returns:
        The exit code: 0, or 3 where Slack stayed out of reach, so that a supervisor can act.
    """
    with Told.by_signals() as told, LastResort() as last_resort:
        async with AsyncExitStack() as stack:
            start = asyncio.ensure_future(stack.enter_async_context(running(settings, tempo, told.hurry)))
            if await _first(_left_alone(start), told.stop.wait()) == 1 and not start.done():
                last_resort.after(CLOSE_S, EXIT_OK)
                await _given_up(start)
                return EXIT_OK
            run = start.result()
            stack.enter_context(what_is_made_stays())
            ready(run)
            ended = await _first(told.stop.wait(), run.unreachable())
            code = EXIT_OK if ended == 0 else EXIT_UNREACHABLE
            last_resort.after(2 * tempo.farewell_s + tempo.drain_s + CLOSE_S, code)
    return code


@contextmanager
def what_is_made_stays() -> Iterator[None]:
    """Whatever the start has made lives as long as the process, so the collector need not walk through it.

    Each walk through all of it holds up everybody for 0.1 s (measured), every few hundred deliveries.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _given_up(start: asyncio.Future[Running]) -> None:
    """Told to stop during the start: undo what was done of it."""
    log.info("start_given_up")
    start.cancel()
    await asyncio.gather(start, return_exceptions=True)


async def _left_alone(start: asyncio.Future[Running]) -> None:
    await asyncio.wait({start})


async def _first(*waits: Awaitable[object]) -> int:
    """The place of what ends first; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(place for place, task in enumerate(tasks) if task.done())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""The durable engine: work that is begun once over all replicas, and ended whatever dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import URL

from bot.columns import now
from bot.engine.ledger import SCHEDULE, Ledger
from bot.engine.loops import Loops, Pulse
from bot.engine.plain_json import code_of
from bot.engine.steps import OnFailure, Steps, Workflow
from bot.engine.transact import Transact, TransactSteps
from bot.engine.work import RUNNING, work_id
from bot.log import get_logger

log = get_logger(__name__)

LOOK_FOR_PERIODS_S = 20.0
REMEMBERED = 10_000
"""Work that a sweep names every second until it is done costs nothing after the first time."""


class Engine(Ledger):
    """Register work, launch, start it by the id of its subject, drain.

    One engine can be launched at a time in a process.
    """

    def __init__(self, transact: Transact) -> None:
        super().__init__(transact)
        self._running: dict[asyncio.Future[Any], str] = {}
        self._tell: dict[str, Any] = {}
        self._loops = Loops()
        self._ready = asyncio.Event()
        self._draining = False
        self._begun = _Lately(REMEMBERED)
        self._dropped: set[str] = set()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str | URL, *, executor_id: str, application_version: str, migrate: bool = True
    ) -> AsyncIterator[Engine]:
        """An engine that is not yet launched; closed at the end whatever it then runs.

        Args:
            url: Of the engine's database: an SQLite file of its own, or PostgreSQL (schema `dbos`).
            executor_id: Of this process alone; two living ones with the same id steal from each other.
            application_version: Pinned by us: work of another version is never taken up.
            migrate: Whether `launch` may create and change the engine's tables.
        """
        engine = cls(
            Transact(url, executor_id=executor_id, application_version=application_version, migrate=migrate)
        )
        try:
            yield engine
        finally:
            await engine.close()

    @property
    def executor_id(self) -> str:
        return self._transact.executor_id

    @property
    def pulses(self) -> Mapping[str, Pulse]:
        """How each loop is doing, by its name."""
        return self._loops.pulses

    def workflow(self, name: str, fn: Workflow) -> None:
        """Register a kind of work under a name that is never changed. Only before `launch`.

        Raises:
            ValueError: the name is taken, or the engine is launched.
        """
        if name in self._work or self._ready.is_set():
            raise ValueError(f"the work {name} is registered already, or too late")
        self._work[name] = fn

    def on_failure(self, told: OnFailure, *, attempts: int = 10, interval_s: float = 1.0) -> None:
        """Call *told* (name, subject, code) when a piece of work cannot go on. It may be told again.

        Args:
            attempts: How often it is tried, for some 17 minutes by default; work that nobody could
                be told of is `failed`.
        """
        self._on_failure = told
        self._tell = {"attempts": attempts, "interval_s": interval_s}

    async def launch(self) -> None:
        """Start the engine on this loop; at once it takes up what others have left in its queue."""
        workflows = {name: self._guarded(name, fn) for name, fn in self._work.items()}
        # Before the launch, since what is recovered may begin as soon as this loop runs on.
        self._ready.set()
        try:
            self._transact.launch(workflows)
        except BaseException:
            self._ready.clear()
            raise

    async def start(self, name: str, subject: str) -> bool:
        """See to it that this work is begun, once over all replicas and restarts.

        While the engine's database is away this waits until it is back.

        Returns:
            Whether it was this call that began it.
        """
        if self._draining or self._begun.holds(work_id(name, subject)):
            return False
        await self._ready.wait()
        task = await self._transact.start(name, subject)
        self._begun.add(work_id(name, subject))
        if task is not None:
            self._keep(task, work_id(name, subject))
        return task is not None

    def every(self, name: str, seconds: float, fn: Callable[[], Awaitable[object]]) -> None:
        """Repeat *fn* on this replica, first at once; an exception is logged and the next round comes."""
        self._loops.every(name, seconds, fn)

    def scheduled(self, name: str, fn: Workflow, period: Callable[[datetime], str | None]) -> None:
        """Register work that runs once for each period over all replicas. Only before `launch`.

        Args:
            fn: Told the period as its subject.
            period: The period that a moment belongs to ("2026-11-22"), at most a month long;
                None when nothing is due.
        """
        self.workflow(f"{SCHEDULE}:{name}", fn)
        begun: set[str] = set()

        async def look() -> None:
            due = period(now())
            if due is not None and due not in begun:
                await self.start(f"{SCHEDULE}:{name}", due)
                begun.clear()
                begun.add(due)

        self.every(f"{SCHEDULE}:{name}", LOOK_FOR_PERIODS_S, look)

    async def resume_dropped(self) -> int:
        """Begin anew what this replica began and runs no more, seen so twice in a row.

        To DBOS a task that was cancelled has not ended, and as long as its executor lives nobody takes it up.

        Returns:
            How many pieces of work there were.
        """
        begun = {one.id for one in await self.unfinished(self.executor_id) if one.state == RUNNING}
        seen, self._dropped = self._dropped, begun - set(self._running.values())
        dropped = sorted(seen & self._dropped)
        if dropped and not self._draining:
            log.error("work_dropped", count=len(dropped))
            await self._transact.resume(dropped)
        return len(dropped)

    async def rejoin(self, executor_id: str) -> None:
        """Drop everything that runs here, for others have taken it over, and go on under a new id."""
        await self._stop()
        self._transact.executor_id = executor_id
        await self.launch()

    async def drain(self, timeout_s: float) -> int:
        """Take no more, let running work end for so long, then cut it off.

        Returns:
            How many pieces of work were cut off. They stay unfinished, for the next to take over.
        """
        self._draining = True
        await self._loops.stop()
        running = set(self._running)
        if running and timeout_s > 0:
            await asyncio.wait(running, timeout=timeout_s)
        return await self._cut_off()

    async def close(self) -> None:
        """Stop everything, at once."""
        await self.drain(0)
        await self._stop()

    async def _stop(self) -> None:
        launched = self._ready.is_set()
        self._ready.clear()
        await self._cut_off()
        if launched:
            await self._transact.close()

    async def _cut_off(self) -> int:
        left = [task for task in self._running if not task.done()]
        for task in left:
            task.cancel()
        cut_off = {self._running[task] for task in left}
        await asyncio.gather(*left, return_exceptions=True)
        return len(cut_off)

    def _keep(self, task: asyncio.Future[Any], one_id: str) -> None:
        self._running[task] = one_id
        task.add_done_callback(lambda done: self._running.pop(done, None))

    def _guarded(self, name: str, fn: Workflow) -> Callable[[str], Coroutine[Any, Any, None]]:
        """*fn* with the outer catch: in DBOS an exception that leaves a workflow is its end."""
        steps: Steps = TransactSteps()

        async def run(subject: str) -> None:
            self._keep_this(work_id(name, subject))
            try:
                await fn(subject, steps)
            except Exception as trouble:  # noqa: BLE001 - this is the outer catch
                code = code_of(trouble)
                log.error("work_failed", work=name, subject=subject, code=code)
                await steps.run("on_failure", self._on_failure, name, subject, code, **self._tell)

        return run

    def _keep_this(self, one_id: str) -> None:
        task = asyncio.current_task()
        if task is None or not self._ready.is_set():
            raise asyncio.CancelledError
        self._keep(task, one_id)


class _Lately:
    """The last so many ids."""

    def __init__(self, size: int) -> None:
        self._size, self._ids = size, dict[str, None]()

    def holds(self, one_id: str) -> bool:
        return one_id in self._ids

    def add(self, one_id: str) -> None:
        self._ids[one_id] = None
        if len(self._ids) > self._size:
            del self._ids[next(iter(self._ids))]

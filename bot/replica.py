"""A replica among others: its lease, and what becomes of the work of one that died.

Every process holds a row with an expiry that it renews. Whoever finds an expired row (or sees
that the process is gone) hands the dead one's work back to the living, once: the row is claimed
by one conditional UPDATE. A replica that was frozen finds its own row claimed; what it had begun
is in other hands then, so it drops all of it and comes back under a new id.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Protocol

from sqlmodel import col, delete, or_, select, update

from bot.columns import now
from bot.db import Database, StorageUnavailable
from bot.db_clock import present
from bot.liveness import Identity, is_gone
from bot.log import get_logger
from bot.schema import Replica

log = get_logger(__name__)

TTL_S = 15.0

Moved = Callable[[str], None]
Buried = Callable[[str], Awaitable[None]]


class TakesOver(Protocol):
    """What a replica asks of the durable engine."""

    async def take_over(self, executor_id: str) -> int: ...
    async def executors(self) -> set[str]: ...
    async def rejoin(self, executor_id: str) -> None: ...


class Lease:
    """This process among the replicas.

    Attributes:
        executor_id: Who we are; changes when we were taken for dead.
    """

    def __init__(self, db: Database, ttl_s: float) -> None:
        self._db, self._ttl_s = db, ttl_s
        self.executor_id = Identity.of_this_process().executor_id()
        self._engine: TakesOver | None = None
        self._moved: list[Moved] = []
        self._buried: list[Buried] = []
        self._left: list[str] = []
        self._lost = asyncio.Event()
        self._judges_from = 0.0
        self._renewed = time.monotonic()

    @classmethod
    @asynccontextmanager
    async def held(cls, db: Database, ttl_s: float = TTL_S) -> AsyncIterator[Lease]:
        """Hold a lease, renewed every third of its life, and given up at the end.

        Raises:
            StorageUnavailable: the first row cannot be written.
        """
        lease = cls(db, ttl_s)
        await lease._register()
        # Two tasks, because taking over may last for longer than a lease does.
        tasks = [
            asyncio.create_task(lease._keep(), name="lease"),
            asyncio.create_task(lease._watch_others(), name="lease of others"),
        ]
        try:
            yield lease
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await lease._give_up()

    @property
    def age_s(self) -> float:
        """Seconds since the lease was last renewed; beyond its life we may be taken for dead."""
        return time.monotonic() - self._renewed

    async def watch(self, engine: TakesOver) -> None:
        """From now on hand the work of dead replicas to the living; the first round is over on return."""
        self._engine = engine
        await self._look_round()

    def on_moved(self, told: Moved) -> None:
        """Call *told* with the new id after we had to take one. What goes by the old one is not ours."""
        self._moved.append(told)

    def on_buried(self, told: Buried) -> None:
        """Call *told* with the id of a replica whose process is certainly gone."""
        self._buried.append(told)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._ttl_s / 3)
            await self._attempt(self._stay)

    async def _watch_others(self) -> None:
        while True:
            # Not at the next round: until then we would go on with what is in other hands.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._ttl_s / 3):
                    await self._lost.wait()
            self._lost.clear()
            await self._attempt(self._look_after_others)

    async def _attempt(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except Exception as trouble:  # noqa: BLE001 - the lease goes on whatever happens in a round
            self._judges_from = time.monotonic() + self._ttl_s
            log.error("lease_round_failed", error=type(trouble).__name__)

    async def _stay(self) -> None:
        if not await self._renew():
            await self._come_back()

    async def _look_after_others(self) -> None:
        if self._left:
            await self._leave_behind()
        # While the database was away nobody could renew, so a whole life of leases must pass first.
        if time.monotonic() >= self._judges_from:
            await self._look_round()

    async def _register(self) -> None:
        async with self._db.writing() as session:
            at = await present(session)
            expires = at + timedelta(seconds=self._ttl_s)
            session.add(Replica(executor_id=self.executor_id, started_at=at, expires_at=expires))
        self._renewed = time.monotonic()

    async def _renew(self) -> bool:
        """False where we were taken for dead."""
        began = time.monotonic()
        async with self._db.writing() as session:
            at = await present(session)
            renewed = await session.exec(
                update(Replica)
                .where(col(Replica.executor_id) == self.executor_id, col(Replica.takeovers) == 0)
                .values(expires_at=at + timedelta(seconds=self._ttl_s))
            )
        if renewed.rowcount == 1:
            self._renewed = began
        return renewed.rowcount == 1

    async def _come_back(self) -> None:
        """Under a new id: others may still be at what goes by the old one."""
        left, self.executor_id = self.executor_id, Identity.of_this_process().executor_id()
        log.warning("lease_lost", was=left, now=self.executor_id)
        self._left.append(left)
        await self._register()
        self._lost.set()

    async def _leave_behind(self) -> None:
        left = list(self._left)
        if self._engine is not None:
            await self._engine.rejoin(self.executor_id)
            # What was begun under an old id after it was taken over would be nobody's.
            for executor_id in left:
                await self._engine.take_over(executor_id)
        for told in self._moved:
            told(self.executor_id)
        self._left = self._left[len(left) :]

    async def _look_round(self) -> None:
        """Bury the dead: hand their work back, then forget them."""
        if self._engine is None:
            return
        for executor_id in await self._dead():
            if await self._claimed(executor_id):
                await self._bury(self._engine, executor_id)
        for executor_id in await self._engine.executors() - await self._known():
            await self._bury(self._engine, executor_id)

    async def _dead(self) -> list[str]:
        async with self._db.reading() as session:
            at = await present(session)
            others = await session.exec(select(Replica).where(Replica.executor_id != self.executor_id))
            return [
                one.executor_id
                for one in others
                if one.expires_at < at or (one.takeovers == 0 and is_gone(one.executor_id))
            ]

    async def _known(self) -> set[str]:
        async with self._db.reading() as session:
            return set(await session.exec(select(Replica.executor_id)))

    async def _claimed(self, executor_id: str) -> bool:
        """Whether the dead one is ours to bury. Should we die over it, the claim runs out."""
        async with self._db.writing() as session:
            at = await present(session)
            still_dead = col(Replica.expires_at) < at
            if is_gone(executor_id):
                still_dead = or_(still_dead, col(Replica.takeovers) == 0)
            claimed = await session.exec(
                update(Replica)
                .where(col(Replica.executor_id) == executor_id, still_dead)
                .values(takeovers=col(Replica.takeovers) + 1, expires_at=at + timedelta(seconds=self._ttl_s))
            )
        return claimed.rowcount == 1

    async def _bury(self, engine: TakesOver, executor_id: str) -> None:
        handed = await engine.take_over(executor_id)
        if is_gone(executor_id):
            for told in self._buried:
                await told(executor_id)
        async with self._db.writing() as session:
            await session.exec(delete(Replica).where(col(Replica.executor_id) == executor_id))
        log.info("replica_buried", executor=executor_id, work=handed)

    async def _give_up(self) -> None:
        """Let the row expire at once: whoever comes next looks whether anything was left."""
        with suppress(StorageUnavailable):
            async with self._db.writing() as session:
                await session.exec(
                    update(Replica)
                    .where(col(Replica.executor_id) == self.executor_id)
                    .values(expires_at=now() - timedelta(seconds=1))
                )

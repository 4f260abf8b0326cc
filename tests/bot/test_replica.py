"""Leases: who is alive, who buries whom, and what one does who was taken for dead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, delete, select, update

from bot.columns import now
from bot.db import Database
from bot.liveness import Identity
from bot.replica import Lease
from bot.schema import Replica

FAR_AWAY = "another-host~elsewhere~7~1~abcd"


class Hands:
    """An engine that only notes what it is asked."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.joined: list[str] = []
        self.running: set[str] = set()

    async def take_over(self, executor_id: str) -> int:
        self.taken.append(executor_id)
        self.running.discard(executor_id)
        return 1

    async def executors(self) -> set[str]:
        return set(self.running)

    async def rejoin(self, executor_id: str) -> None:
        self.joined.append(executor_id)


async def register(db: Database, executor_id: str, expires_in_s: float) -> None:
    async with db.writing() as session:
        expires = now() + timedelta(seconds=expires_in_s)
        session.add(Replica(executor_id=executor_id, started_at=now(), expires_at=expires))


async def registered(db: Database) -> dict[str, Replica]:
    async with db.reading() as session:
        return {row.executor_id: row for row in await session.exec(select(Replica))}


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - only rows tell
            await asyncio.sleep(0.01)


async def test_a_lease_is_renewed_and_given_up_at_the_end(db: Database) -> None:
    async with Lease.held(db, ttl_s=0.3) as lease:
        first = (await registered(db))[lease.executor_id].expires_at

        async def renewed() -> bool:
            return (await registered(db))[lease.executor_id].expires_at > first

        await until(renewed)
        assert lease.age_s < 10
    assert (await registered(db))[lease.executor_id].expires_at < now()


async def test_the_work_of_a_dead_replica_is_handed_on_once(db: Database) -> None:
    hands = Hands()
    await register(db, FAR_AWAY, -1)
    await register(db, "living", 60)
    async with Lease.held(db) as one, Lease.held(db) as two:
        await asyncio.gather(one.watch(hands), two.watch(hands))
        assert hands.taken == [FAR_AWAY]
        assert set(await registered(db)) == {"living", one.executor_id, two.executor_id}


async def test_one_that_dies_later_is_noticed(db: Database) -> None:
    hands = Hands()
    await register(db, FAR_AWAY, 0.5)
    async with Lease.held(db, ttl_s=0.3) as lease:
        await lease.watch(hands)
        assert hands.taken == []

        async def noticed() -> bool:
            return hands.taken == [FAR_AWAY]

        await until(noticed)


async def test_a_process_that_is_gone_is_buried_before_its_lease_ends(db: Database) -> None:
    hands = Hands()
    buried: list[str] = []

    async def free_lanes(executor_id: str) -> None:
        buried.append(executor_id)

    gone = replace(Identity.of_this_process(), started="1").executor_id()
    await register(db, gone, 60)
    await register(db, FAR_AWAY, -1)
    async with Lease.held(db) as lease:
        lease.on_buried(free_lanes)
        await lease.watch(hands)
        assert sorted(hands.taken) == sorted([gone, FAR_AWAY])
        assert buried == [gone], "of the other one nobody knows whether it is only frozen"


@pytest.mark.parametrize("how", ["claimed", "buried"])
async def test_one_that_was_taken_for_dead_comes_back_as_another(db: Database, how: str) -> None:
    hands = Hands()
    moved: list[str] = []
    async with Lease.held(db, ttl_s=0.3) as lease:
        was = lease.executor_id
        lease.on_moved(moved.append)
        await lease.watch(hands)
        async with db.writing() as session:
            mine = col(Replica.executor_id) == was
            if how == "claimed":
                await session.exec(update(Replica).where(mine).values(takeovers=1))
            else:
                await session.exec(delete(Replica).where(mine))

        async def back() -> bool:
            return moved != []

        await until(back)
        assert lease.executor_id != was
        assert moved == hands.joined == [lease.executor_id]
        assert was in hands.taken, "what was begun under the old id after it was taken is nobody's"
        assert lease.executor_id in await registered(db)


async def test_a_lease_is_renewed_however_long_taking_over_lasts(db: Database) -> None:
    hands = Hands()
    stuck = asyncio.Event()

    async def for_ever() -> set[str]:
        stuck.set()
        await asyncio.sleep(3600)
        return set()

    async with Lease.held(db, ttl_s=0.3) as lease:
        await lease.watch(hands)
        hands.executors = for_ever  # type: ignore[method-assign] # the engine's database hangs
        await stuck.wait()
        before = (await registered(db))[lease.executor_id].expires_at

        async def renewed() -> bool:
            return (await registered(db))[lease.executor_id].expires_at > before

        await until(renewed)


async def test_an_expired_lease_that_nobody_claimed_is_simply_renewed(db: Database) -> None:
    hands = Hands()
    async with Lease.held(db, ttl_s=0.3) as lease:
        await lease.watch(hands)
        was = lease.executor_id
        async with db.writing() as session:
            await session.exec(update(Replica).values(expires_at=now() - timedelta(hours=1)))

        async def renewed() -> bool:
            return (await registered(db))[was].expires_at > now()

        await until(renewed)
        assert (lease.executor_id, hands.joined, hands.taken) == (was, [], [])


async def test_work_of_nobody_known_is_handed_on(db: Database) -> None:
    hands = Hands()
    async with Lease.held(db) as lease:
        hands.running = {"nobody", lease.executor_id}
        await lease.watch(hands)
        assert hands.taken == ["nobody"]


async def test_a_claim_of_one_that_died_over_it_runs_out(db: Database) -> None:
    hands = Hands()
    await register(db, FAR_AWAY, -1)
    async with Lease.held(db, ttl_s=0.3) as lease:
        assert await lease._claimed(FAR_AWAY)
        assert not await lease._claimed(FAR_AWAY)
        await lease.watch(hands)
        assert hands.taken == []

        async def noticed() -> bool:
            return hands.taken == [FAR_AWAY]

        await until(noticed)


async def test_after_the_database_was_away_nobody_is_judged_for_a_while(db: Database) -> None:
    hands = Hands()
    async with Lease.held(db, ttl_s=600) as lease:
        await lease.watch(hands)
        await rename(db, "replica", "replica_away")
        await lease._attempt(lease._stay)
        await rename(db, "replica_away", "replica")
        await register(db, FAR_AWAY, -1)
        await lease._attempt(lease._look_after_others)
        assert hands.taken == []
        lease._judges_from = 0
        await lease._attempt(lease._look_after_others)
        assert hands.taken == [FAR_AWAY]


async def rename(db: Database, table: str, to: str) -> None:
    async with db.writing() as session:
        await (await session.connection()).execute(text(f"ALTER TABLE {table} RENAME TO {to}"))

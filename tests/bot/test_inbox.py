"""A delivery is acted on once; whoever hears of it again gets the same answer."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlmodel import col, update

import bot.inbox
from bot.columns import now
from bot.db import Database, StorageUnavailable, Trouble
from bot.inbox import Again, First, Inbox
from bot.inbox_journal import STALE
from bot.schema import InboxEvent

ANSWER = {"response_action": "update"}


async def begun(db: Database, key: str, ago: timedelta) -> None:
    async with db.writing() as session:
        await session.exec(
            update(InboxEvent).where(col(InboxEvent.key) == key).values(received_at=now() - ago)
        )


async def test_a_redelivery_gets_the_first_ones_answer(db: Database) -> None:
    inbox = Inbox(db, "one")
    assert await inbox.receive("Ev1") == First()
    await inbox.done("Ev1", ANSWER)
    assert await inbox.receive("Ev1") == Again(ANSWER)
    assert await inbox.receive("Ev2") == First()


async def test_another_replica_answers_it_the_same(db: Database) -> None:
    await Inbox(db, "one").receive("Ev1")
    await Inbox(db, "one").done("Ev1", ANSWER)
    assert await Inbox(db, "two").receive("Ev1") == Again(ANSWER)


async def test_of_many_at_once_exactly_one_acts(db: Database) -> None:
    inboxes = [Inbox(db, f"r{n}", patience_s=0.01) for n in range(3)]
    seen = await asyncio.gather(*(inboxes[n % 3].receive("Ev1") for n in range(12)))
    assert seen.count(First()) == 1
    assert seen.count(Again(None, done=False)) == 11


@pytest.mark.parametrize("acting", ["one", "two"])
async def test_while_it_is_acted_on_a_redelivery_waits_for_the_answer(db: Database, acting: str) -> None:
    inboxes = {name: Inbox(db, name) for name in ("one", "two")}
    await inboxes[acting].receive("Ev1")
    redelivered = asyncio.create_task(inboxes["one"].receive("Ev1"))
    await asyncio.sleep(0.05)
    assert not redelivered.done()
    await inboxes[acting].done("Ev1", ANSWER)
    assert await redelivered == Again(ANSWER)


async def test_a_redelivery_does_not_wait_for_ever(db: Database) -> None:
    inbox = Inbox(db, "one", patience_s=0.05)
    await inbox.receive("Ev1")
    assert await inbox.receive("Ev1") == Again(None, done=False)
    assert not inbox._waiting


async def test_what_a_dead_one_began_is_acted_on_again(db: Database) -> None:
    inbox = Inbox(db, "two", patience_s=0.01)
    await Inbox(db, "one").receive("Ev1")
    await begun(db, "Ev1", STALE - timedelta(seconds=2))
    assert await inbox.receive("Ev1") == Again(None, done=False)
    await begun(db, "Ev1", STALE + timedelta(seconds=2))
    assert await inbox.receive("Ev1") == First()
    assert await inbox.receive("Ev1") == Again(None, done=False)


async def test_what_was_done_is_never_acted_on_again_however_old(db: Database) -> None:
    inbox = Inbox(db, "one")
    await inbox.receive("Ev1")
    await inbox.done("Ev1", None)
    await begun(db, "Ev1", timedelta(hours=5))
    assert await inbox.receive("Ev1") == Again(None)


async def test_old_deliveries_are_forgotten_and_young_ones_kept(db: Database) -> None:
    inbox = Inbox(db, "one")
    with time_machine.travel(now() - timedelta(days=3), tick=False):
        await inbox.receive("old")
        await inbox.done("old", ANSWER)
    await inbox.receive("young")
    await inbox.done("young", ANSWER)
    assert await inbox.forget_old(timedelta(days=2)) == 1
    assert await inbox.receive("old") == First()
    assert await inbox.receive("young") == Again(ANSWER)


async def test_what_cannot_be_recorded_is_not_acted_on(database_url: str) -> None:
    async with Database.open(database_url) as without_tables:
        inbox = Inbox(without_tables, "one")
        with pytest.raises(StorageUnavailable):
            await inbox.receive("Ev1")
        await without_tables.upgrade()
        assert await inbox.receive("Ev1") == First()


async def test_what_a_process_that_is_gone_had_begun_is_free_at_once(db: Database) -> None:
    dead, living = Inbox(db, "dead"), Inbox(db, "living", patience_s=0.01)
    for key in ("Ev1", "Ev2"):
        await dead.receive(key)
    await dead.done("Ev2", ANSWER)
    assert await living.receive("Ev1") == Again(None, done=False)

    await living.free("dead")

    assert await living.receive("Ev1") == First()
    assert await living.receive("Ev2") == Again(ANSWER)
    await living.free("dead")
    assert await living.receive("Ev1") == Again(None, done=False), "whoever acts on it now keeps it"


async def test_a_database_that_another_process_locks_is_not_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite waits in a thread, which no time-out ends; Slack has long turned away by then."""
    monkeypatch.setattr(bot.inbox, "RECORD_S", 0.05)
    async with Database.open(f"sqlite:///{path}", busy_timeout_s=20) as db:
        await db.upgrade()
        inbox = Inbox(db, "one")
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageUnavailable) as slow:
                await inbox.receive("Ev1")
            other.execute("ROLLBACK")
        other.close()
        await inbox.close()

        assert slow.value.reason is Trouble.TOO_SLOW
        assert await inbox.receive("Ev2") == First()

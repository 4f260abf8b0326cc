"""What is forgotten besides the keys: marks of odd values; and what clients read when a purge was at work."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from bot.columns import now
from bot.db import Database
from bot.key_forgetting import ODD_VALUES_KEPT, forget_odd_values, tell_purged
from bot.schema import OddValue, OutboxMessage
from bot.vault import purge_due
from tests.bot.conftest import Given
from tests.bot.rows import NOON, later


async def test_the_mark_of_an_odd_value_is_kept_for_a_month(db: Database) -> None:
    async with db.writing() as session:
        session.add_all([OddValue(mark="old", seen_at=NOON), OddValue(mark="new", seen_at=later(hours=1))])

    assert await forget_odd_values(db, NOON + ODD_VALUES_KEPT) == 0
    assert await forget_odd_values(db, NOON + ODD_VALUES_KEPT + timedelta(minutes=1)) == 1

    async with db.reading() as session:
        assert (await session.exec(select(OddValue.mark))).all() == ["new"]


async def purged(db: Database, given: Given, user: str) -> None:
    async with db.writing() as session:
        _, attempt = await given(session, user=user, sealed=b"sealed", purge_at=NOON)
        attempt.settled_at = NOON
    assert await purge_due(db) == 1


async def told(db: Database) -> list[str]:
    async with db.reading() as session:
        messages = select(OutboxMessage.conversation).order_by(col(OutboxMessage.id))
        return [*(await session.exec(messages))]


async def test_a_client_reads_once_that_the_time_of_the_keys_was_over(db: Database, given: Given) -> None:
    for user in ("U1", "U2"):
        await purged(db, given, user)
    for _ in range(2):
        async with db.writing() as session:
            assert await tell_purged(session, now()) == {"U1", "U2"}

    assert sorted(await told(db)) == ["U1", "U2"]


async def test_what_was_forgotten_long_ago_is_not_told_again(db: Database, given: Given) -> None:
    await purged(db, given, "U1")
    async with db.writing() as session:
        assert await tell_purged(session, now() + timedelta(hours=1)) == set()
    assert await told(db) == []


async def test_keys_that_are_held_are_not_told_of(db: Database, given: Given) -> None:
    async with db.writing() as session:
        await given(session, sealed=b"sealed")
        assert await tell_purged(session, now()) == set()

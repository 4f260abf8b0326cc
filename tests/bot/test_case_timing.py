"""What time does to a case, once, on whichever replica."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot import cases
from bot.db import Database
from bot.schema import Case, CaseState
from tests.bot.case_steps import SOON, acts, current, opened
from tests.bot.conftest import Given
from tests.bot.rows import DANGEROUS, NOON, later


async def snoozed(db: Database, given: Given) -> Case:
    await opened(db, given, DANGEROUS)
    async with db.writing() as session:
        return await cases.snooze(session, 1, "S1", later(hours=2), "on holiday", at=NOON)


async def reminded(db: Database, stage: int, next_at: datetime | None, at: datetime) -> bool:
    async with db.writing() as session:
        return await cases.reminded(session, 1, stage, next_at, at=at)


async def nudged(db: Database, at: datetime) -> bool:
    async with db.writing() as session:
        return await cases.nudged(session, 1, at=at)


async def closed(db: Database, at: datetime) -> bool:
    async with db.writing() as session:
        return await cases.close_unanswered(session, 1, at=at)


async def test_nothing_is_due_while_a_case_is_snoozed(db: Database, given: Given) -> None:
    case = await snoozed(db, given)
    assert (case.state, case.snoozed_until) == (CaseState.SNOOZED, later(hours=2))
    assert (case.remind_at, case.nudge_at, case.close_at) == (None, None, None)
    assert not await reminded(db, 1, None, later(days=30))
    assert not await nudged(db, later(days=30))
    assert not await closed(db, later(days=30))


async def test_a_snoozed_case_comes_back_once_and_is_reminded_of(db: Database, given: Given) -> None:
    await snoozed(db, given)
    for first in (True, False):
        async with db.writing() as session:
            woken = await cases.unsnooze(session, 1, remind_at=later(hours=3), at=later(hours=2))
        assert woken is first

    case = await current(db)
    assert (case.state, case.snoozed_until, case.remind_at) == (CaseState.OPEN, None, later(hours=3))
    assert (await acts(db))[-2:] == ["snoozed", "unsnoozed"]


async def test_a_case_that_was_closed_meanwhile_does_not_come_back(db: Database, given: Given) -> None:
    await snoozed(db, given)
    async with db.writing() as session:
        await cases.resolve(session, 1, "S1")
        assert not await cases.unsnooze(session, 1)
    assert (await current(db)).state is CaseState.CLOSED


async def test_staff_are_reminded_once_per_stage_and_not_before_it_is_due(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    second = later(hours=1)
    assert not await reminded(db, 1, second, later(minutes=29))
    assert await reminded(db, 1, second, SOON)
    assert not await reminded(db, 1, second, SOON)
    assert not await reminded(db, 2, None, later(minutes=59))
    assert await reminded(db, 2, None, second)
    assert not await reminded(db, 3, None, later(days=1))
    assert (await acts(db))[-2:] == ["reminded", "reminded"]


async def test_a_claimed_case_is_not_reminded_of(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    async with db.writing() as session:
        await cases.claim(session, 1, "S1")
    assert not await reminded(db, 1, None, later(days=1))


async def test_replicas_that_remind_at_the_same_moment_do_it_once(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    done = await asyncio.gather(*(reminded(db, 1, None, SOON) for _ in range(5)))
    assert sorted(done) == [False] * 4 + [True]


async def test_the_client_is_nudged_once_after_three_days(db: Database, given: Given) -> None:
    await opened(db, given)
    assert not await nudged(db, later(days=2, hours=23))
    assert await nudged(db, later(days=3))
    assert not await nudged(db, later(days=4))
    assert (await current(db)).close_at == later(days=14), "the nudge does not put the end off"


async def test_a_case_without_an_answer_is_closed_once_after_fourteen_days(
    db: Database, given: Given
) -> None:
    await opened(db, given)
    assert not await closed(db, later(days=13, hours=23))
    assert await closed(db, later(days=14))
    assert not await closed(db, later(days=15))

    case = await current(db)
    assert (case.state, case.closed_because, case.closed_at) == (
        CaseState.CLOSED,
        "no_answer",
        later(days=14),
    )


async def test_an_answer_in_time_keeps_the_case_open(db: Database, given: Given) -> None:
    await opened(db, given)
    async with db.writing() as session:
        await cases.client_replied(session, 1, "T1", "U1", "here I am", at=later(days=13))
    assert not await closed(db, later(days=14))
    assert not await nudged(db, later(days=14))


async def test_a_card_remembers_where_it_stands_and_an_older_one_changes_nothing(
    db: Database, given: Given
) -> None:
    await opened(db, given)
    for ts, version in (("1.1", 2), ("1.1", 1), ("1.1", 3)):
        async with db.writing() as session:
            await cases.card_posted(session, 1, "C1", ts, version)
    case = await current(db)
    assert (case.card_channel, case.card_ts, case.card_shown) == ("C1", "1.1", 3)
    assert await acts(db) == ["opened", "attempt"], "what only the desk shows is no act"


async def test_a_card_that_was_posted_anew_is_followed(db: Database, given: Given) -> None:
    await opened(db, given)
    for channel, ts in (("C1", "1.1"), ("C2", "2.2")):
        async with db.writing() as session:
            await cases.card_posted(session, 1, channel, ts, 2)
    case = await current(db)
    assert (case.card_channel, case.card_ts) == ("C2", "2.2")

"""What time brings is done once, over all replicas, at the hours of the office."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import col, select

from bot import cases
from bot.db import Database
from bot.hours import ALWAYS, BusinessHours
from bot.reminders import Reminders
from bot.schema import CaseState, OutboxMessage
from tests.bot.case_steps import SOON, acts, current, opened
from tests.bot.conftest import Given
from tests.bot.rows import DANGEROUS, FIXABLE, NOON, later

SLA = timedelta(minutes=30)
STAFF = "C9"
OFFICE = "Mon-Fri 09:00-17:00"


class Desk:
    """Two replicas' reminders on one database, and the lanes that they woke."""

    def __init__(self, db: Database, hours: str = ALWAYS, zone: str = "UTC", by_mail: bool = True) -> None:
        self.db = db
        self.woken: list[str] = []
        self.hours = BusinessHours.parse(hours, zone)
        self.replicas = [
            Reminders(db, STAFF, SLA, self.hours, by_mail=by_mail, wake=self.woken.append) for _ in range(2)
        ]

    async def round_at(self, moment: datetime) -> None:
        """Both replicas look at the same moment."""
        with time_machine.travel(moment, tick=True):
            await asyncio.gather(*(replica.round() for replica in self.replicas))

    async def said(self, *kinds: str) -> list[OutboxMessage]:
        async with self.db.reading() as session:
            rows = select(OutboxMessage).where(col(OutboxMessage.kind).in_(kinds))
            return list(await session.exec(rows.order_by(col(OutboxMessage.id))))

    async def stages(self) -> list[tuple[str, str]]:
        """Of the reminders; the first call for people is not one."""
        said = await self.said("mention", "mail")
        return [(row.kind, row.payload["stage"]) for row in said if row.payload["stage"] != "needs_staff"]


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


# --- staff ---------------------------------------------------------------------------------


async def test_an_unclaimed_case_is_mentioned_again_once_and_then_mailed_once(
    desk: Desk, given: Given
) -> None:
    await opened(desk.db, given, DANGEROUS)

    await desk.round_at(SOON - timedelta(seconds=1))
    assert await desk.stages() == []
    await desk.round_at(SOON)
    await desk.round_at(later(minutes=59))
    assert await desk.stages() == [("mention", "reminder")]
    await desk.round_at(later(minutes=60))
    await desk.round_at(later(days=30))

    assert await desk.stages() == [("mention", "reminder"), ("mention", "mailed"), ("mail", "reminder")]
    assert {STAFF, "mail:case-1"} <= set(desk.woken)
    assert (await current(desk.db)).remind_at is None


async def test_without_a_mail_server_the_second_reminder_promises_none(db: Database, given: Given) -> None:
    desk = Desk(db, by_mail=False)
    await opened(db, given, DANGEROUS)
    for minutes in (30, 60, 90):
        await desk.round_at(later(minutes=minutes))

    assert await desk.stages() == [("mention", "reminder")]


async def test_a_case_that_somebody_has_or_that_is_quiet_is_not_mentioned(desk: Desk, given: Given) -> None:
    await opened(desk.db, given, DANGEROUS)
    async with desk.db.writing() as session:
        await cases.claim(session, 1, "S1")
    await desk.round_at(later(hours=3))

    assert await desk.stages() == []


async def test_what_became_due_while_nobody_ran_is_caught_up_with(desk: Desk, given: Given) -> None:
    await opened(desk.db, given, DANGEROUS)
    await desk.round_at(later(days=2))
    await desk.round_at(later(days=2, seconds=20))

    assert await desk.stages() == [("mention", "reminder"), ("mention", "mailed"), ("mail", "reminder")]


async def test_the_clock_stands_while_the_client_is_waited_for_and_then_begins_anew(
    desk: Desk, given: Given
) -> None:
    await opened(desk.db, given, DANGEROUS)
    await desk.round_at(SOON)
    async with desk.db.writing() as session:
        await cases.reply_sent(session, 1, "S1", "which key is it?", at=later(minutes=40))
    await desk.round_at(later(hours=5))
    assert len(await desk.stages()) == 1

    async with desk.db.writing() as session:
        await cases.client_replied(
            session, 1, "T1", "U1", "that one", remind_at=later(hours=6), at=later(hours=5, minutes=30)
        )
    await desk.round_at(later(hours=6))

    assert await desk.stages() == [("mention", "reminder")] * 2


@pytest.mark.parametrize(
    ("hours", "zone", "first", "second"),
    [
        # Wednesday noon and Friday evening; in London the clocks go forward on Sunday, 29 March 2026.
        pytest.param(OFFICE, "UTC", "2026-03-25 12:10", "2026-03-25 12:40", id="in the middle of a day"),
        pytest.param(OFFICE, "UTC", "2026-03-25 16:50", "2026-03-26 09:20", id="over night"),
        pytest.param(
            OFFICE, "Europe/London", "2026-03-27 16:50", "2026-03-30 08:20", id="over a clock change"
        ),
        pytest.param(ALWAYS, "Europe/London", "2026-03-29 00:50", "2026-03-29 01:20", id="always open"),
    ],
)
async def test_the_second_reminder_comes_after_as_much_open_time_as_the_first(
    db: Database, given: Given, hours: str, zone: str, first: str, second: str
) -> None:
    desk = Desk(db, hours, zone)
    await opened(db, given, DANGEROUS)
    due, then = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, second))
    async with db.writing() as session:
        (await cases.case_of(session, 1)).remind_at = due
    await desk.round_at(due)

    assert (await current(db)).remind_at == then


# --- clients -------------------------------------------------------------------------------


async def test_a_client_is_nudged_once_after_three_days_and_let_go_once_after_fourteen(
    desk: Desk, given: Given
) -> None:
    await opened(desk.db, given, FIXABLE)
    for days in (2, 3, 4, 13, 14, 15):
        await desk.round_at(later(days=days))

    said = await desk.said("nudge", "closing")
    assert [(row.kind, row.conversation, row.payload["case"]) for row in said] == [
        ("nudge", "U1", 1),
        ("closing", "U1", 1),
    ]
    assert await acts(desk.db) == ["opened", "attempt", "nudged", "closed"]
    assert (await current(desk.db)).closed_because == "no_answer"
    assert "U1" in desk.woken


async def test_who_is_let_go_at_once_is_not_nudged_as_well(desk: Desk, given: Given) -> None:
    await opened(desk.db, given, FIXABLE)
    await desk.round_at(later(days=20))

    assert [row.kind for row in await desk.said("nudge", "closing")] == ["closing"]


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        pytest.param("2026-03-07 12:00", 0, id="Saturday"),
        pytest.param("2026-03-09 08:59", 0, id="before opening"),
        pytest.param("2026-03-09 09:00", 1, id="at opening"),
    ],
)
async def test_clients_are_written_to_while_somebody_can_answer_them(
    db: Database, given: Given, moment: str, count: int
) -> None:
    desk = Desk(db, OFFICE)
    await opened(db, given, FIXABLE)
    await desk.round_at(datetime.fromisoformat(moment).replace(tzinfo=UTC))

    assert len(await desk.said("nudge")) == count


# --- snooze --------------------------------------------------------------------------------


async def test_a_snoozed_case_wakes_once_and_its_clock_begins_anew(desk: Desk, given: Given) -> None:
    await opened(desk.db, given, DANGEROUS)
    async with desk.db.writing() as session:
        await cases.snooze(session, 1, "S1", later(hours=2), "on holiday", at=NOON)
    await desk.round_at(later(hours=1))
    assert (await current(desk.db)).state is CaseState.SNOOZED
    await desk.round_at(later(hours=2))

    case = await current(desk.db)
    assert case.state is CaseState.OPEN
    assert case.remind_at is not None
    assert timedelta(0) <= case.remind_at - later(hours=2, minutes=30) < timedelta(minutes=1)
    assert (await acts(desk.db)).count("unsnoozed") == 1


async def test_a_case_that_is_put_off_again_meanwhile_sleeps_on(desk: Desk, given: Given) -> None:
    await opened(desk.db, given, DANGEROUS)
    async with desk.db.writing() as session:
        await cases.snooze(session, 1, "S1", later(hours=2), at=NOON)
        await cases.snooze(session, 1, "S1", later(hours=9), at=NOON)
        assert not await cases.unsnooze(session, 1, at=later(hours=2))

    await desk.round_at(later(hours=2))
    assert (await current(desk.db)).state is CaseState.SNOOZED


# --- many ----------------------------------------------------------------------------------


async def test_many_cases_are_each_reminded_of_once(db: Database, given: Given) -> None:
    desk = Desk(db)
    async with db.writing() as session:
        for number in range(20):
            submission, attempt = await given(session, user=f"U{number}")
            await cases.record_attempt(session, attempt, submission, DANGEROUS, remind_at=SOON, at=NOON)
    await desk.round_at(SOON)
    await desk.round_at(later(minutes=31))

    said = await desk.said("mention")
    assert sorted(row.case_number or 0 for row in said if row.payload["stage"] == "reminder") == list(
        range(1, 21)
    )

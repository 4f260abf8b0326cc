"""The digest: each working day at opening, once over all replicas, silent when there is nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import time_machine
from sqlmodel import select, update

from bot import cases
from bot.db import Database
from bot.digest import Digest, Digests, collected, period, since_when
from bot.hours import ALWAYS, BusinessHours
from bot.schema import Attempt, CaseState, OutboxMessage
from bot.slack.digest_words import line_of_cases, line_of_tests
from tests.bot.case_steps import opened, settled
from tests.bot.conftest import Given
from tests.bot.rows import DANGEROUS, FIXABLE, IN_DOUBT, NOON, PASSED, later
from validators.diagnosis import Verdict

OFFICE = "Mon-Fri 09:00-17:00"
NIGHTS = "Sun-Thu 22:00-06:00"
MONDAY = "2026-03-02"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def digests(db: Database, hours: str = OFFICE, zone: str = "UTC") -> Digests:
    return Digests(db, "C9", BusinessHours.parse(hours, zone), wake=lambda conversation: None)


async def said(db: Database) -> list[str]:
    async with db.reading() as session:
        return list(await session.exec(select(OutboxMessage.key).where(OutboxMessage.kind == "digest")))


@pytest.mark.parametrize(
    ("hours", "zone", "moment", "day"),
    [
        pytest.param(OFFICE, "UTC", "2026-03-02 08:59", None, id="before opening"),
        pytest.param(OFFICE, "UTC", "2026-03-02 09:00", MONDAY, id="at opening"),
        pytest.param(OFFICE, "UTC", "2026-03-02 23:59", MONDAY, id="caught up with in the evening"),
        pytest.param(OFFICE, "UTC", "2026-03-01 12:00", None, id="on a Sunday"),
        pytest.param(NIGHTS, "UTC", "2026-03-02 03:00", None, id="in the night that began the day before"),
        pytest.param(NIGHTS, "UTC", "2026-03-02 22:00", MONDAY, id="when the night begins"),
        pytest.param(ALWAYS, "UTC", "2026-03-01 08:59", None, id="always open, before nine"),
        pytest.param(ALWAYS, "UTC", "2026-03-01 09:00", "2026-03-01", id="always open, at nine"),
        pytest.param(ALWAYS, "America/New_York", "2026-03-02 13:59", None, id="not yet nine in New York"),
        pytest.param(ALWAYS, "America/New_York", "2026-03-02 14:00", MONDAY, id="nine in New York"),
        # In London the clocks go forward on 29 March 2026: nine is one hour earlier in UTC.
        pytest.param(ALWAYS, "Europe/London", "2026-03-28 08:30", None, id="the day before a clock change"),
        pytest.param(ALWAYS, "Europe/London", "2026-03-29 08:00", "2026-03-29", id="on a clock change"),
        pytest.param(OFFICE, "Europe/London", "2026-03-30 08:00", "2026-03-30", id="after a clock change"),
    ],
)
def test_a_digest_is_due_when_the_office_opens(hours: str, zone: str, moment: str, day: str | None) -> None:
    assert period(BusinessHours.parse(hours, zone), utc(moment)) == day


@pytest.mark.parametrize(
    ("hours", "day", "since"),
    [
        (OFFICE, "2026-03-03", "2026-03-02 09:00"),
        (OFFICE, MONDAY, "2026-02-27 09:00"),
        ("Mon 10:00-12:00", MONDAY, "2026-02-23 10:00"),
        (ALWAYS, MONDAY, "2026-03-01 09:00"),
    ],
)
def test_tests_are_counted_since_the_digest_before(hours: str, day: str, since: str) -> None:
    assert since_when(BusinessHours.parse(hours, "UTC"), utc(day).date()) == utc(since)


async def test_nothing_open_and_nothing_tested_is_not_worth_a_word(db: Database, given: Given) -> None:
    await digests(db).put_down(MONDAY)
    assert await said(db) == []

    await opened(db, given)
    await digests(db).put_down(MONDAY)
    assert await said(db) == [f"digest:{MONDAY}"]


async def test_replicas_put_the_same_day_down_once(db: Database, given: Given) -> None:
    await opened(db, given)
    await asyncio.gather(*(digests(db).put_down(MONDAY) for _ in range(4)))

    assert await said(db) == [f"digest:{MONDAY}"]


async def test_it_counts_open_cases_by_state_and_tests_by_verdict(db: Database, given: Given) -> None:
    await settled(db, given, FIXABLE, user="U1")
    await settled(db, given, DANGEROUS, user="U2", minutes=1)
    await settled(db, given, IN_DOUBT, user="U3", minutes=2)
    await settled(db, given, PASSED, user="U4", minutes=3)
    async with db.writing() as session:
        await cases.claim(session, 2, "S1", at=NOON)
        await cases.snooze(session, 3, "S1", later(days=9), at=NOON)
        for number, verdict in enumerate(["needs_a_fix", "needs_a_fix", "could_not_tell", "passed"], 1):
            settled_at = later(minutes=number)
            row = update(Attempt).where(Attempt.id == number)  # type: ignore[arg-type]
            await session.exec(row.values(settled_at=settled_at, verdict=Verdict(verdict)))

    async with db.reading() as session:
        found = await collected(session, BusinessHours.parse(OFFICE, "UTC"), later(days=1).date())

    assert found.open == {CaseState.WAITING: 1, CaseState.OPEN: 1, CaseState.SNOOZED: 1}
    assert found.unclaimed == 2
    assert found.oldest is not None
    assert found.oldest.number == 1
    assert found.tests == {Verdict.NEEDS_A_FIX: 2, Verdict.COULD_NOT_TELL: 1, Verdict.PASSED: 1}
    with time_machine.travel(later(days=3), tick=False):
        assert line_of_cases(found) == (
            "*Cases:* 3 not closed (Open: 1, Waiting for the client: 1, Snoozed: 1). Unclaimed: 2. "
            "Oldest: case 1, 3 days old. `/triage` lists them."
        )
    assert line_of_tests(found, NOON.date(), later(days=1).date()) == (
        "*Tests since yesterday:* 4 (Passed: 1, Needs a fix: 2, Could not tell: 1)."
    )


async def test_tests_before_the_last_digest_are_not_counted_again(db: Database, given: Given) -> None:
    await settled(db, given, PASSED)
    async with db.writing() as session:
        await session.exec(update(Attempt).values(settled_at=NOON, verdict=Verdict.PASSED))
    async with db.reading() as session:
        counts = [
            (await collected(session, BusinessHours.parse(OFFICE, "UTC"), later(days=days).date())).tests
            for days in (1, 2)
        ]

    assert counts == [{Verdict.PASSED: 1}, {}]


def test_after_a_weekend_the_day_is_named() -> None:
    quiet = Digest(since=NOON, open={}, unclaimed=0, oldest=None, tests={})

    assert line_of_tests(quiet, utc("2026-02-27").date(), utc(MONDAY).date()) == "*Tests since Friday:* none."
    assert line_of_cases(quiet) == "*Cases:* none is open."

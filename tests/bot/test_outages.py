"""One outage, one alarm: seen over all replicas, counted up, ended once, and then tests run again."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlmodel import col, select

from bot import cases
from bot.db import Database
from bot.hours import ALWAYS, BusinessHours
from bot.key_settling import Settling
from bot.outages import OWN_ERROR, SPREAD_S, Outages, doubt_of
from bot.schema import Attempt, Doubt, Outage, OutboxMessage
from bot.telling import tell_staff
from tests.bot.conftest import Given
from tests.bot.rows import FIXABLE, IN_DOUBT, NOON, PASSED, diagnosis, later
from validators.diagnosis import Cause, Diagnosis

STAFF = "C9"
SLOW = diagnosis(Cause.TOO_SLOW)
STRANGE = diagnosis(Cause.NOT_UNDERSTOOD)


class Venue:
    """What clients' tests of one exchange hear, told to either of two replicas."""

    def __init__(self, db: Database, given: Given) -> None:
        self.db, self.given = db, given
        self.woken: list[str] = []
        self.replicas = [Outages(db, STAFF, self.woken.append) for _ in range(2)]

    async def hears(
        self, user: str, found: Diagnosis | None, minutes: float = 0, account: str = "spot_margin"
    ) -> bool:
        async with self.db.writing() as session:
            submission, _ = await self.given(session, user=user, account=account, at=later(minutes=minutes))
            outages = self.replicas[int(user[1:]) % 2]
            return await outages.heard(session, submission, found, later(minutes=minutes))

    async def many(self, found: Diagnosis | None, *users: str, minutes: float = 0) -> list[bool]:
        return list(await asyncio.gather(*(self.hears(user, found, minutes) for user in users)))

    async def round_at(self, moment: datetime) -> None:
        """Both replicas look at the same moment."""
        with time_machine.travel(moment, tick=True):
            await asyncio.gather(*(outages.round() for outages in self.replicas))

    async def waits(self, user: str, due_at: datetime) -> int:
        """A test of this client waits to be tried again by itself."""
        async with self.db.writing() as session:
            _, attempt = await self.given(session, user=user, asked_by="keydesk")
            attempt.due_at = due_at
            return attempt.id or 0

    async def due(self) -> dict[int | None, datetime]:
        async with self.db.reading() as session:
            rows = select(Attempt).where(Attempt.asked_by == "keydesk").order_by(col(Attempt.due_at))
            return {row.id: row.due_at for row in await session.exec(rows)}

    async def said(self) -> list[str]:
        async with self.db.reading() as session:
            rows = select(OutboxMessage.kind).order_by(col(OutboxMessage.id))
            return list(await session.exec(rows))

    async def outages(self) -> list[Outage]:
        async with self.db.reading() as session:
            return list(await session.exec(select(Outage).order_by(col(Outage.id))))


@pytest.fixture
def venue(db: Database, given: Given) -> Venue:
    return Venue(db, given)


# --- beginning -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (None, OWN_ERROR),
        (IN_DOUBT, "venue_down"),
        (diagnosis(Cause.OUR_CLOCK, Cause.TOO_SLOW), "our_clock"),
        (diagnosis(Cause.IP_RESTRICTED, Cause.TOO_SLOW), None),
        (FIXABLE, None),
        (PASSED, None),
    ],
)
def test_a_doubt_has_the_name_of_its_first_cause(found: Diagnosis | None, cause: str | None) -> None:
    assert doubt_of(found) == cause


async def test_the_third_client_raises_the_alarm_and_it_is_raised_once(venue: Venue) -> None:
    known = [await venue.hears(f"U{n}", IN_DOUBT, minutes=n) for n in range(1, 5)]

    assert known == [False, False, True, True]
    assert await venue.said() == ["outage", "outage_count"]
    (outage,) = await venue.outages()
    assert (outage.exchange, outage.cause, outage.clients) == ("kucoin", "venue_down", 4)
    assert (outage.opened_at, outage.last_at) == (later(minutes=1), later(minutes=4))


@pytest.mark.parametrize(
    "met",
    [
        pytest.param([("U1", IN_DOUBT, 0), ("U1", IN_DOUBT, 1), ("U2", IN_DOUBT, 2)], id="two clients"),
        pytest.param([("U1", IN_DOUBT, 0), ("U2", IN_DOUBT, 9), ("U3", IN_DOUBT, 10.1)], id="too slowly"),
        pytest.param([("U1", IN_DOUBT, 0), ("U2", IN_DOUBT, 1), ("U3", SLOW, 2)], id="another cause"),
        pytest.param([("U1", FIXABLE, 0), ("U2", FIXABLE, 1), ("U3", FIXABLE, 2)], id="faults of keys"),
        pytest.param([("U1", PASSED, 0), ("U2", PASSED, 1), ("U3", PASSED, 2)], id="passes"),
    ],
)
async def test_less_than_that_is_no_outage(venue: Venue, met: list[tuple[str, Diagnosis, float]]) -> None:
    for user, found, minutes in met:
        assert not await venue.hears(user, found, minutes)

    assert await venue.said() == []


async def test_an_error_of_our_own_that_many_meet_is_one_alarm_too(venue: Venue) -> None:
    await venue.many(None, "U1", "U2", "U3", "U4")

    assert (await venue.said()).count("outage") == 1


async def test_clients_who_meet_it_at_the_same_moment_on_two_replicas_raise_one_alarm(venue: Venue) -> None:
    known = await venue.many(IN_DOUBT, *(f"U{n}" for n in range(12)))

    assert known.count(False) == 2
    assert [kind for kind in await venue.said() if kind == "outage"] == ["outage"]
    (outage,) = await venue.outages()
    assert outage.clients == 12


async def test_updates_that_wait_are_one(venue: Venue) -> None:
    for number in range(9):
        await venue.hears(f"U{number}", IN_DOUBT)

    assert await venue.said() == ["outage", "outage_count"]


async def test_a_client_who_meets_it_again_is_not_counted_again(venue: Venue) -> None:
    await venue.many(IN_DOUBT, "U1", "U2", "U3")
    for minutes in (5, 20, 90):
        assert await venue.hears("U1", IN_DOUBT, minutes)

    (outage,) = await venue.outages()
    assert (outage.clients, outage.last_at) == (3, later(minutes=90))
    assert await venue.said() == ["outage"]


# --- the end -------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [PASSED, FIXABLE])
async def test_a_real_answer_ends_it_once_and_what_waits_runs_again_one_after_the_other(
    venue: Venue, answer: Diagnosis
) -> None:
    await venue.many(IN_DOUBT, "U1", "U2", "U3")
    waiting = [await venue.waits(f"U{n}", later(minutes=60, seconds=n)) for n in range(4)]
    at = later(minutes=30)

    await venue.many(answer, "U8", "U9", minutes=30)

    assert await venue.said() == ["outage", "outage_count", "outage_over"]
    (outage,) = await venue.outages()
    assert (outage.ended_at, outage.ended_because, outage.reruns) == (at, "answered", 4)
    due = await venue.due()
    assert list(due) == waiting, "they run in the order in which they would have run"
    assert due[waiting[0]] == at
    for place, attempt_id in enumerate(waiting):
        assert abs(due[attempt_id] - at) <= timedelta(seconds=SPREAD_S * (place + 1))
    assert len(set(due.values())) == 4


@pytest.mark.parametrize(
    ("answer", "account"),
    [
        pytest.param(PASSED, "futures", id="for another kind of account"),
        pytest.param(diagnosis(Cause.IP_RESTRICTED, Cause.VENUE_DOWN), "spot_margin", id="in part only"),
        pytest.param(SLOW, "spot_margin", id="another doubt"),
    ],
)
async def test_it_goes_on_while_nothing_shows_that_it_is_over(
    venue: Venue, answer: Diagnosis, account: str
) -> None:
    await venue.many(IN_DOUBT, "U1", "U2", "U3")
    await venue.hears("U9", answer, minutes=5, account=account)
    assert [outage.ended_at for outage in await venue.outages()] == [None]

    await venue.hears("U9", PASSED, minutes=6)
    assert [outage.ended_at for outage in await venue.outages()] == [later(minutes=6)]


async def test_after_its_end_only_new_doubts_count(venue: Venue) -> None:
    await venue.many(IN_DOUBT, "U1", "U2", "U3")
    await venue.hears("U9", PASSED, minutes=1)

    assert await venue.many(IN_DOUBT, "U1", "U2", minutes=2) == [False, False]
    assert await venue.many(IN_DOUBT, "U4", minutes=3) == [True]
    assert [outage.ended_at is None for outage in await venue.outages()] == [False, True]


async def test_silence_ends_it_after_half_an_hour_where_no_test_waits(venue: Venue) -> None:
    await venue.many(IN_DOUBT, "U1", "U2", "U3")
    await venue.round_at(later(minutes=29))
    assert "outage_over" not in await venue.said()
    await venue.round_at(later(minutes=30))

    (outage,) = await venue.outages()
    assert outage.ended_because == "silent"
    assert (await venue.said()).count("outage_over") == 1
    assert STAFF in venue.woken


async def test_while_tests_wait_one_of_them_asks_every_ten_minutes_and_nothing_ends(venue: Venue) -> None:
    await venue.many(IN_DOUBT, "U1", "U2", "U3")
    first = await venue.waits("U1", later(minutes=60))
    second = await venue.waits("U2", later(minutes=70))
    await venue.round_at(later(minutes=9))
    assert await venue.due() == {first: later(minutes=60), second: later(minutes=70)}

    await venue.round_at(later(minutes=40))
    due = await venue.due()
    assert timedelta(0) <= due[first] - later(minutes=40) < timedelta(minutes=1)
    assert due[second] == later(minutes=70)
    assert "outage_over" not in await venue.said()


async def test_old_doubts_are_deleted(venue: Venue) -> None:
    await venue.hears("U1", IN_DOUBT)
    await venue.hears("U2", IN_DOUBT, minutes=7 * 24 * 60 + 1)
    with time_machine.travel(later(days=7, minutes=1), tick=True):
        await venue.replicas[0].forget_old()

    async with venue.db.reading() as session:
        assert (await session.exec(select(Doubt.user_id))).all() == ["U2"]


# --- what it means for cases ---------------------------------------------------------------


def settling(venue: Venue) -> Settling:
    hours = BusinessHours.parse(ALWAYS, "UTC")
    return Settling(
        db=venue.db,
        staff_channel=STAFF,
        secret_ttl=timedelta(hours=1),
        first_response=timedelta(minutes=30),
        due=hours.due,
        wake=venue.woken.append,
        shred=lambda: None,
        outages=venue.replicas[0],
    )


async def settle(venue: Venue, user: str, found: Diagnosis) -> None:
    async with venue.db.writing() as session:
        _, attempt = await venue.given(session, user=user, key_mark=user, sealed=b"x", at=NOON)
        attempt_id = attempt.id or 0
    with time_machine.travel(later(minutes=1), tick=True):
        await settling(venue).settle(attempt_id, found.to_json())


async def test_within_an_outage_no_case_calls_people_by_itself(venue: Venue) -> None:
    for number in range(6):
        await settle(venue, f"U{number}", STRANGE)

    said = await venue.said()
    assert said.count("mention") == said.count("mail") == 2, "the first two came before the alarm"
    assert said.count("outage") == 1
    assert said.count("result") == 6
    assert said.count("card") == 6


async def test_a_fault_of_a_key_calls_people_also_within_an_outage(venue: Venue) -> None:
    await venue.many(IN_DOUBT, "U1", "U2", "U3")
    await settle(venue, "U4", diagnosis(Cause.CAN_TRADE))

    assert (await venue.said()).count("mention") == 1


async def test_a_client_who_asks_for_people_gets_them_also_within_an_outage(venue: Venue) -> None:
    for number in range(4):
        await settle(venue, f"U{number}", IN_DOUBT)
    async with venue.db.writing() as session:
        submission = (await cases.attempts_of(session, "T1", "U3"))[0][1]
        case = await cases.ask_support(session, submission)
        await tell_staff(session, STAFF, case)

    assert (await venue.said()).count("mention") == 1


async def test_a_test_that_is_settled_by_two_replicas_is_heard_once(venue: Venue) -> None:
    async with venue.db.writing() as session:
        _, attempt = await venue.given(session, user="U3", sealed=b"x")
        attempt_id = attempt.id or 0
    await asyncio.gather(*(settling(venue).settle(attempt_id, IN_DOUBT.to_json()) for _ in range(3)))

    assert (await venue.said()).count("result") == 1
    async with venue.db.reading() as session:
        assert len((await session.exec(select(Doubt))).all()) == 1

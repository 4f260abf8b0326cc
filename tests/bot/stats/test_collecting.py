"""The numbers are right, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from bot.schema import CaseState
from bot.stats import NO_STEP, Spread, Stats, collect
from tests.bot.rows import NOON, later
from tests.bot.stats.past import Past
from validators.diagnosis import Requirement, Verdict

WEEK = timedelta(days=7)
TRADE, IP, PERMANENT = Requirement.TRADE_OFF, Requirement.NO_IP_RESTRICTION, Requirement.PERMANENT
STEPS = {TRADE: "Step Four", IP: "Step Four", PERMANENT: "Step Six"}


async def of_the_week(past: Past, **options: Any) -> Stats:
    return await collect(past.session, NOON - WEEK, later(hours=1), STEPS, **options)


async def test_nothing_happened(past: Past) -> None:
    assert await of_the_week(past) == Stats(
        since=NOON - WEEK, until=later(hours=1), periods=(await of_the_week(past)).periods
    )


async def test_tests_are_counted_by_their_outcome(past: Past) -> None:
    for broken, user in (((), "U1"), ((), "U2"), ((TRADE,), "U2")):
        await past.test(broken=broken, user=user)
    await past.test(verdict=Verdict.COULD_NOT_TELL, user="U3")

    stats = await of_the_week(past)

    assert stats.verdicts == {Verdict.PASSED: 2, Verdict.NEEDS_A_FIX: 1, Verdict.COULD_NOT_TELL: 1}
    assert (stats.tests, stats.clients) == (4, 3)


async def test_a_test_that_was_tried_again_by_itself_counts_once_as_it_ended(past: Past) -> None:
    first = await past.test(verdict=Verdict.COULD_NOT_TELL)
    second = await past.test(
        later(minutes=1), verdict=Verdict.COULD_NOT_TELL, again=first, asked_by="keydesk"
    )
    await past.test(later(minutes=6), again=second, asked_by="keydesk")

    assert (await of_the_week(past)).verdicts == {Verdict.PASSED: 1}


async def test_a_test_that_a_person_asked_for_again_is_another_test(past: Past) -> None:
    first = await past.test(broken=[IP])
    await past.test(later(minutes=5), again=first, asked_by="client")

    assert (await of_the_week(past)).verdicts == {Verdict.NEEDS_A_FIX: 1, Verdict.PASSED: 1}


async def test_what_is_not_settled_or_lies_outside_is_not_counted(past: Past) -> None:
    await past.test(settled=False)
    await past.test(NOON - WEEK - timedelta(seconds=1))
    await past.test(later(hours=1))
    await past.test(NOON - WEEK)

    assert (await of_the_week(past)).tests == 1


async def test_open_cases_are_counted_by_state_whenever_they_began(past: Past) -> None:
    await past.case(NOON - 9 * WEEK, state=CaseState.WAITING)
    await past.case(needs_staff_since=NOON)
    await past.case(needs_staff_since=NOON, owner_id="U9")
    await past.case(closed_at=NOON, needs_staff_since=NOON)

    stats = await of_the_week(past)

    assert stats.open_cases == {CaseState.OPEN: 2, CaseState.WAITING: 1}
    assert (stats.unclaimed, stats.opened) == (1, 3)


@pytest.mark.parametrize(
    ("minutes", "median", "ninetieth"),
    [
        ([5], 5, 5),
        ([1, 2], 1, 2),
        ([3, 1, 2], 2, 3),
        (range(1, 11), 5, 9),
        (range(1, 101), 50, 90),
        ([4] * 7, 4, 4),
    ],
)
async def test_half_and_nine_tenths_did_not_take_longer(
    past: Past, minutes: list[int], median: int, ninetieth: int
) -> None:
    for taken in minutes:
        await past.case(NOON - timedelta(minutes=taken), closed_at=NOON)

    found = (await of_the_week(past)).resolution

    assert found == Spread(len(minutes), timedelta(minutes=median), timedelta(minutes=ninetieth))


@pytest.mark.parametrize(
    ("needed", "answered", "minutes"),
    [
        pytest.param(-20, 0, 20, id="from the moment it needed support"),
        pytest.param(None, 0, 60, id="from its beginning where it never did"),
        pytest.param(10, 0, 60, id="from its beginning where it was answered before"),
    ],
)
async def test_the_first_response_counts_from_when_it_was_needed(
    past: Past, needed: int | None, answered: int, minutes: int
) -> None:
    await past.case(
        NOON - timedelta(hours=1),
        needs_staff_since=None if needed is None else later(minutes=needed),
        first_response_at=later(minutes=answered),
    )

    found = (await of_the_week(past)).first_response

    assert (found.count, found.median) == (1, timedelta(minutes=minutes))


async def test_only_what_was_answered_or_closed_in_the_period_counts(past: Past) -> None:
    await past.case(NOON - 3 * WEEK, first_response_at=NOON - 2 * WEEK, closed_at=NOON)
    await past.case(NOON - 3 * WEEK)

    stats = await of_the_week(past)

    assert stats.first_response == Spread()
    assert stats.resolution == Spread(1, 3 * WEEK, 3 * WEEK)


async def test_failures_are_counted_by_requirement_and_day(past: Past) -> None:
    await past.test(NOON - timedelta(days=1), [IP])
    await past.test(NOON, [IP, TRADE])
    await past.test(NOON, [IP])
    await past.test(NOON)

    stats = await of_the_week(past)

    assert stats.by_requirement == {IP: (0, 0, 0, 0, 0, 0, 1, 2), TRADE: (0, 0, 0, 0, 0, 0, 0, 1)}
    assert list(stats.by_requirement) == [IP, TRADE], "the most frequent first"


async def test_a_test_counts_once_for_a_step_of_the_guide(past: Past) -> None:
    await past.test(NOON, [IP, TRADE, PERMANENT])

    stats = await of_the_week(past)

    assert {step: counts[-1] for step, counts in stats.by_step.items()} == {"Step Four": 1, "Step Six": 1}


async def test_a_requirement_without_a_step_is_counted_apart(past: Past) -> None:
    await past.test(NOON, [PERMANENT])

    found = await collect(past.session, NOON - WEEK, later(hours=1))

    assert list(found.by_step) == [NO_STEP]


async def test_one_period_alone_is_a_chart_too(past: Past) -> None:
    await past.test(NOON, [IP])

    found = await collect(past.session, NOON, later(minutes=1), STEPS)

    assert (found.periods, found.by_requirement) == ((NOON,), {IP: (1,)})


async def test_a_day_begins_at_the_midnight_of_the_office(past: Past) -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    await past.test(late, [IP])

    at_greenwich = await of_the_week(past)
    in_berlin = await of_the_week(past, zone=ZoneInfo("Europe/Berlin"))

    assert at_greenwich.by_requirement[IP][-2:] == (1, 0)
    assert in_berlin.by_requirement[IP][-2:] == (0, 1)


async def test_one_exchange_can_be_counted_alone(past: Past) -> None:
    for exchange in ("kucoin", "other"):
        await past.test(NOON, [IP], exchange=exchange, user=exchange)
        await past.case(NOON - timedelta(hours=1), exchange=exchange, closed_at=NOON, first_response_at=NOON)
        await past.case(exchange=exchange, needs_staff_since=NOON)

    one, both = await of_the_week(past, exchange="other"), await of_the_week(past)

    for stats, number in ((one, 1), (both, 2)):
        assert (stats.tests, stats.clients, stats.unclaimed, stats.opened) == (
            number,
            number,
            number,
            2 * number,
        )
        assert (stats.first_response.count, stats.resolution.count) == (number, number)
        assert stats.by_requirement[IP][-1] == number
        assert stats.open_cases == {CaseState.OPEN: number}


async def test_the_questions_are_as_many_however_much_happened(past: Past) -> None:
    connection = await past.session.connection()
    asked: list[str] = []
    event.listen(
        connection.sync_connection, "before_cursor_execute", lambda _c, _u, sql, *_rest: asked.append(sql)
    )

    await of_the_week(past)
    few = len(asked)
    for _ in range(30):
        await past.test(NOON, [IP])
    asked.clear()
    await of_the_week(past)

    assert len(asked) == few


async def test_the_tests_of_a_period_are_found_by_index(past: Past) -> None:
    connection = await past.session.connection()
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a small table faster without its index")
    plans: list[str] = []

    def explain(_connection: Any, cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        if "FROM attempt" in sql and not sql.startswith("EXPLAIN"):
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            plans.append(str(cursor.fetchall()))

    event.listen(connection.sync_connection, "before_cursor_execute", explain)
    await of_the_week(past)

    assert plans
    for plan in plans:
        assert "USING INDEX ix_attempt_settled_at" in plan
        assert "SCAN attempt" not in plan

"""What tests do to a case: it opens, is joined, calls people, and a pass closes it."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from bot import cases
from bot.db import Database
from bot.escalation import Reason
from bot.schema import Attempt, Case, CaseEvent, CaseState, Submission
from tests.bot.case_steps import SOON, acts, current, opened, settled
from tests.bot.conftest import Given
from tests.bot.rows import DANGEROUS, FIXABLE, IN_DOUBT, NOON, PASSED, diagnosis, later
from validators.diagnosis import Cause, Diagnosis

# --- opening and joining -------------------------------------------------------------------


async def test_a_failure_opens_case_one_and_the_client_has_the_ball(db: Database, given: Given) -> None:
    case = await opened(db, given)

    assert (case.number, case.state, case.failures_in_row) == (1, CaseState.WAITING, 1)
    assert (case.team_id, case.user_id, case.exchange, case.account) == ("T1", "U1", "kucoin", "spot_margin")
    assert (case.needs_staff_since, case.remind_at) == (None, None)
    assert (case.waiting_since, case.nudge_at, case.close_at) == (NOON, later(days=3), later(days=14))
    assert await acts(db) == ["opened", "attempt"]


async def test_a_doubt_opens_a_case_that_waits_for_nobody(db: Database, given: Given) -> None:
    case = await opened(db, given, IN_DOUBT)

    assert (case.state, case.failures_in_row, case.needs_staff_since) == (CaseState.OPEN, 0, None)
    assert (case.nudge_at, case.close_at, case.remind_at) == (None, None, None)


async def test_the_test_and_the_keys_know_their_case(db: Database, given: Given) -> None:
    case = await opened(db, given)
    async with db.reading() as session:
        assert (await session.exec(select(Attempt.case_number))).all() == [case.number]
        assert (await session.exec(select(Submission.case_number))).all() == [case.number]


async def test_another_failure_joins_the_open_case_and_calls_people(db: Database, given: Given) -> None:
    await opened(db, given)
    case = await settled(db, given, FIXABLE, minutes=5)

    assert case is not None
    assert (case.number, case.state, case.failures_in_row) == (1, CaseState.OPEN, 2)
    assert case.needs_staff_because == Reason.SECOND_FAILURE
    assert case.needs_staff_since == later(minutes=5)
    assert (case.remind_at, case.nudge_at, case.close_at) == (SOON, None, None)
    assert await acts(db) == ["opened", "attempt", "attempt", "needs_staff"]


async def test_a_doubt_in_between_does_not_end_the_row_nor_count(db: Database, given: Given) -> None:
    await opened(db, given)
    between = await settled(db, given, IN_DOUBT)
    assert between is not None
    assert between.needs_staff_since is None
    second = await settled(db, given, FIXABLE)
    assert second is not None
    assert second.needs_staff_because == Reason.SECOND_FAILURE


@pytest.mark.parametrize(
    ("found", "exhausted", "reason"),
    [
        (DANGEROUS, False, Reason.DANGER),
        (diagnosis(Cause.REGION_REFUSED), False, Reason.REGION),
        (IN_DOUBT, True, Reason.RETRIES_USED_UP),
        (None, True, Reason.OWN_ERROR),
    ],
)
async def test_people_are_called_at_once_where_the_rules_say_so(
    db: Database, given: Given, found: Diagnosis | None, exhausted: bool, reason: Reason
) -> None:
    case = await settled(db, given, found, exhausted=exhausted)

    assert case is not None
    assert (case.state, case.needs_staff_because, case.remind_at) == (CaseState.OPEN, reason, SOON)


@pytest.mark.parametrize("other", [{"user": "U2"}, {"account": "futures"}])
async def test_another_person_or_account_is_another_case(
    db: Database, given: Given, other: dict[str, str]
) -> None:
    await opened(db, given)
    case = await settled(db, given, FIXABLE, **other)  # type: ignore[arg-type]
    assert case is not None
    assert (case.number, case.failures_in_row) == (2, 1)


async def test_failures_at_the_same_moment_share_one_case(db: Database, given: Given) -> None:
    found = await asyncio.gather(*(settled(db, given, FIXABLE) for _ in range(6)))

    assert {case.number for case in found if case} == {found[0].number if found[0] else None}
    case = await current(db, found[0].number if found[0] else None)
    assert case.failures_in_row == 6
    assert (await acts(db, case.number)).count("needs_staff") == 1
    assert (await acts(db, case.number)).count("attempt") == 6


# --- a pass --------------------------------------------------------------------------------


async def test_a_pass_closes_the_open_case(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    case = await settled(db, given, PASSED, minutes=9)

    assert case is not None
    assert (case.number, case.state, case.closed_because) == (1, CaseState.CLOSED, "passed")
    assert (case.closed_at, case.failures_in_row, case.remind_at) == (later(minutes=9), 0, None)
    assert await acts(db) == ["opened", "attempt", "needs_staff", "attempt", "closed"]


async def test_a_pass_without_a_case_opens_none(db: Database, given: Given) -> None:
    assert await settled(db, given, PASSED) is None
    async with db.reading() as session:
        assert (await session.exec(select(Case))).all() == []


async def test_a_pass_of_the_other_account_closes_nothing(db: Database, given: Given) -> None:
    await opened(db, given)
    assert await settled(db, given, PASSED, account="futures") is None
    assert (await current(db)).state is CaseState.WAITING


async def test_after_a_pass_a_failure_is_a_new_case_and_a_first_one(db: Database, given: Given) -> None:
    await opened(db, given)
    await settled(db, given, PASSED)
    case = await settled(db, given, FIXABLE)
    assert case is not None
    assert (case.number, case.failures_in_row, case.needs_staff_since) == (2, 1, None)


# --- while people work on it -----------------------------------------------------------------


async def test_the_client_who_fails_again_gives_the_ball_back_to_staff(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    async with db.writing() as session:
        await cases.claim(session, 1, "S1", at=NOON)
        await cases.ask_retest(session, 1, "S1", at=NOON)
    case = await settled(db, given, FIXABLE, minutes=5)

    assert case is not None
    assert (case.state, case.owner_id, case.remind_at) == (CaseState.OPEN, "S1", None)
    assert (case.nudge_at, case.close_at) == (None, None)
    assert case.needs_staff_because == Reason.DANGER, "the first reason stays"


async def test_a_new_failure_does_not_put_a_reminder_off(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    async with db.writing() as session:
        submission, attempt = await given(session)
        case = await cases.record_attempt(
            session, attempt, submission, FIXABLE, remind_at=later(hours=9), at=later(minutes=20)
        )
    assert case is not None
    assert case.remind_at == SOON


@pytest.mark.parametrize(("asked_by", "state"), [("keydesk", CaseState.SNOOZED), ("client", CaseState.OPEN)])
async def test_a_snoozed_case_is_woken_by_the_client_and_not_by_our_own_retries(
    db: Database, given: Given, asked_by: str, state: CaseState
) -> None:
    await opened(db, given, IN_DOUBT)
    async with db.writing() as session:
        await cases.snooze(session, 1, "S1", later(hours=2), "the exchange is down", at=NOON)
    case = await settled(db, given, IN_DOUBT, asked_by=asked_by)
    assert case is not None
    assert case.state is state


async def test_our_own_retry_is_not_written_down_as_the_clients_act(db: Database, given: Given) -> None:
    await opened(db, given, IN_DOUBT)
    await settled(db, given, IN_DOUBT, asked_by="keydesk")
    async with db.reading() as session:
        events = (await session.exec(select(CaseEvent).where(CaseEvent.act == "attempt"))).all()
    assert [(event.actor, event.actor_team) for event in events] == [("U1", "T1"), ("keydesk", None)]


async def test_keys_that_do_not_open_are_the_clients_to_enter_again(db: Database, given: Given) -> None:
    case = await opened(db, given, None)
    assert (case.state, case.failures_in_row, case.needs_staff_since) == (CaseState.WAITING, 0, None)
    assert case.close_at == later(days=14)


async def forgotten(db: Database) -> Case:
    async with db.writing() as session:
        await cases.keys_forgotten(session, 1, "U1", "asked", 1400, at=later(hours=1))
    return await current(db)


async def test_a_doubt_whose_keys_are_forgotten_does_not_wait_for_ever(db: Database, given: Given) -> None:
    await opened(db, given, IN_DOUBT)
    case = await forgotten(db)
    assert (case.state, case.waiting_since) == (CaseState.WAITING, later(hours=1))
    assert (await acts(db))[-1] == "forgot_keys"


async def test_a_case_that_people_have_stays_theirs_when_its_keys_are_forgotten(
    db: Database, given: Given
) -> None:
    await opened(db, given, DANGEROUS)
    case = await forgotten(db)
    assert (case.state, case.remind_at) == (CaseState.OPEN, SOON)


async def test_a_closed_case_stays_closed_when_its_keys_are_forgotten(db: Database, given: Given) -> None:
    await opened(db, given)
    await settled(db, given, PASSED)
    assert (await forgotten(db)).state is CaseState.CLOSED

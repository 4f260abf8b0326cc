"""When people are called to a case, and what the client writes to them."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from bot import cases
from bot.db import Database
from bot.escalation import Reason
from bot.schema import Case, CaseState, Submission
from tests.bot.case_steps import SOON, acts, current, opened, settled
from tests.bot.conftest import Given
from tests.bot.rows import DANGEROUS, FIXABLE, NOON, PASSED, later

# --- asking for people -----------------------------------------------------------------------


async def test_people_are_called_once(db: Database, given: Given) -> None:
    await opened(db, given)
    async with db.writing() as session:
        for first in (True, False):
            called = await cases.mark_needs_staff(session, 1, Reason.SHARED_KEY, remind_at=SOON, at=NOON)
            assert called is first
    case = await current(db)
    assert (case.needs_staff_because, case.remind_at) == (Reason.SHARED_KEY, SOON)
    assert case.state is CaseState.OPEN


async def test_replicas_that_call_people_at_the_same_moment_do_it_once(db: Database, given: Given) -> None:
    await opened(db, given)

    async def call() -> bool:
        async with db.writing() as session:
            return await cases.mark_needs_staff(session, 1, Reason.SHARED_KEY)

    assert sorted(await asyncio.gather(*(call() for _ in range(5)))) == [False] * 4 + [True]


async def test_asking_support_calls_people_to_the_open_case(db: Database, given: Given) -> None:
    await opened(db, given)
    async with db.writing() as session:
        submission = (await session.exec(select(Submission))).one()
        case = await cases.ask_support(session, submission, "Where is step four?", remind_at=SOON, at=NOON)

    assert (case.number, case.state, case.needs_staff_because) == (1, CaseState.OPEN, Reason.ASKED_SUPPORT)
    assert (await acts(db))[2:] == ["asked_support", "client_reply", "needs_staff"]


async def test_asking_support_after_a_pass_opens_a_case(db: Database, given: Given) -> None:
    async with db.writing() as session:
        submission, _attempt = await given(session)
        case = await cases.ask_support(session, submission, remind_at=SOON, at=NOON)
    assert (case.number, submission.case_number, case.needs_staff_since) == (1, 1, NOON)


# --- the client's words ------------------------------------------------------------------------


async def replied(db: Database, number: int = 1, user: str = "U1", minutes: int = 1) -> Case:
    async with db.writing() as session:
        return await cases.client_replied(
            session, number, "T1", user, "I have done that.", remind_at=SOON, at=later(minutes=minutes)
        )


async def test_a_reply_gives_the_ball_to_staff(db: Database, given: Given) -> None:
    await opened(db, given)
    async with db.writing() as session:
        await cases.claim(session, 1, "S1")
        await cases.reply_sent(session, 1, "S1", "Please untick Spot Trading.", at=NOON)
    case = await replied(db)

    assert (case.state, case.nudge_at, case.close_at) == (CaseState.OPEN, None, None)
    assert case.needs_staff_since is None, "its owner sees it in the thread"
    assert (await acts(db))[-1] == "client_reply"


async def test_a_reply_that_nobody_would_see_calls_people(db: Database, given: Given) -> None:
    await opened(db, given)
    case = await replied(db)
    assert (case.needs_staff_because, case.remind_at) == (Reason.CLIENT_REPLIED, SOON)


async def test_a_reply_to_a_closed_case_reopens_it_for_a_new_round(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    async with db.writing() as session:
        await cases.reply_sent(session, 1, "S1", "Done?", at=NOON)
        await cases.resolve(session, 1, "S1", "helped", at=NOON)
    case = await replied(db, minutes=60)

    assert (case.number, case.state, case.closed_at) == (1, CaseState.OPEN, None)
    assert (case.needs_staff_since, case.needs_staff_because) == (later(hours=1), Reason.CLIENT_REPLIED)
    assert (case.first_response_at, case.failures_in_row) == (None, 0)
    assert (await acts(db))[-4:] == ["resolved", "reopened", "client_reply", "needs_staff"]


async def test_a_reply_to_an_old_case_goes_to_the_one_that_is_open(db: Database, given: Given) -> None:
    await opened(db, given)
    await settled(db, given, PASSED)
    await settled(db, given, FIXABLE)
    case = await replied(db, number=1)

    assert case.number == 2
    assert (await acts(db, 2))[-2:] == ["client_reply", "needs_staff"]
    assert (await current(db, 1)).state is CaseState.CLOSED


@pytest.mark.parametrize(("number", "user"), [(1, "U2"), (2, "U1")])
async def test_nobody_writes_into_a_case_that_is_not_theirs(
    db: Database, given: Given, number: int, user: str
) -> None:
    await opened(db, given)
    with pytest.raises(cases.NoSuchCase):
        await replied(db, number=number, user=user)
    assert await acts(db) == ["opened", "attempt"]


async def test_a_client_of_another_team_with_the_same_user_id_is_refused(db: Database, given: Given) -> None:
    await opened(db, given)
    async with db.writing() as session:
        with pytest.raises(cases.NoSuchCase):
            await cases.client_replied(session, 1, "T2", "U1", "hello")


async def test_every_act_makes_the_shown_card_old(db: Database, given: Given) -> None:
    case = await opened(db, given)
    seen = [case.card_version, *[(await replied(db)).card_version for _ in range(2)]]
    assert seen == sorted(set(seen))
    assert seen[0] > case.card_shown

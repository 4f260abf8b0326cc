"""Cases: what staff may do with them, and the way in to everything else about them.

Each verb is one transaction's worth on the caller's session and commits nothing; each leaves a
CaseEvent and makes the shown card old by a version. `staff_id` is the Slack user id of who acts,
or ``keydesk``. `remind_at` is when staff are reminded if the case then needs them unclaimed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import case_standing as standing
from bot.case_queries import (
    History,
    Which,
    attempts_of,
    case_of,
    case_with_history,
    cases_of,
    client_case,
    open_cases,
    submission_of,
    tests_referred,
)
from bot.case_refusals import (
    AnotherCaseOpen,
    CaseAlreadyClaimed,
    CaseClosed,
    CaseNotClosed,
    CaseRefusal,
    NoSuchCase,
    NotYourCase,
)
from bot.case_story import ask_support, client_replied, keys_forgotten, mark_needs_staff, record_attempt
from bot.case_timing import card_posted, close_unanswered, nudged, reminded, snooze, unsnooze
from bot.columns import now
from bot.schema import Case, CaseState

__all__ = [
    "AnotherCaseOpen",
    "CaseAlreadyClaimed",
    "CaseClosed",
    "CaseNotClosed",
    "CaseRefusal",
    "History",
    "NoSuchCase",
    "NotYourCase",
    "Which",
    "ask_retest",
    "ask_support",
    "assign",
    "attempts_of",
    "card_posted",
    "case_of",
    "case_with_history",
    "cases_of",
    "claim",
    "client_case",
    "client_replied",
    "close_unanswered",
    "keys_forgotten",
    "mark_needs_staff",
    "note",
    "nudged",
    "open_cases",
    "record_attempt",
    "release",
    "reminded",
    "reopen",
    "reply_sent",
    "resolve",
    "retest_run",
    "snooze",
    "submission_of",
    "tests_referred",
    "unsnooze",
]


async def claim(session: AsyncSession, number: int, staff_id: str, *, at: datetime | None = None) -> Case:
    """Make *staff_id* the owner. Claiming one's own case again changes nothing.

    Raises:
        NoSuchCase, CaseClosed
        CaseAlreadyClaimed: somebody else was first.
    """
    free = (col(Case.number) == number, col(Case.state) != CaseState.CLOSED, col(Case.owner_id).is_(None))
    taken = await session.exec(
        update(Case).where(*free).values(owner_id=staff_id, remind_at=None, remind_stage=0),
        execution_options={"synchronize_session": False},
    )
    case = await standing.locked_open(session, number)
    if taken.rowcount:
        standing.record(session, case, "claimed", staff_id, at or now())
    elif case.owner_id != staff_id:
        raise CaseAlreadyClaimed(number, case.owner_id or "")
    return case


async def assign(
    session: AsyncSession, number: int, staff_id: str, to: str, *, at: datetime | None = None
) -> Case:
    """Make *to* the owner, whoever has it; both stand in the history.

    Raises:
        NoSuchCase, CaseClosed
    """
    case = await standing.locked_open(session, number)
    if case.owner_id != to:
        before, case.owner_id = case.owner_id, to
        standing.disarm(case)
        standing.record(session, case, "assigned", staff_id, at or now(), to=to, before=before)
    return case


async def release(
    session: AsyncSession,
    number: int,
    staff_id: str,
    *,
    remind_at: datetime | None = None,
    at: datetime | None = None,
) -> Case:
    """Give one's own case back. Releasing one that nobody has changes nothing.

    Raises:
        NoSuchCase, CaseClosed
        NotYourCase: somebody else has it.
    """
    case = await standing.locked_open(session, number)
    if case.owner_id is None:
        return case
    if case.owner_id != staff_id:
        raise NotYourCase(number, case.owner_id)
    case.owner_id = None
    standing.arm(case, remind_at)
    standing.record(session, case, "released", staff_id, at or now())
    return case


async def note(
    session: AsyncSession, number: int, staff_id: str, text: str, *, at: datetime | None = None
) -> Case:
    """Keep an internal note, also on a closed case.

    Raises:
        NoSuchCase
    """
    case = await standing.locked(session, number)
    standing.record(session, case, "note", staff_id, at or now(), text=text)
    return case


async def reply_sent(
    session: AsyncSession, number: int, staff_id: str, text: str, *, at: datetime | None = None
) -> Case:
    """Staff wrote to the client, who is waited for from now on.

    Raises:
        NoSuchCase, CaseClosed
    """
    return await _answered(session, number, staff_id, "reply", at or now(), text=text)


async def ask_retest(
    session: AsyncSession, number: int, staff_id: str, *, at: datetime | None = None
) -> Case:
    """Staff asked the client for another test.

    Raises:
        NoSuchCase, CaseClosed
    """
    return await _answered(session, number, staff_id, "retest_asked", at or now())


async def _answered(
    session: AsyncSession, number: int, staff_id: str, act: str, at: datetime, text: str | None = None
) -> Case:
    case = await standing.locked_open(session, number)
    standing.first_response(case, at)
    standing.hand_to_client(case, at)
    standing.record(session, case, act, staff_id, at, text=text)
    return case


async def retest_run(
    session: AsyncSession, number: int, staff_id: str, *, at: datetime | None = None
) -> Case:
    """Staff ran the test again with the keys that are still held.

    Raises:
        NoSuchCase, CaseClosed
    """
    case = await standing.locked_open(session, number)
    standing.record(session, case, "retest_run", staff_id, at or now())
    return case


async def resolve(
    session: AsyncSession, number: int, staff_id: str, reason: str = "", *, at: datetime | None = None
) -> Case:
    """Staff close the case.

    Raises:
        NoSuchCase, CaseClosed
    """
    at = at or now()
    case = await standing.locked_open(session, number)
    standing.close(case, reason or "resolved", at)
    standing.record(session, case, "resolved", staff_id, at, reason=reason or None)
    return case


async def reopen(
    session: AsyncSession,
    number: int,
    staff_id: str,
    *,
    remind_at: datetime | None = None,
    at: datetime | None = None,
) -> Case:
    """Staff take a closed case up again; its owner stays.

    Raises:
        NoSuchCase, CaseNotClosed
        AnotherCaseOpen: the client has a newer one for the same account.
    """
    case = await standing.locked(session, number)
    if case.state is not CaseState.CLOSED:
        raise CaseNotClosed(number)
    try:
        async with session.begin_nested():
            standing.hand_to_staff(case, remind_at)
            case.failures_in_row = 0
            standing.record(session, case, "reopened", staff_id, at or now())
    except IntegrityError:
        closed = await standing.locked(session, number)
        raise AnotherCaseOpen(number, await standing.another_open(session, closed) or 0) from None
    return case

"""What clients and tests do to a case: it opens, is joined, needs people, is closed by a pass.

Each function is one transaction's worth on the caller's session and commits nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import case_standing as standing
from bot.case_refusals import NoSuchCase
from bot.columns import now
from bot.escalation import Reason, needs_staff
from bot.person import KEYDESK
from bot.schema import Attempt, Case, CaseEvent, CaseState, Submission
from validators.diagnosis import Diagnosis, Verdict


async def record_attempt(
    session: AsyncSession,
    attempt: Attempt,
    submission: Submission,
    diagnosis: Diagnosis | None,
    reason: Reason | None = None,
    *,
    retries_exhausted: bool = False,
    alarmed: bool = False,
    remind_at: datetime | None = None,
    at: datetime | None = None,
) -> Case | None:
    """Enter a settled test into the client's case for this exchange and account.

    A failure or a doubt opens or joins it; a pass closes it. The caller does this once per attempt.

    Args:
        diagnosis: None where there was none: an error of ours, or keys that did not open.
        reason: Why people are needed, where the caller knows more than the diagnosis says.
        retries_exhausted: The test was tried again by itself as often as it should be.
        alarmed: Staff have been told of this doubt, of many clients at once: nobody is called.
        remind_at: When staff are reminded if this makes the case theirs and nobody takes it.

    Returns:
        The case; None after a pass without one.
    """
    at = at or now()
    if diagnosis is not None and diagnosis.verdict is Verdict.PASSED:
        return await _passed(session, attempt, submission, at)
    case = await _entered(session, attempt, submission, diagnosis, at)
    reason = reason or needs_staff(diagnosis, case.failures_in_row, retries_exhausted)
    if reason is not None and not alarmed:
        standing.call_staff(session, case, reason, remind_at, at)
    else:
        _hand_on(case, attempt, diagnosis, remind_at, at)
    return case


async def _entered(
    session: AsyncSession,
    attempt: Attempt,
    submission: Submission,
    diagnosis: Diagnosis | None,
    at: datetime,
) -> Case:
    case = await standing.opened_or_joined(session, submission, at)
    attempt.case_number = case.number
    session.add(attempt)
    verdict = diagnosis.verdict if diagnosis else Verdict.COULD_NOT_TELL
    # A doubt is neither a failure of the client's nor the end of a row of them.
    case.failures_in_row += verdict is Verdict.NEEDS_A_FIX
    _write_attempt(session, case, attempt, submission, verdict, at)
    return case


def _hand_on(
    case: Case,
    attempt: Attempt,
    diagnosis: Diagnosis | None,
    remind_at: datetime | None,
    at: datetime,
) -> None:
    """To the client who has something to do, unless people already work on it."""
    if case.state is CaseState.SNOOZED and attempt.asked_by == KEYDESK:
        return
    # Where there is no diagnosis the keys did not open: the client has to enter them again.
    for_client = diagnosis is None or diagnosis.verdict is Verdict.NEEDS_A_FIX
    if for_client and case.needs_staff_since is None:
        standing.hand_to_client(case, at)
    else:
        standing.hand_to_staff(case, remind_at)


async def _passed(
    session: AsyncSession, attempt: Attempt, submission: Submission, at: datetime
) -> Case | None:
    case = await standing.open_case_like(session, submission)
    if case is None:
        return None
    attempt.case_number = submission.case_number = case.number
    session.add_all((attempt, submission))
    case.failures_in_row = 0
    _write_attempt(session, case, attempt, submission, Verdict.PASSED, at)
    standing.close(case, "passed", at)
    standing.record(session, case, "closed", KEYDESK, at, reason="passed")
    return case


def _write_attempt(
    session: AsyncSession,
    case: Case,
    attempt: Attempt,
    submission: Submission,
    verdict: Verdict,
    at: datetime,
) -> None:
    actor = submission.user_id if attempt.asked_by == "client" else KEYDESK
    standing.record(session, case, "attempt", actor, at, verdict=verdict.value, attempt=attempt.id)


async def keys_forgotten(
    session: AsyncSession,
    number: int,
    actor: str,
    because: str,
    held_ms: int,
    *,
    at: datetime | None = None,
) -> Case:
    """The sealed keys of the case were forgotten: nothing is tried again by itself any more.

    A case that only waited for such a try is the client's to take up; else it would wait for ever.

    Args:
        held_ms: How long they were held, in milliseconds.

    Raises:
        NoSuchCase
    """
    at = at or now()
    case = await standing.locked(session, number)
    if case.state is CaseState.OPEN and case.needs_staff_since is None and case.owner_id is None:
        standing.hand_to_client(case, at)
    standing.record(session, case, "forgot_keys", actor, at, because=because, held_ms=held_ms)
    return case


async def mark_needs_staff(
    session: AsyncSession,
    number: int,
    reason: Reason,
    *,
    remind_at: datetime | None = None,
    at: datetime | None = None,
) -> bool:
    """Call people to an open case. True only the first time.

    Raises:
        NoSuchCase, CaseClosed
    """
    case = await standing.locked_open(session, number)
    return standing.call_staff(session, case, reason, remind_at, at or now())


async def ask_support(
    session: AsyncSession,
    submission: Submission,
    text: str = "",
    *,
    remind_at: datetime | None = None,
    at: datetime | None = None,
) -> Case:
    """The client of *submission* wants people: in the open case, or in a new one."""
    at = at or now()
    case = await standing.opened_or_joined(session, submission, at)
    standing.record(session, case, "asked_support", case.user_id, at)
    if text:
        standing.record(session, case, "client_reply", case.user_id, at, text=text)
    standing.call_staff(session, case, Reason.ASKED_SUPPORT, remind_at, at)
    return case


async def client_replied(
    session: AsyncSession,
    number: int,
    team: str,
    user: str,
    text: str,
    *,
    remind_at: datetime | None = None,
    at: datetime | None = None,
) -> Case:
    """The client wrote. A closed case is reopened, or where a newer one is open, that one is meant.

    Returns:
        The case in which it was entered.

    Raises:
        NoSuchCase: there is none of that number that is this client's.
    """
    at = at or now()
    case = await standing.locked(session, number)
    if (case.team_id, case.user_id) != (team, user):
        raise NoSuchCase(number)
    if case.state is CaseState.CLOSED:
        newer = await standing.open_case_like(session, case)
        case = newer or _reopened_by_client(session, case, at)
    standing.record(session, case, "client_reply", user, at, text=text)
    standing.hand_to_staff(case, remind_at)
    if case.owner_id is None:
        standing.call_staff(session, case, Reason.CLIENT_REPLIED, remind_at, at)
    return case


def _reopened_by_client(session: AsyncSession, case: Case, at: datetime) -> Case:
    """A new round of the case: people are called anew, and their answer is timed anew."""
    standing.hand_to_staff(case, None)
    case.needs_staff_since = case.needs_staff_because = case.first_response_at = None
    case.failures_in_row = 0
    standing.record(session, case, "reopened", case.user_id, at)
    return case


async def not_delivered(
    session: AsyncSession,
    number: int,
    message_id: int,
    why: str,
    *,
    remind_at: datetime | None = None,
    at: datetime | None = None,
) -> Case | None:
    """A message of the outbox does not reach the client, who is thus not waited for: the ball is with staff.

    Returns:
        None where that is known of this message, or the case is closed.

    Raises:
        NoSuchCase
    """
    case = await standing.locked(session, number)
    known = select(CaseEvent).where(CaseEvent.case_number == number, CaseEvent.act == "not_delivered")
    seen = {event.changes.get("message") for event in await session.exec(known)}
    if case.state is CaseState.CLOSED or message_id in seen:
        return None
    standing.record(session, case, "not_delivered", KEYDESK, at or now(), message=message_id, why=why)
    standing.hand_to_staff(case, remind_at)
    return case

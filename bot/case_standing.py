"""How a case stands and what is due for it: the rules that every verb on cases shares.

The state says who has the ball. OPEN: staff, and while nobody owns a case that needs them, a
reminder is due. WAITING: the client, who is nudged and in the end closed. SNOOZED: nobody.
Each act leaves one CaseEvent and makes the shown card old by one version.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.case_refusals import CaseClosed, NoSuchCase
from bot.db import StorageUnavailable, Trouble
from bot.escalation import Reason
from bot.person import KEYDESK
from bot.schema import Case, CaseEvent, CaseState, Submission

NUDGE_AFTER = timedelta(days=3)
CLOSE_AFTER = timedelta(days=14)
LONGEST_REASON = 300
TRIES = 3


async def locked(session: AsyncSession, number: int) -> Case:
    """The case, held against others until the transaction ends.

    Raises:
        NoSuchCase
    """
    query = select(Case).where(Case.number == number).with_for_update()
    case = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if case is None:
        raise NoSuchCase(number)
    return case


async def locked_open(session: AsyncSession, number: int) -> Case:
    """The same, of a case that is not closed.

    Raises:
        NoSuchCase, CaseClosed
    """
    case = await locked(session, number)
    if case.state is CaseState.CLOSED:
        raise CaseClosed(number)
    return case


async def open_case_like(session: AsyncSession, like: Case | Submission) -> Case | None:
    """The same client's open case for the same exchange and account, held; there is one at most."""
    query = select(Case).where(
        Case.team_id == like.team_id,
        Case.user_id == like.user_id,
        Case.exchange == like.exchange,
        Case.account == like.account,
        Case.state != CaseState.CLOSED,
    )
    found = await session.exec(query.with_for_update(), execution_options={"populate_existing": True})
    return found.first()


async def opened_or_joined(session: AsyncSession, submission: Submission, at: datetime) -> Case:
    """The client's open case for the submission's exchange and account; a new one if there is none."""
    for _ in range(TRIES):
        case = await open_case_like(session, submission) or await _newly_opened(session, submission, at)
        if case is not None:
            submission.case_number = case.number
            session.add(submission)
            return case
    # Opened and closed by others under our hands, each time: whoever called tries again.
    raise StorageUnavailable(Trouble.LOCKED)


async def _newly_opened(session: AsyncSession, submission: Submission, at: datetime) -> Case | None:
    case = Case(
        team_id=submission.team_id,
        user_id=submission.user_id,
        exchange=submission.exchange,
        account=submission.account,
        opened_at=at,
    )
    try:
        async with session.begin_nested():
            session.add(case)
    except IntegrityError:
        # Another replica opened it in the same moment: there is one to join.
        return None
    record(session, case, "opened", KEYDESK, at)
    return case


def record(
    session: AsyncSession, case: Case, act: str, actor: str, at: datetime, **changes: str | int | None
) -> None:
    """Write down who did what, and make the shown card old."""
    case.card_version += 1
    team = case.team_id if actor == case.user_id else None
    told = {name: change for name, change in changes.items() if change is not None}
    session.add(case)
    session.add(
        CaseEvent(case_number=case.number or 0, at=at, actor_team=team, actor=actor, act=act, changes=told)
    )


def hand_to_staff(case: Case, remind_at: datetime | None) -> None:
    """The ball is with staff. What is due already stays due when it was."""
    if case.state is not CaseState.OPEN:
        _stand(case, CaseState.OPEN)
        arm(case, remind_at)


def hand_to_client(case: Case, at: datetime) -> None:
    """The ball is with the client: the staff's clock stands still, the client's begins."""
    _stand(case, CaseState.WAITING)
    case.waiting_since, case.nudge_at, case.close_at = at, at + NUDGE_AFTER, at + CLOSE_AFTER


def put_to_sleep(case: Case, until: datetime) -> None:
    _stand(case, CaseState.SNOOZED)
    case.snoozed_until = until


def close(case: Case, because: str, at: datetime) -> None:
    _stand(case, CaseState.CLOSED)
    # Neither database stores halves of characters, and PostgreSQL no zero either.
    text = because.encode(errors="ignore").decode().replace("\0", "")
    case.closed_at, case.closed_because = at, text[:LONGEST_REASON]


def _stand(case: Case, state: CaseState) -> None:
    case.state = state
    case.waiting_since = case.nudge_at = case.close_at = None
    case.snoozed_until = case.closed_at = case.closed_because = None
    disarm(case)


def arm(case: Case, remind_at: datetime | None) -> None:
    """Staff are reminded at *remind_at* if the case needs them and nobody has it."""
    if case.state is CaseState.OPEN and case.owner_id is None and case.needs_staff_since is not None:
        case.remind_at, case.remind_stage = remind_at, 0


def disarm(case: Case) -> None:
    case.remind_at, case.remind_stage = None, 0


def call_staff(
    session: AsyncSession, case: Case, reason: Reason, remind_at: datetime | None, at: datetime
) -> bool:
    """Mark an open case as needing people. True only the first time."""
    hand_to_staff(case, remind_at)
    if case.needs_staff_since is not None:
        return False
    case.needs_staff_since, case.needs_staff_because = at, reason.value
    arm(case, remind_at)
    record(session, case, "needs_staff", KEYDESK, at, reason=reason.value)
    return True


def first_response(case: Case, at: datetime) -> None:
    """Staff have written to the client; only the first time counts."""
    case.first_response_at = case.first_response_at or at


async def another_open(session: AsyncSession, case: Case) -> int | None:
    """The number of another open case of the same client, exchange and account."""
    query = select(Case.number).where(
        col(Case.team_id) == case.team_id,
        col(Case.user_id) == case.user_id,
        col(Case.exchange) == case.exchange,
        col(Case.account) == case.account,
        col(Case.state) != CaseState.CLOSED,
        col(Case.number) != case.number,
    )
    return (await session.exec(query)).first()

"""What there is to read about cases. Whatever is about a client asks for team and user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.case_refusals import NoSuchCase
from bot.reference import first_digits
from bot.schema import Attempt, Case, CaseEvent, CaseState, Submission

Which = Literal["mine", "unclaimed", "waiting", "all"]
PAGE = 10
OPEN = tuple(state for state in CaseState if state is not CaseState.CLOSED)


@dataclass(frozen=True, slots=True)
class History:
    """A case with everything that happened to it, oldest first."""

    case: Case
    events: Sequence[CaseEvent]
    attempts: Sequence[tuple[Attempt, Submission]]


async def open_cases(
    session: AsyncSession, which: Which = "all", staff_id: str = "", limit: int = PAGE, offset: int = 0
) -> tuple[Sequence[Case], int]:
    """One page of the cases that are not closed, oldest first, and how many there are in all."""
    # The states by name: "all but closed" would read the whole index, most of which is closed.
    wanted = (col(Case.state).in_(OPEN), *_which(which, staff_id))
    total = (await session.exec(select(func.count()).select_from(Case).where(*wanted))).one()
    ordered = select(Case).where(*wanted).order_by(col(Case.opened_at), col(Case.number))
    return (await session.exec(ordered.offset(offset).limit(limit))).all(), total


def _which(which: Which, staff_id: str) -> tuple[ColumnElement[bool], ...]:
    narrowed: dict[Which, tuple[ColumnElement[bool], ...]] = {
        "mine": (col(Case.owner_id) == staff_id,),
        "unclaimed": (col(Case.owner_id).is_(None),),
        "waiting": (col(Case.state) == CaseState.WAITING,),
        "all": (),
    }
    return narrowed[which]


async def case_of(session: AsyncSession, number: int) -> Case:
    """Any case, for staff.

    Raises:
        NoSuchCase
    """
    case = await session.get(Case, number)
    if case is None:
        raise NoSuchCase(number)
    return case


async def case_with_history(session: AsyncSession, number: int) -> History:
    """Any case with all that happened to it, for staff.

    Raises:
        NoSuchCase
    """
    case = await case_of(session, number)
    events = select(CaseEvent).where(CaseEvent.case_number == number).order_by(col(CaseEvent.id))
    attempts = (
        select(Attempt, Submission)
        .join(Submission, col(Submission.id) == col(Attempt.submission_id))
        .where(Attempt.case_number == number)
        .order_by(col(Attempt.id))
    )
    return History(case, (await session.exec(events)).all(), (await session.exec(attempts)).all())


async def client_case(session: AsyncSession, number: int, team: str, user: str) -> Case:
    """This client's own case of that number.

    Raises:
        NoSuchCase: also where it is another client's.
    """
    own = select(Case).where(Case.number == number, Case.team_id == team, Case.user_id == user)
    case = (await session.exec(own)).first()
    if case is None:
        raise NoSuchCase(number)
    return case


async def cases_of(session: AsyncSession, team: str, user: str, limit: int = 50) -> Sequence[Case]:
    """This client's own cases, newest first."""
    own = select(Case).where(Case.team_id == team, Case.user_id == user)
    return (await session.exec(own.order_by(col(Case.number).desc()).limit(limit))).all()


async def attempts_of(
    session: AsyncSession, team: str, user: str, limit: int = 50
) -> Sequence[tuple[Attempt, Submission]]:
    """This client's own tests with what they tested, newest first."""
    own = (
        select(Attempt, Submission)
        .join(Submission, col(Submission.id) == col(Attempt.submission_id))
        .where(Submission.team_id == team, Submission.user_id == user)
        .order_by(col(Attempt.id).desc())
        .limit(limit)
    )
    return (await session.exec(own)).all()


async def submission_of(session: AsyncSession, submission_id: str, team: str, user: str) -> Submission | None:
    """This client's own submission of that id; None also where it is another client's."""
    own = select(Submission).where(
        Submission.id == submission_id, Submission.team_id == team, Submission.user_id == user
    )
    return (await session.exec(own)).first()


async def tests_referred(
    session: AsyncSession, reference: str
) -> Sequence[tuple[Submission, Sequence[Attempt]]]:
    """Whatever was tested under that reference, for staff, newest first: as a rule one."""
    digits = first_digits(reference)
    # A range and no pattern, so that it is found by the primary key on either database.
    within = (col(Submission.id) >= digits, col(Submission.id) < f"{digits}g")
    found = (await session.exec(select(Submission).where(*within))).all()
    tests = []
    for submission in sorted(found, key=lambda one: one.created_at, reverse=True):
        attempts = select(Attempt).where(Attempt.submission_id == submission.id).order_by(col(Attempt.id))
        tests.append((submission, (await session.exec(attempts)).all()))
    return tests

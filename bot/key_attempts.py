"""The rows of a test: what was promised for which keys, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.columns import now
from bot.pausing import refuse_while_paused
from bot.person import Person
from bot.refusal import Refusal
from bot.schema import Attempt, Submission

SWEEP_BATCH = 200


class KeysForgotten(Refusal):
    """The sealed keys are no longer held."""


class AlreadyTesting(Refusal):
    """A test of these keys is under way."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised to a client: the test of which keys, shown in which dialog."""

    submission_id: str
    attempt_id: int
    dialog_id: str


async def promised(session: AsyncSession, submission: Submission, asked_by: str) -> Promise:
    """The next attempt of these keys; one that waits for its turn is brought forward.

    Raises:
        AlreadyTesting: one is due already.
        TestsPaused: an operator wants none.
    """
    is_new = submission in session.new
    await refuse_while_paused(session)
    last = None if is_new else await _last(session, submission.id)
    if last is not None and last.settled_at is None:
        if last.due_at <= now():
            raise AlreadyTesting(submission.id)
        attempt = last
        attempt.due_at = attempt.asked_at = now()
        attempt.asked_by = asked_by
    else:
        attempt = Attempt(
            submission_id=submission.id,
            number=(last.number if last else 0) + 1,
            asked_by=asked_by,
            asked_at=now(),
            due_at=now(),
        )
    session.add(attempt)
    await session.flush()
    return Promise(submission.id, attempt.id or 0, submission.dialog_id or "")


async def promised_before(session: AsyncSession, person: Person, form: str) -> Promise | None:
    """The promise that was made for this dialog when it arrived first; None where it did not."""
    submission = await cases.submission_of(session, form, person.team_id, person.user_id)
    if submission is None:
        return None
    first = await session.exec(
        select(Attempt.id).where(Attempt.submission_id == form).order_by(col(Attempt.number))
    )
    return Promise(form, first.first() or 0, submission.dialog_id or "")


async def held(session: AsyncSession, person: Person, submission_id: str) -> Submission:
    """This person's own keys, while they are held.

    Raises:
        KeysForgotten
    """
    submission = await cases.submission_of(session, submission_id, person.team_id, person.user_id)
    if submission is not None:
        # Two presses at once, on two replicas, take their turns here.
        await session.refresh(submission, with_for_update=True)
    if submission is None or submission.sealed is None:
        raise KeysForgotten("not held for this person")
    return submission


async def due_attempts(session: AsyncSession) -> list[int]:
    """Ids of the attempts that are due and not settled, the longest due first."""
    due = await session.exec(
        select(Attempt.id)
        .where(col(Attempt.settled_at).is_(None), Attempt.due_at <= now())
        .order_by(col(Attempt.due_at))
        .limit(SWEEP_BATCH)
    )
    return [attempt_id for attempt_id in due if attempt_id is not None]


async def next_try_of(session: AsyncSession, submission_id: str) -> datetime | None:
    """When these keys are tried again by themselves; None where they are not."""
    due = await session.exec(
        select(Attempt.due_at).where(
            Attempt.submission_id == submission_id, col(Attempt.settled_at).is_(None)
        )
    )
    return due.first()


async def settled_attempts(session: AsyncSession, submission_id: str) -> list[int]:
    """Ids of the attempts of these keys that have a result, oldest first."""
    settled = await session.exec(
        select(Attempt.id)
        .where(Attempt.submission_id == submission_id, col(Attempt.settled_at).is_not(None))
        .order_by(col(Attempt.number))
    )
    return [attempt_id for attempt_id in settled if attempt_id is not None]


async def _last(session: AsyncSession, submission_id: str) -> Attempt | None:
    attempts = await session.exec(
        select(Attempt)
        .where(Attempt.submission_id == submission_id)
        .order_by(col(Attempt.number).desc())
        .limit(1)
    )
    return attempts.first()

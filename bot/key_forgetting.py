"""Forgetting sealed keys: the row, the receipt in the case's history, what would have been tried again.

Each is one transaction's worth on the caller's session and commits nothing. Whoever commits has the
database shred what was overwritten (`bot.shredding`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.columns import now
from bot.db import Database
from bot.key_attempts import settled_attempts
from bot.key_fate import Fate, Forgotten
from bot.person import KEYDESK, Person
from bot.schema import Attempt, Case, OddValue, Submission
from bot.telling import tell_client
from validators.diagnosis import Verdict

ODD_VALUES_KEPT = timedelta(days=30)
LATELY = timedelta(minutes=2)
"""Several rounds of the purge: saying it twice says it once."""


def apply_fate(submission: Submission, fate: Fate, at: datetime) -> None:
    """Forget or keep the sealed keys; changes the row, writes nothing."""
    if submission.sealed is None:
        return
    if fate.forgotten is not None:
        submission.sealed, submission.purge_at = None, None
        submission.purged_at, submission.purged_because = at, fate.forgotten
    else:
        submission.purge_at = fate.held_until


async def forget_keys(session: AsyncSession, submission: Submission, why: Forgotten) -> Case | None:
    """Forget them as their client wishes; what was to be tried again is settled without a word.

    Returns:
        The case that has the receipt in its history; None where these keys have no case.
    """
    apply_fate(submission, Fate(why), now())
    session.add(submission)
    await session.exec(
        update(Attempt)
        .where(
            col(Attempt.submission_id) == submission.id,
            col(Attempt.settled_at).is_(None),
            col(Attempt.due_at) > now(),
        )
        .values(settled_at=now(), verdict=Verdict.COULD_NOT_TELL)
    )
    return await receipt(session, submission, submission.user_id)


async def replace_earlier(session: AsyncSession, new: Submission) -> None:
    """Forget what the same person gave earlier for the same account: the new keys take its place."""
    earlier = await session.exec(
        select(Submission).where(
            Submission.team_id == new.team_id,
            Submission.user_id == new.user_id,
            Submission.exchange == new.exchange,
            Submission.account == new.account,
            col(Submission.sealed).is_not(None),
        )
    )
    for submission in earlier:
        if not await _under_test(session, submission.id):
            await forget_keys(session, submission, Forgotten.REPLACED)


async def tell_forgotten(session: AsyncSession, submission: Submission) -> None:
    """Every result that was told of these keys says from now on that they are forgotten."""
    person = Person(submission.team_id, submission.user_id)
    for attempt in await settled_attempts(session, submission.id):
        key = f"result_again:{attempt}:forgotten"
        await tell_client(session, person, "result_again", key, attempt=attempt)


async def tell_purged(session: AsyncSession, at: datetime) -> set[str]:
    """The same for keys whose time was over, or that an operator forgot, a short while before *at*.

    Returns:
        The conversations in which there is something to say.
    """
    lately = col(Submission.purged_at) > at - LATELY
    purged = col(Submission.purged_because).in_([Forgotten.TIME_OVER, Forgotten.PURGED])
    forgotten = (await session.exec(select(Submission).where(lately, purged))).all()
    for submission in forgotten:
        await tell_forgotten(session, submission)
    return {submission.user_id for submission in forgotten}


async def forget_odd_values(db: Database, at: datetime | None = None) -> int:
    """Delete the marks of odd values that were asked about long ago; how many."""
    old = col(OddValue.seen_at) < (at or now()) - ODD_VALUES_KEPT
    async with db.writing() as session:
        return (await session.exec(delete(OddValue).where(old))).rowcount


async def receipt(session: AsyncSession, submission: Submission, actor: str = KEYDESK) -> Case | None:
    """Enter into the case's history that the keys are gone, why, and how long they were held."""
    if submission.case_number is None or submission.purged_at is None:
        return None
    held_ms = round((submission.purged_at - submission.created_at).total_seconds() * 1000)
    because = submission.purged_because or ""
    return await cases.keys_forgotten(session, submission.case_number, actor, because, held_ms)


async def _under_test(session: AsyncSession, submission_id: str) -> bool:
    running = await session.exec(
        select(Attempt.id).where(
            Attempt.submission_id == submission_id,
            col(Attempt.settled_at).is_(None),
            Attempt.due_at <= now(),
        )
    )
    return running.first() is not None

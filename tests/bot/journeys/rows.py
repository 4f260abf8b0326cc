"""The rows of a test, read and spoilt behind the program's back."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select, update

from bot.demo.stage import Stage
from bot.demo.workspace import Person
from bot.schema import Attempt, Submission


async def submission(stage: Stage, person: Person) -> Submission:
    """What this person gave last."""
    own = select(Submission).where(Submission.user_id == person.user_id)
    async with stage.bot.app.db.reading() as session:
        return (await session.exec(own.order_by(col(Submission.created_at).desc()).limit(1))).one()


async def last_attempt(stage: Stage, person: Person) -> Attempt:
    """The last test of it."""
    given = await submission(stage, person)
    own = select(Attempt).where(Attempt.submission_id == given.id).order_by(col(Attempt.number).desc())
    async with stage.bot.app.db.reading() as session:
        return (await session.exec(own)).one()


async def change(stage: Stage, person: Person, **columns: Any) -> None:
    """Write into the row of what this person gave last."""
    given = await submission(stage, person)
    async with stage.bot.app.db.writing() as session:
        row = update(Submission).where(col(Submission.id) == given.id)
        await session.exec(row.values(**columns))


def sealed_of(given: Submission) -> bytes:
    """The sealed keys, which have to be there."""
    assert given.sealed is not None, "nothing is held"
    return given.sealed

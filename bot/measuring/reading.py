"""How things stand in the database, over all replicas, read when Prometheus asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.case_queries import OPEN
from bot.db import Database
from bot.db_clock import present
from bot.outbox import Standing
from bot.outbox.lanes import undone
from bot.outbox.standing import standing
from bot.schema import Attempt, Case, CaseState, MessageState, Outage, OutboxMessage, Replica, Submission

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the database.

    Attributes:
        tests_due: Promised tests whose time has come.
        oldest_test_s: Age in seconds of the longest due one; 0 where there is none.
        messages: By state and kind, of those that are not yet out.
        sealed_keys: How many clients' keys are held.
        cases: Open ones by state.
        unclaimed: Open cases that need staff and have no owner.
        outages: By exchange and cause.
    """

    tests_due: int
    oldest_test_s: float
    messages: Mapping[tuple[str, str], int]
    outbox: Standing
    sealed_keys: int
    cases: Mapping[str, int]
    unclaimed: int
    outages: Mapping[tuple[str, str], int]
    replicas: int


async def read(db: Database) -> Reading:
    """Look once, by indexes alone.

    Raises:
        StorageUnavailable: the database cannot be read now.
    """
    outbox = await standing(db)
    async with db.reading() as session:
        at = await present(session)
        due, oldest = await _tests(session, at)
        return Reading(
            tests_due=due,
            oldest_test_s=(at - oldest).total_seconds() if oldest else 0.0,
            messages=await _messages(session),
            outbox=outbox,
            sealed_keys=await _sealed(session),
            cases=await _cases(session),
            unclaimed=await _unclaimed(session),
            outages=await _outages(session),
            replicas=await _replicas(session, at),
        )


async def _tests(session: AsyncSession, at: datetime) -> tuple[int, datetime | None]:
    waiting = (col(Attempt.settled_at).is_(None), col(Attempt.due_at) <= at)
    found = await session.exec(select(func.count(), func.min(Attempt.due_at)).where(*waiting))
    return found.one()


async def _messages(session: AsyncSession) -> dict[tuple[str, str], int]:
    state, kind = col(OutboxMessage.state), col(OutboxMessage.kind)
    rows = await session.exec(select(state, kind, func.count()).where(undone()).group_by(state, kind))
    return {(MessageState(state).value, kind): count for state, kind, count in rows}


async def _sealed(session: AsyncSession) -> int:
    # What is sealed has a time at which it is forgotten, and that has an index. A range, for SQLite
    # reads the whole table where it is asked for "not null".
    held = (col(Submission.purge_at) > LONG_AGO, col(Submission.sealed).is_not(None))
    return (await session.exec(select(func.count()).select_from(Submission).where(*held))).one()


async def _cases(session: AsyncSession) -> dict[str, int]:
    state = col(Case.state)
    # The states by name: "all but closed" would read the whole index, most of which is closed.
    rows = await session.exec(select(state, func.count()).where(state.in_(OPEN)).group_by(state))
    return {CaseState(state).value: count for state, count in rows}


async def _unclaimed(session: AsyncSession) -> int:
    waiting = (
        col(Case.state) == CaseState.OPEN,
        col(Case.needs_staff_since).is_not(None),
        col(Case.owner_id).is_(None),
    )
    return (await session.exec(select(func.count()).select_from(Case).where(*waiting))).one()


async def _outages(session: AsyncSession) -> dict[tuple[str, str], int]:
    going_on = select(Outage.exchange, Outage.cause).where(col(Outage.ended_at).is_(None))
    return dict.fromkeys((await session.exec(going_on)).all(), 1)


async def _replicas(session: AsyncSession, at: datetime) -> int:
    living = select(func.count()).select_from(Replica).where(col(Replica.expires_at) > at)
    return (await session.exec(living)).one()

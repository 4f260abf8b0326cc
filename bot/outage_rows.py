"""What the rows say about outages: who met which doubt when, what lasts, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.schema import Attempt, Case, CaseState, Doubt, Outage, Submission


@dataclass(frozen=True, slots=True)
class Met:
    """How many clients met a doubt, and when the first of them did."""

    clients: int
    first_at: datetime | None


async def enter(session: AsyncSession, submission: Submission, cause: str, at: datetime) -> None:
    """This client met this doubt, now; each client counts once."""
    row = {
        "exchange": submission.exchange,
        "cause": cause,
        "account": submission.account,
        "team_id": submission.team_id,
        "user_id": submission.user_id,
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    entered = insert(Doubt).values(**row, at=at)
    await session.exec(entered.on_conflict_do_update(index_elements=list(row), set_={"at": at}))


async def counted(session: AsyncSession, exchange: str, cause: str, since: datetime) -> Met:
    """The different clients who have met a doubt since a moment."""
    people = (
        select(Doubt.team_id, Doubt.user_id, func.min(Doubt.at).label("first_at"))
        .where(Doubt.exchange == exchange, Doubt.cause == cause, Doubt.at >= since)
        .group_by(col(Doubt.team_id), col(Doubt.user_id))
        .subquery()
    )
    clients, first_at = (await session.exec(select(func.count(), func.min(people.c.first_at)))).one()
    return Met(clients, first_at)


async def open_outages(
    session: AsyncSession, exchange: str | None = None, cause: str | None = None
) -> Sequence[Outage]:
    """What lasts, as it is now."""
    wanted: list[ColumnElement[bool]] = [col(Outage.ended_at).is_(None)]
    if exchange is not None:
        wanted.append(col(Outage.exchange) == exchange)
    if cause is not None:
        wanted.append(col(Outage.cause) == cause)
    found = await session.exec(
        select(Outage).where(*wanted).order_by(col(Outage.id)), execution_options={"populate_existing": True}
    )
    return found.all()


async def hit_account(session: AsyncSession, outage: Outage, account: str) -> bool:
    """Whether a client of this outage tested that kind of account."""
    hit = select(Doubt.at).where(*_of(outage), Doubt.account == account).limit(1)
    return (await session.exec(hit)).first() is not None


async def waiting_tests(session: AsyncSession, exchange: str, at: datetime) -> list[int]:
    """Ids of the tests that wait to be tried again by themselves, in the order in which they are due."""
    waiting = (
        select(Attempt.id)
        .join(Submission, col(Submission.id) == col(Attempt.submission_id))
        .where(
            Submission.exchange == exchange,
            col(Attempt.settled_at).is_(None),
            Attempt.asked_by == "keydesk",
            Attempt.due_at > at,
        )
        .order_by(col(Attempt.due_at), col(Attempt.id))
    )
    return [attempt_id for attempt_id in await session.exec(waiting) if attempt_id is not None]


async def cases_of_outage(session: AsyncSession, outage: Outage) -> Sequence[Case]:
    """The open cases of the clients who met it, by number."""
    met = (
        select(Case)
        .join(
            Doubt,
            (col(Doubt.exchange) == col(Case.exchange))
            & (col(Doubt.account) == col(Case.account))
            & (col(Doubt.team_id) == col(Case.team_id))
            & (col(Doubt.user_id) == col(Case.user_id)),
        )
        .where(*_of(outage), Case.state != CaseState.CLOSED)
    )
    return (await session.exec(met.order_by(col(Case.number)))).all()


def _of(outage: Outage) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Doubt.exchange) == outage.exchange,
        col(Doubt.cause) == outage.cause,
        col(Doubt.at) >= outage.opened_at,
    )

"""Steps that tests of cases are told in."""

from __future__ import annotations

from sqlmodel import col, select

from bot import cases
from bot.db import Database
from bot.schema import Case, CaseEvent
from tests.bot.conftest import Given
from tests.bot.rows import FIXABLE, later
from validators.diagnosis import Diagnosis

SOON = later(minutes=30)


async def settled(
    db: Database,
    given: Given,
    found: Diagnosis | None,
    *,
    user: str = "U1",
    account: str = "spot_margin",
    asked_by: str = "client",
    minutes: int = 0,
    exhausted: bool = False,
) -> Case | None:
    """One settled test of a client, *minutes* after noon."""
    at = later(minutes=minutes)
    async with db.writing() as session:
        submission, attempt = await given(session, user=user, account=account, asked_by=asked_by, at=at)
        return await cases.record_attempt(
            session, attempt, submission, found, retries_exhausted=exhausted, remind_at=SOON, at=at
        )


async def opened(db: Database, given: Given, found: Diagnosis | None = FIXABLE) -> Case:
    case = await settled(db, given, found)
    assert case is not None
    return case


async def acts(db: Database, number: int | None = 1) -> list[str]:
    async with db.reading() as session:
        query = select(CaseEvent.act).where(CaseEvent.case_number == number).order_by(col(CaseEvent.id))
        return list(await session.exec(query))


async def current(db: Database, number: int | None = 1) -> Case:
    async with db.reading() as session:
        return await cases.case_of(session, number or 0)

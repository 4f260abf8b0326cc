"""Two lines to staff each working day, when the office opens; silent when there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.columns import now
from bot.db import Database
from bot.engine import Steps
from bot.hours import BusinessHours
from bot.schema import Attempt, Case, CaseState
from bot.telling import tell_channel
from validators.diagnosis import Verdict

KIND = "digest"
USUAL_HOUR = time(9)
"""Of the wall clock, where the office is always open."""
LONGEST_BREAK = 8
"""Days to look back for the last digest: an office that opens once a week has one in them."""


@dataclass(frozen=True, slots=True)
class Digest:
    """How the desk stands.

    Attributes:
        since: From when on tests are counted: the digest before.
        unclaimed: How many of the open cases nobody has.
        oldest: The open case that has been open for longest.
    """

    since: datetime
    open: dict[CaseState, int]
    unclaimed: int
    oldest: Case | None
    tests: dict[Verdict, int]

    @property
    def empty(self) -> bool:
        return self.oldest is None and not self.tests


@dataclass(frozen=True)
class Digests:
    """Puts each day's digest down, once over all replicas. `period` and `tell` are for the engine."""

    db: Database
    staff_channel: str
    hours: BusinessHours
    wake: Callable[[str], None]

    def period(self, at: datetime) -> str | None:
        """The day whose digest is due at that moment, for the engine."""
        return period(self.hours, at)

    async def tell(self, day: str, steps: Steps) -> None:
        """The day's work."""
        await steps.run("put down", self.put_down, day)

    async def put_down(self, day: str) -> None:
        """Have the digest of *day* said, unless there is nothing to say."""
        async with self.db.writing() as session:
            found = await collected(session, self.hours, date.fromisoformat(day))
            if not found.empty:
                await tell_channel(session, self.staff_channel, KIND, f"{KIND}:{day}", day=day)
        self.wake(self.staff_channel)


def period(hours: BusinessHours, at: datetime) -> str | None:
    """The day whose digest is due at that moment; one that was slept through is caught up with."""
    day = at.astimezone(hours.zone).date()
    due = due_on(hours, day)
    return day.isoformat() if due is not None and due <= at else None


def due_on(hours: BusinessHours, day: date) -> datetime | None:
    """When *day*'s digest is due: at opening, or at nine where it is always open; None on a day off."""
    if not hours.shifts:
        return datetime.combine(day, USUAL_HOUR, hours.zone).astimezone(UTC)
    return hours.opening(day)


def since_when(hours: BusinessHours, day: date) -> datetime:
    """When the digest before that of *day* was due."""
    for back in range(1, LONGEST_BREAK):
        if (before := due_on(hours, day - timedelta(days=back))) is not None:
            return before
    return now() - timedelta(days=LONGEST_BREAK)


async def collected(session: AsyncSession, hours: BusinessHours, day: date) -> Digest:
    """The open cases as they are now, and the tests since the digest before."""
    is_open = col(Case.state) != CaseState.CLOSED
    since = since_when(hours, day)
    states = await session.exec(select(Case.state, func.count()).where(is_open).group_by(Case.state))
    unclaimed = select(func.count()).select_from(Case).where(is_open, col(Case.owner_id).is_(None))
    oldest = select(Case).where(is_open).order_by(col(Case.opened_at), col(Case.number)).limit(1)
    verdicts = (
        select(Attempt.verdict, func.count())
        .where(col(Attempt.settled_at) >= since, col(Attempt.verdict).is_not(None))
        .group_by(col(Attempt.verdict))
    )
    return Digest(
        since=since,
        open={CaseState(state): count for state, count in states},
        unclaimed=(await session.exec(unclaimed)).one(),
        oldest=(await session.exec(oldest)).first(),
        tests={Verdict(verdict): count for verdict, count in await session.exec(verdicts) if verdict},
    )

"""What support is told about a period. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from bot.schema import CaseState
from validators.diagnosis import Requirement, Verdict

MOST_DAYS, MOST_WEEKS = 31, 40
"""Beyond so many days failures are counted by week, beyond so many weeks by four weeks."""

WORDS = {
    Requirement.KEY_FOUND: "Key found",
    Requirement.SECRET_MATCHES: "Secret matches",
    Requirement.PASSPHRASE_MATCHES: "Passphrase matches",
    Requirement.GENERAL_ON: "General (read) is on",
    Requirement.TRADE_OFF: "Trade is off",
    Requirement.TRANSFER_OFF: "Transfer is off",
    Requirement.NO_IP_RESTRICTION: "IP restriction is No",
    Requirement.PERMANENT: "Validity is Permanent",
    Requirement.DATA_READABLE: "Account data can be read",
}
"""The lines of the checklist, without any exchange's name: several may be counted together."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: the value that half of *count* did not exceed, and nine tenths."""

    count: int = 0
    median: timedelta | None = None
    ninetieth: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """What happened from *since* until before *until*, and what is open at the end.

    Attributes:
        verdicts: Tests by outcome. One that was tried again by itself counts once, as it ended.
        clients: Different people whose tests these are.
        open_cases: Cases by state; those that are closed are not among them.
        unclaimed: Open cases that need support and that nobody has claimed.
        opened: Cases that began in the period.
        first_response: From needing support until a person of support acted, where that fell into
            the period.
        resolution: From opening to closing, where that fell into the period.
        periods: When each bar of the chart begins: days, weeks or four weeks.
        by_requirement: For each requirement that was not met, how many tests in each of *periods*.
        by_step: The same by step of the guide; a test counts once for each step.
    """

    since: datetime
    until: datetime
    verdicts: dict[Verdict, int] = field(default_factory=dict)
    clients: int = 0
    open_cases: dict[CaseState, int] = field(default_factory=dict)
    unclaimed: int = 0
    opened: int = 0
    first_response: Spread = Spread()
    resolution: Spread = Spread()
    periods: tuple[datetime, ...] = ()
    by_requirement: dict[Requirement, tuple[int, ...]] = field(default_factory=dict)
    by_step: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def tests(self) -> int:
        return sum(self.verdicts.values())


def periods_of(since: datetime, until: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """When each period begins: at *since*, then at midnights; weeks begin on Mondays."""
    days = (until - since).days
    width = 1 if days <= MOST_DAYS else 7 if days <= MOST_WEEKS * 7 else 28
    first = since.astimezone(zone).date()
    day = first + timedelta(days=1 if width == 1 else 7 - first.weekday())
    begins = [since.astimezone(zone)]
    while (midnight := datetime.combine(day, time(0), zone)) < until:
        begins.append(midnight)
        day += timedelta(days=width)
    return tuple(begins)

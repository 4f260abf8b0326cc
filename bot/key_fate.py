"""What becomes of the keys after a verdict, and when a doubtful test is tried again. Pure.

The rules are the contract's: passed or dangerous → forgotten at once; could not tell → held
until it is settled, 24 hours at most; any other fault → held for ``SECRET_TTL``, and however often
it is tested again no longer than those 24 hours after it was entered (or one longer ``SECRET_TTL``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from validators.diagnosis import Diagnosis, Verdict

GIVE_UP_AFTER = timedelta(hours=24)
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""From a doubtful test to the next by itself; the last one repeats until we give up."""


class Forgotten(StrEnum):
    """Why sealed keys were forgotten. Stored with the submission."""

    PASSED = "passed"
    DANGEROUS = "dangerous"
    NOT_HELD = "not_held"
    """``SECRET_TTL`` is 0."""
    TIME_OVER = "time_over"
    ASKED = "asked"
    """The client pressed "Forget my keys"."""
    REPLACED = "replaced"
    """The client entered keys again for the same account."""
    GAVE_UP = "gave_up"
    BROKEN = "broken"
    """The sealed value did not open."""
    PURGED = "purged"
    """An operator ran ``keydesk purge``."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Either forgotten now, and why, or held until a moment."""

    forgotten: Forgotten | None = None
    held_until: datetime | None = None


def fate_of_keys(
    diagnosis: Diagnosis | None, taken_at: datetime, now: datetime, secret_ttl: timedelta
) -> Fate:
    """What becomes of keys that were taken at *taken_at* after this diagnosis.

    No diagnosis means that the sealed keys did not open.
    """
    if diagnosis is None:
        return Fate(Forgotten.BROKEN)
    if diagnosis.verdict is Verdict.PASSED:
        return Fate(Forgotten.PASSED)
    if diagnosis.dangerous:
        return Fate(Forgotten.DANGEROUS)
    if diagnosis.verdict is Verdict.COULD_NOT_TELL:
        end = taken_at + GIVE_UP_AFTER
        return Fate(held_until=end) if now < end else Fate(Forgotten.GAVE_UP)
    if secret_ttl <= timedelta(0):
        return Fate(Forgotten.NOT_HELD)
    # Each test holds them anew, but no row of tests, by whomever, holds them for ever.
    end = min(now + secret_ttl, taken_at + max(GIVE_UP_AFTER, secret_ttl))
    return Fate(held_until=end) if now < end else Fate(Forgotten.TIME_OVER)


def next_try(
    tries_by_itself: int, taken_at: datetime, now: datetime, retry_after_s: float | None
) -> datetime | None:
    """When a doubtful test is tried again; None once 24 hours would be over.

    Attributes:
        tries_by_itself: How many tries have been made without anybody asking, so far.
        retry_after_s: Seconds that the exchange itself asked us to wait.
    """
    delay = DELAYS[min(tries_by_itself, len(DELAYS) - 1)]
    due = now + max(delay, timedelta(seconds=retry_after_s or 0))
    return due if due < taken_at + GIVE_UP_AFTER else None


def tries_are_used_up(tries_by_itself: int) -> bool:
    """Whether people should look: every delay has been waited once without an answer."""
    return tries_by_itself >= len(DELAYS)

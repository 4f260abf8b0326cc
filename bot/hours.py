"""When support is there: time that counts only while the office is open. Pure; knows no clock.

Hours are wall-clock times in one time zone, so they stay where people expect them when clocks
change. Every moment that goes in is aware; every moment that comes out is UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ALWAYS = "always"
SHAPE = "always, or ranges such as Mon-Fri 09:00-17:00, several separated by commas"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MIN = 24 * 60

_RANGE = re.compile(r"([a-z]+)(?:-([a-z]+))? (\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)", re.ASCII)


def time_zone(name: str) -> ZoneInfo:
    """The zone called *name*, such as ``Europe/London``.

    Raises:
        ValueError: there is none; the text says what would be right, without the value.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("should be a time zone such as UTC or Europe/London") from None


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch of a week. *ends* is past 24 h where it runs over midnight.

    Attributes:
        weekday: The day it begins on; 0 is Monday.
        starts_min: Minutes of the wall clock after that day's midnight.
        ends_min: The same for its end.
    """

    weekday: int
    starts_min: int
    ends_min: int

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when to when, in UTC. The end is not after the start where a clock change swallowed it."""
        midnight = datetime.combine(day, time(0), zone)
        opens, closes = (midnight + timedelta(minutes=m) for m in (self.starts_min, self.ends_min))
        return opens.astimezone(UTC), closes.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The hours in which support answers. Without shifts it is always open. Made by `parse`."""

    zone: ZoneInfo
    shifts: tuple[Shift, ...] = ()

    @classmethod
    def parse(cls, text: str, zone: str) -> BusinessHours:
        """Read what an operator wrote, such as ``Mon-Fri 09:00-17:00, Sat 10:00-14:00``.

        A range that ends before it begins runs over midnight and belongs to the day it begins on.

        Raises:
            ValueError: the hours or the zone; the text says what would be right, without the value.
        """
        plain = " ".join(text.lower().replace("–", "-").split())
        if plain == ALWAYS:
            return cls(time_zone(zone))
        shifts = [shift for part in plain.split(",") for shift in _shifts(part.strip())]
        return cls(time_zone(zone), tuple(sorted(shifts, key=lambda s: (s.weekday, s.starts_min))))

    def due(self, start: datetime, span: timedelta) -> datetime:
        """When *span* of open time has passed since *start*; always a moment at which it is open.

        Raises:
            ValueError: *start* has no zone, or *span* is negative.
        """
        if span < timedelta(0):
            raise ValueError("a span of open time cannot be negative")
        left = span
        for opens, closes in self._stretches(start):
            if left < closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("weeks do not end")

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at that moment. The closing minute is closed."""
        return self.next_opening(at) == at

    def next_opening(self, at: datetime) -> datetime:
        """The first open moment from *at* on: *at* itself while it is open."""
        return self.due(at, timedelta(0))

    def is_working_day(self, day: date) -> bool:
        """Whether a range begins on that day of the office's own calendar."""
        return not self.shifts or any(shift.weekday == day.weekday() for shift in self.shifts)

    def opening(self, day: date) -> datetime | None:
        """When that day's first range begins; None on a day off, and where it is always open."""
        shifts = self._stretches_of(day) if self.shifts else []
        return min((opens for opens, closes in shifts if opens < closes), default=None)

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches from *start* on, in order, without overlap, for ever."""
        if start.tzinfo is None:
            raise ValueError("a moment without a time zone has no business hours")
        reached = start.astimezone(UTC)
        # A range of yesterday may still run.
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        while True:
            for opens, closes in self._stretches_of(day):
                if closes > max(opens, reached):
                    yield max(opens, reached), closes
                    reached = closes
            day += timedelta(days=1)

    def _stretches_of(self, day: date) -> list[tuple[datetime, datetime]]:
        shifts = self.shifts or (Shift(day.weekday(), 0, DAY_MIN),)
        return sorted(shift.on(day, self.zone) for shift in shifts if shift.weekday == day.weekday())


def _shifts(part: str) -> list[Shift]:
    match = _RANGE.fullmatch(part)
    if match is None:
        raise ValueError(f"should be {SHAPE}")
    first, last = _weekday(match[1]), _weekday(match[2] or match[1])
    starts, ends = _minutes(match[3], match[4]), _minutes(match[5], match[6])
    if starts in (ends, DAY_MIN):
        raise ValueError("a range should begin before it ends; a whole day is 00:00-24:00")
    if ends < starts:
        ends += DAY_MIN
    return [Shift((first + step) % 7, starts, ends) for step in range((last - first) % 7 + 1)]


def _weekday(word: str) -> int:
    for number, day in enumerate(DAYS):
        if word in (day, day[:3]):
            return number
    raise ValueError(f"should name days as Mon, Tue, Wed, Thu, Fri, Sat, Sun: {SHAPE}")


def _minutes(hour: str, minute: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > DAY_MIN:
        raise ValueError(f"should give times from 00:00 to 24:00: {SHAPE}")
    return total

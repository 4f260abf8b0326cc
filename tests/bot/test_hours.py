"""Time that counts only while support is there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hours import BusinessHours, time_zone

OFFICE = "Mon-Fri 09:00-17:00"
LONDON = "Europe/London"
WEEKS = ("always", OFFICE, "Sun-Thu 22:00-06:00", "Sat 10:00-14:00, Sun 11:00-11:30", "Fri-Mon 00:00-24:00")
ZONES = ("UTC", LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")

weeks = st.builds(BusinessHours.parse, st.sampled_from(WEEKS), st.sampled_from(ZONES))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
spans = st.timedeltas(timedelta(0), timedelta(days=20))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LONDON))


@pytest.mark.parametrize(
    ("hours", "start", "minutes", "due"),
    [
        pytest.param("always", "2026-11-21 23:50", 30, "2026-11-22 00:20", id="always open"),
        pytest.param(OFFICE, "2026-11-20 10:00", 30, "2026-11-20 10:30", id="within the day"),
        pytest.param(OFFICE, "2026-11-20 16:50", 30, "2026-11-23 09:20", id="over the weekend"),
        pytest.param(OFFICE, "2026-11-18 16:50", 30, "2026-11-19 09:20", id="over night"),
        pytest.param(OFFICE, "2026-11-21 12:00", 30, "2026-11-23 09:30", id="from a Saturday"),
        pytest.param(OFFICE, "2026-11-18 05:00", 0, "2026-11-18 09:00", id="nothing, before opening"),
        pytest.param(OFFICE, "2026-11-20 16:30", 30, "2026-11-23 09:00", id="to the minute it closes"),
        pytest.param(OFFICE, "2026-11-16 09:00", 5 * 8 * 60, "2026-11-23 09:00", id="a whole week"),
        pytest.param("Mon 22:00-06:00", "2026-11-17 05:50", 20, "2026-11-23 22:10", id="over midnight"),
        pytest.param("Sun 22:00-06:00", "2026-11-22 23:00", 180, "2026-11-23 02:00", id="into a new week"),
        pytest.param(
            "Mon 09:00-12:00,Mon 13:00-17:00", "2026-11-16 11:50", 20, "2026-11-16 13:10", id="over lunch"
        ),
        pytest.param(
            "Mon 09:00-12:00, Mon 11:00-13:00", "2026-11-16 10:00", 150, "2026-11-16 12:30", id="overlapping"
        ),
    ],
)
def test_only_open_time_counts(hours: str, start: str, minutes: int, due: str) -> None:
    assert BusinessHours.parse(hours, "UTC").due(utc(start), timedelta(minutes=minutes)) == utc(due)


@pytest.mark.parametrize(
    ("hours", "start", "span_h", "due"),
    [
        # In London the clocks go forward on 29 March 2026 at 01:00 and back on 25 October at 02:00.
        pytest.param(OFFICE, "2026-03-27 16:00", 2, "2026-03-30 10:00", id="forward, over the weekend"),
        pytest.param(OFFICE, "2026-10-23 16:00", 2, "2026-10-26 10:00", id="back, over the weekend"),
        pytest.param("Sat 22:00-06:00", "2026-03-28 22:00", 6, "2026-03-29 05:00", id="a short night"),
        pytest.param("Sat 22:00-06:00", "2026-10-24 22:00", 6, "2026-10-25 03:00", id="a long night"),
        pytest.param("always", "2026-03-28 12:00", 24, "2026-03-29 13:00", id="always, a day is 24 hours"),
    ],
)
def test_hours_stay_on_the_clock_on_the_wall(hours: str, start: str, span_h: int, due: str) -> None:
    assert BusinessHours.parse(hours, LONDON).due(london(start), timedelta(hours=span_h)) == london(due)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        pytest.param("2026-03-29 04:59", True, id="an hour was skipped"),
        pytest.param("2026-03-29 05:00", False, id="an hour was skipped, closed"),
        pytest.param("2026-10-25 05:59", True, id="an hour came twice"),
        pytest.param("2026-10-25 06:00", False, id="an hour came twice, closed"),
    ],
)
def test_a_night_closes_by_the_clock_on_the_wall(at: str, is_open: bool) -> None:
    assert BusinessHours.parse("Sat 22:00-06:00", LONDON).is_open(utc(at)) is is_open


def test_hours_that_a_clock_change_swallows_do_not_happen() -> None:
    hours = BusinessHours.parse("Sun 01:15-01:45", LONDON)

    assert hours.next_opening(london("2026-03-28 12:00")) == london("2026-03-29 02:15")
    assert not BusinessHours.parse("Sun 01:30-02:00", LONDON).is_open(utc("2026-03-29 01:10"))


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-20 08:59", False),
        ("2026-11-20 09:00", True),
        ("2026-11-20 16:59", True),
        ("2026-11-20 17:00", False),
    ],
)
def test_it_opens_on_the_minute_and_closes_on_the_minute(at: str, is_open: bool) -> None:
    assert BusinessHours.parse(OFFICE, "UTC").is_open(utc(at)) is is_open


@pytest.mark.parametrize(
    ("at", "opens"),
    [("2026-11-20 10:00", "2026-11-20 10:00"), ("2026-11-20 17:00", "2026-11-23 09:00")],
)
def test_the_next_opening_is_now_while_it_is_open(at: str, opens: str) -> None:
    assert BusinessHours.parse(OFFICE, "UTC").next_opening(utc(at)) == utc(opens)


@pytest.mark.parametrize(
    ("hours", "working"),
    [
        ("always", "1111111"),
        (OFFICE, "1111100"),
        ("Sun-Thu 22:00-06:00", "1111001"),
        ("Fri-Mon 09:00-10:00", "1000111"),
        ("saturday 9:00-10:00", "0000010"),
    ],
)
def test_a_working_day_is_one_on_which_a_range_begins(hours: str, working: str) -> None:
    week = BusinessHours.parse(hours, "UTC")

    found = "".join(str(int(week.is_working_day(date(2026, 11, 16 + day)))) for day in range(7))

    assert found == working


@pytest.mark.parametrize(
    "text", ["always", " Always ", "mon-fri 9:00-17:00", "MON–FRI  09:00-17:00 , Sat 10:00-12:00"]
)
def test_what_a_person_would_write_is_understood(text: str) -> None:
    assert BusinessHours.parse(text, "UTC").is_open(utc("2026-11-20 10:00"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "such as Mon-Fri 09:00-17:00"),
        ("9 to 5", "such as Mon-Fri 09:00-17:00"),
        ("Mon-Fri 09:00-17:00,", "several separated by commas"),
        ("Mon,Tue 09:00-17:00", "several separated by commas"),
        ("Mo-Fr 09:00-17:00", "Mon, Tue, Wed"),
        ("Mon-Fri 09:00-25:00", "from 00:00 to 24:00"),
        ("Mon-Fri 09:60-17:00", "from 00:00 to 24:00"),
        ("Mon-Fri 09:00-09:00", "00:00-24:00"),
        ("Mon-Fri 24:00-09:00", "00:00-24:00"),
    ],
)
def test_wrong_hours_are_told_what_would_be_right(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        BusinessHours.parse(text, "UTC")


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Londn", "../etc/passwd", "a\0b", "x" * 5000])
def test_a_wrong_time_zone_is_told_what_would_be_right(name: str) -> None:
    with pytest.raises(ValueError, match=r"such as UTC or Europe/London$"):
        time_zone(name)
    with pytest.raises(ValueError, match=r"such as UTC or Europe/London$"):
        BusinessHours.parse(OFFICE, name)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        BusinessHours.parse(OFFICE, "UTC").due(datetime(2026, 11, 20), timedelta(0))  # noqa: DTZ001 - that is the point


def test_a_negative_span_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        BusinessHours.parse(OFFICE, "UTC").due(utc("2026-11-20 10:00"), timedelta(minutes=-1))


@settings(max_examples=100)
@given(text=st.text(max_size=40))
def test_any_text_that_is_no_hours_is_told_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="should"):
        BusinessHours.parse(f"{text}-", "UTC")


@settings(max_examples=100)
@given(hours=weeks, start=moments, span=spans)
def test_what_is_due_is_due_while_it_is_open_and_never_before_its_span(
    hours: BusinessHours, start: datetime, span: timedelta
) -> None:
    due = hours.due(start, span)

    assert hours.is_open(due)
    assert due >= start + span


@settings(max_examples=100)
@given(hours=weeks, start=moments, first=spans, second=spans)
def test_two_spans_one_after_the_other_are_one_long_span(
    hours: BusinessHours, start: datetime, first: timedelta, second: timedelta
) -> None:
    assert hours.due(hours.due(start, first), second) == hours.due(start, first + second)


@settings(max_examples=100)
@given(hours=weeks, starts=st.tuples(moments, moments), spans=st.tuples(spans, spans))
def test_what_starts_later_or_lasts_longer_is_due_no_earlier(
    hours: BusinessHours, starts: tuple[datetime, datetime], spans: tuple[timedelta, timedelta]
) -> None:
    assert hours.due(min(starts), min(spans)) <= hours.due(max(starts), max(spans))

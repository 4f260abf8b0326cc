"""Periods are days, weeks or four weeks of the office's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.stats.numbers import periods_of
from tests.bot.rows import NOON

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("days", "width"), [(1, 1), (7, 1), (31, 1), (32, 7), (280, 7), (281, 28), (3650, 28)]
)
def test_a_long_time_is_counted_in_longer_periods(days: int, width: int) -> None:
    _first, *others = periods_of(NOON - timedelta(days=days), NOON, LONDON)

    assert {(after - before).days for before, after in pairwise(others)} <= {width}
    assert 1 <= len(others) <= max(40, days // 28 + 1)


@pytest.mark.parametrize("days", [90, 800])
def test_weeks_begin_on_mondays_at_midnight(days: int) -> None:
    first, *others = periods_of(NOON - timedelta(days=days), NOON, LONDON)

    assert first == NOON - timedelta(days=days)
    assert {(moment.weekday(), moment.hour, moment.minute) for moment in others} == {(0, 0, 0)}


def test_a_day_stays_a_day_when_clocks_change() -> None:
    since, until = datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 31, 12, tzinfo=UTC)

    found = [moment.isoformat() for moment in periods_of(since, until, LONDON)]

    assert found == [
        "2026-03-27T12:00:00+00:00",
        "2026-03-28T00:00:00+00:00",
        "2026-03-29T00:00:00+00:00",
        "2026-03-30T00:00:00+01:00",
        "2026-03-31T00:00:00+01:00",
    ]


@settings(max_examples=100)
@given(
    since=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    span=st.timedeltas(timedelta(0), timedelta(days=900)),
    zone=st.sampled_from([UTC, LONDON, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Apia")]),
)
def test_periods_follow_one_another_from_beginning_to_end(
    since: datetime, span: timedelta, zone: ZoneInfo
) -> None:
    found = periods_of(since, since + span, zone)

    assert found[0] == since
    assert all(before < after for before, after in pairwise(found))
    assert found[-1] < since + span or len(found) == 1

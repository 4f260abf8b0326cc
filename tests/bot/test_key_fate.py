"""What becomes of keys after a verdict, and when a doubtful test is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.key_fate import DELAYS, GIVE_UP_AFTER, Fate, Forgotten, fate_of_keys, next_try, tries_are_used_up
from tests.bot.rows import NOON
from validators.diagnosis import Cause, Diagnosis, Finding, Requirement, Standing, State

HOUR = timedelta(hours=1)
NOTHING = timedelta(0)


def found(cause: Cause | None = None, state: State = State.MET) -> Diagnosis:
    standings = tuple(Standing(requirement, state) for requirement in Requirement)
    return Diagnosis("kucoin", "futures", (Finding(cause),) if cause else (), standings)


PASSED = found()
DOUBT = found(Cause.UNREACHABLE, State.UNKNOWN)
FAULT = found(Cause.IP_RESTRICTED, State.MET)
DANGER = found(Cause.CAN_TRADE, State.MET)


@pytest.mark.parametrize(
    ("diagnosis", "age", "ttl", "fate"),
    [
        (None, NOTHING, HOUR, Fate(Forgotten.BROKEN)),
        (PASSED, NOTHING, HOUR, Fate(Forgotten.PASSED)),
        (DANGER, NOTHING, HOUR, Fate(Forgotten.DANGEROUS)),
        (FAULT, NOTHING, HOUR, Fate(held_until=NOON + HOUR)),
        (FAULT, 5 * HOUR, HOUR, Fate(held_until=NOON + HOUR)),
        (FAULT, GIVE_UP_AFTER - HOUR / 2, HOUR, Fate(held_until=NOON + HOUR / 2)),
        (FAULT, GIVE_UP_AFTER, HOUR, Fate(Forgotten.TIME_OVER)),
        (FAULT, NOTHING, 2 * GIVE_UP_AFTER, Fate(held_until=NOON + 2 * GIVE_UP_AFTER)),
        (FAULT, GIVE_UP_AFTER, 2 * GIVE_UP_AFTER, Fate(held_until=NOON + GIVE_UP_AFTER)),
        (FAULT, NOTHING, NOTHING, Fate(Forgotten.NOT_HELD)),
        (DOUBT, NOTHING, HOUR, Fate(held_until=NOON + GIVE_UP_AFTER)),
        (DOUBT, NOTHING, NOTHING, Fate(held_until=NOON + GIVE_UP_AFTER)),
        (DOUBT, 23 * HOUR, HOUR, Fate(held_until=NOON + HOUR)),
        (DOUBT, GIVE_UP_AFTER, HOUR, Fate(Forgotten.GAVE_UP)),
    ],
)
def test_the_fate_of_keys_follows_from_the_verdict(
    diagnosis: Diagnosis | None, age: timedelta, ttl: timedelta, fate: Fate
) -> None:
    assert fate_of_keys(diagnosis, NOON - age, NOON, ttl) == fate


@given(
    gaps=st.lists(st.timedeltas(NOTHING, HOUR), max_size=60), ttl=st.timedeltas(NOTHING, 3 * GIVE_UP_AFTER)
)
def test_no_row_of_retests_holds_keys_longer_than_a_day_or_one_ttl(
    gaps: list[timedelta], ttl: timedelta
) -> None:
    """A client, or a curious member of staff, who presses again and again gains nothing."""
    at, until = NOON, NOON
    for gap in gaps:
        at += gap
        fate = fate_of_keys(FAULT, NOON, at, ttl)
        if fate.held_until is None:
            break
        until = fate.held_until
        assert until > at
    assert until <= NOON + max(GIVE_UP_AFTER, ttl)


@pytest.mark.parametrize(("tries", "minutes"), [(0, 1), (1, 5), (2, 15), (3, 60), (4, 60), (20, 60)])
def test_a_doubt_is_tried_again_more_and_more_slowly(tries: int, minutes: int) -> None:
    assert next_try(tries, NOON, NOON, None) == NOON + timedelta(minutes=minutes)


def test_whoever_asks_us_to_wait_longer_is_obeyed() -> None:
    assert next_try(0, NOON, NOON, 600.0) == NOON + timedelta(minutes=10)
    assert next_try(3, NOON, NOON, 600.0) == NOON + timedelta(minutes=60)


@given(
    tries=st.integers(0, 50),
    age=st.timedeltas(NOTHING, 2 * GIVE_UP_AFTER),
    asked=st.none() | st.floats(0, 200_000),
)
def test_no_try_comes_after_a_day_nor_before_its_time(
    tries: int, age: timedelta, asked: float | None
) -> None:
    due = next_try(tries, NOON - age, NOON, asked)
    earliest = NOON + max(DELAYS[min(tries, len(DELAYS) - 1)], timedelta(seconds=asked or 0))
    assert due == (earliest if earliest < NOON - age + GIVE_UP_AFTER else None)


def test_a_day_of_doubts_ends() -> None:
    at, tries = NOON, 0
    while (due := next_try(tries, NOON, at, None)) is not None:
        at, tries = due, tries + 1
    assert at < NOON + GIVE_UP_AFTER
    assert tries == 26, "after a minute, 5, 15, and then once an hour"


@pytest.mark.parametrize(("tries", "used_up"), [(0, False), (3, False), (4, True), (9, True)])
def test_people_look_once_every_delay_was_waited(tries: int, used_up: bool) -> None:
    assert tries_are_used_up(tries) is used_up


def test_the_words_for_why_are_those_that_are_stored() -> None:
    """Released values are never renamed."""
    stored = "passed dangerous not_held time_over asked replaced gave_up broken purged"
    assert [word.value for word in Forgotten] == stored.split()
    assert isinstance(NOON, datetime)

"""A key's first eight digits are its birthday, as seven published keys show."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validators.kucoin.object_id import age_details, is_possible, made_at_s

DAY_S = 86_400
MADE_S = 1_728_443_843
KEY = "6705f5c3c0ffee0001d3eb42"

# Beginnings of keys and their createdAt: KuCoin's universal SDK, KuCoin's docs of 2023, JKorf/Kucoin.Net.
PUBLISHED = [
    ("6705f5c3", 1728443843000),
    ("670621e3", 1728455139000),
    ("671afb36", 1729821494000),
    ("673eab2a", 1732160298000),
    ("63032453", 1661150291000),
    ("630325e0", 1661150688000),
    ("698048ad", 1770014893000),
]


@pytest.mark.parametrize(("beginning", "created_ms"), PUBLISHED)
def test_the_birthday_is_that_which_kucoin_tells(beginning: str, created_ms: int) -> None:
    made_s = made_at_s(beginning + "f5eaf900017f3e82")

    assert made_s is not None
    assert made_s * 1000 == created_ms


@pytest.mark.parametrize(
    ("day", "possible"), [("2017-08-31", False), ("2017-09-01", True), ("now", True), ("in two days", False)]
)
def test_a_key_is_neither_older_than_kucoin_nor_of_tomorrow(day: str, possible: bool) -> None:
    made_s = {
        "2017-08-31": 1_504_224_000 - 1,
        "2017-09-01": 1_504_224_000,
        "now": MADE_S,
        "in two days": MADE_S + 2 * DAY_S,
    }
    assert is_possible(made_s[day], MADE_S) is possible


LIMITS = [
    (0, None),
    (29, None),
    (30, "30"),
    (89, "30"),
    (90, "90"),
    (180, "180"),
    (359, "180"),
    (2000, "360"),
]


@pytest.mark.parametrize(("age", "limit"), LIMITS)
def test_the_longest_limit_that_a_key_has_outlived_is_told(age: int, limit: str | None) -> None:
    details = age_details(KEY, (MADE_S + age * DAY_S) * 1000)

    assert details.get("limit") == limit
    assert details.get("made") == (limit and "9 October 2024")
    assert details.get("age") == (limit and str(age))


@pytest.mark.parametrize("key", ["", "a-b", KEY[:-1], KEY.upper(), "0" * 24, "f" * 24])
def test_a_key_without_a_possible_birthday_has_no_details(key: str) -> None:
    assert age_details(key, MADE_S * 1000) == {}


@settings(max_examples=100)
@given(st.text(max_size=30) | st.text("0123456789abcdef", min_size=24, max_size=24), st.integers(0, 10**13))
def test_no_key_raises(key: str, now_ms: int) -> None:
    details = age_details(key, now_ms)

    assert set(details) in ({"made", "age", "limit"}, set())

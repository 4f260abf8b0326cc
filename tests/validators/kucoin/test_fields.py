"""A wrong shape is told at its field, in words that help, without a request and without an echo."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validators.kucoin.stage import KEY, PASSPHRASE, SECRET
from validators.exchange import ShapeFault
from validators.kucoin import EXCHANGE
from validators.kucoin.fields import RULES, cleaned

GOOD = {"key": KEY, "secret": SECRET, "passphrase": PASSPHRASE}


def faults(**changes: str) -> list[ShapeFault]:
    return EXCHANGE.check_shape(GOOD | changes)[1]


def rules(**changes: str) -> list[tuple[str, str]]:
    return [(fault.field, fault.rule) for fault in faults(**changes)]


def test_right_values_have_no_fault() -> None:
    assert rules() == []


WRONG = [
    ("key", "", "empty"),
    ("secret", "   ", "empty"),
    ("passphrase", "\u200b\ufeff", "empty"),
    ("key", f"{KEY[:12]} {KEY[12:]}", "spaces"),
    ("key", f"{KEY}\n{KEY}", "spaces"),
    ("secret", SECRET.replace("-", "\n", 1), "spaces"),
    ("passphrase", "two words", "spaces"),
    ("passphrase", "two\twords", "spaces"),
    ("key", "6705***d3eb", "masked"),
    ("key", "6705…d3eb", "masked"),
    ("key", "6705...d3eb", "masked"),
    ("secret", "f03a5284-****-****-****-dea10bdcf8e3", "masked"),
    ("secret", "•" * 36, "masked"),
    ("passphrase", "********", "masked"),
    ("passphrase", "••••••••", "masked"),
    ("key", f"API Key: {KEY}", "label"),
    ("key", f"Key:{KEY}", "label"),
    ("key", f"KEY = {KEY}".replace(" =", ":"), "label"),
    ("key", f'"{KEY}"', "label"),
    ("secret", f"Secret: {SECRET}", "label"),
    ("secret", f"API Secret:{SECRET}", "label"),
    ("passphrase", f"Passphrase: {PASSPHRASE}", "label"),
    ("passphrase", f"API Passphrase: {PASSPHRASE}", "label"),
    ("key", SECRET, "swapped"),
    ("secret", "6a864380d5eaf900017f3e99", "swapped"),
    ("secret", KEY, "same_twice"),
    ("passphrase", KEY, "same_twice"),
    ("passphrase", SECRET, "same_twice"),
    ("passphrase", "123456", "trading_password"),
    ("passphrase", "12345", "too_short"),
    ("passphrase", "abcdef", "too_short"),
    ("passphrase", "x" * 33, "too_long"),
    ("key", "client@example.com", "email"),
    ("secret", "client@example.com", "email"),
    ("passphrase", "client@example.com", "email"),
    ("passphrase", "pässword9", "foreign"),
    ("key", KEY[:-1] + "е", "foreign"),  # a Cyrillic letter
    ("passphrase", "smart“quote", "foreign"),
    ("secret", "a" * 201, "too_long"),
]

ODD = [
    ("key", KEY[:-1], "odd_key"),
    ("key", KEY.upper(), "odd_key"),
    ("key", KEY + "0", "odd_key"),
    ("key", "z" + KEY[1:], "odd_key"),
    ("key", "00000000d5eaf900017f3e82", "odd_date"),
    ("key", "ffffffffd5eaf900017f3e82", "odd_date"),
    ("secret", SECRET[:-1], "odd_secret"),
    ("secret", SECRET.replace("-", ""), "odd_secret"),
    ("secret", "not-a-uuid", "odd_secret"),
]


@pytest.mark.parametrize(("field", "value", "rule"), WRONG)
def test_a_wrong_shape_is_told_at_its_field(field: str, value: str, rule: str) -> None:
    (fault,) = [f for f in faults(**{field: value}) if f.field == field]

    assert fault.rule == rule
    assert not fault.odd_only


@pytest.mark.parametrize(("field", "value", "rule"), ODD)
def test_a_shape_that_kucoin_does_not_promise_is_only_odd(field: str, value: str, rule: str) -> None:
    (fault,) = faults(**{field: value})

    assert (fault.field, fault.rule) == (field, rule)
    assert fault.odd_only
    assert "once more" in fault.sentence


def test_key_and_secret_swapped_is_told_at_both() -> None:
    assert rules(key=SECRET, secret=KEY) == [("key", "swapped"), ("secret", "swapped")]


def test_every_field_is_judged() -> None:
    found = rules(key="", secret="6705***", passphrase="123456")

    assert found == [("key", "empty"), ("secret", "masked"), ("passphrase", "trading_password")]


def test_a_field_that_is_absent_is_an_empty_one() -> None:
    assert [f.rule for f in EXCHANGE.check_shape({})[1]] == ["empty"] * 3


AROUND = [
    f"  {KEY}\n",
    f"\u00a0{KEY}\u00a0",
    f"\u200b{KEY}\ufeff",
    f"{KEY[:5]}\u00ad{KEY[5:]}",
    f"\u2066{KEY}\u2069",
    f"{KEY[:8]}\u200d\u2060{KEY[8:]}",
    f"\t{KEY}\r\n",
]


@pytest.mark.parametrize("pasted", AROUND, ids=range(len(AROUND)))
def test_blanks_at_the_ends_and_invisible_characters_are_removed_silently(pasted: str) -> None:
    credentials, found = EXCHANGE.check_shape(GOOD | {"key": pasted})

    assert found == []
    assert credentials.key.get_secret_value() == KEY


@pytest.mark.parametrize("passphrase", ["x" * 7, "x" * 32, "a*b*c*d", "!\"#$%&'()", "1234567", "1234567a"])
def test_any_passphrase_that_kucoin_takes_is_taken(passphrase: str) -> None:
    assert rules(passphrase=passphrase) == []


def test_each_rule_has_a_sentence_and_each_sentence_a_rule() -> None:
    assert {rule.name for rule in RULES} == set(EXCHANGE.guide.words.shapes)


def test_each_rule_is_tried_here() -> None:
    assert {rule.name for rule in RULES} == {rule for *_, rule in WRONG + ODD}


@pytest.mark.parametrize(("field", "value", "rule"), WRONG + ODD)
def test_no_sentence_echoes_the_value(field: str, value: str, rule: str) -> None:
    for fault in faults(**{field: value}):
        assert fault.sentence
        assert value.strip() not in fault.sentence or not value.strip()


ANYTHING = st.text(max_size=60) | st.sampled_from([KEY, SECRET, PASSPHRASE, f" {KEY}\u200b", "123456"])


@settings(max_examples=100)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_no_value_raises_and_none_is_shown(key: str, secret: str, passphrase: str) -> None:
    credentials, found = EXCHANGE.check_shape({"key": key, "secret": secret, "passphrase": passphrase})

    shown = repr((credentials, found)) + str(credentials)
    for value in (key, secret, passphrase):
        assert len(value) < 12 or value not in shown
    assert all(fault.sentence for fault in found)


@settings(max_examples=100)
@given(st.text(max_size=80))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)


@settings(max_examples=100)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_what_is_let_through_fits_into_headers(key: str, secret: str, passphrase: str) -> None:
    credentials, found = EXCHANGE.check_shape({"key": key, "secret": secret, "passphrase": passphrase})

    if all(fault.odd_only for fault in found):
        parts = credentials.to_dict().values()
        assert all(part and part.isascii() and part.isprintable() for part in parts)

"""What is taken out of the exchange's words does not stay in the memory of the means by which it was."""

from __future__ import annotations

import re

import pytest

from validators.kucoin.echo import HIDDEN, _text

KEY = "6705F5c311545b000157d3eb"
MASKED = "6705…d3eb"


def remembered() -> str:
    """Every pattern that Python's `re` keeps for the next time."""
    kept = [getattr(re, name, {}) for name in ("_cache", "_cache2")]
    return " ".join(str(key) for cache in kept for key in cache)


def test_a_pattern_would_be_remembered() -> None:
    """Without this, that there is none would prove nothing."""
    re.split("canary[0-9]pattern", "text")

    assert "canary[0-9]pattern" in remembered()


@pytest.mark.parametrize("said", [KEY, KEY.upper(), KEY.lower(), KEY.swapcase()])
def test_a_key_is_masked_in_any_case_and_leaves_nothing_behind(said: str) -> None:
    text = f"key {said} and again {said}, but İstanbul stays"

    assert _text(text, {KEY: MASKED}) == f"key {MASKED} and again {MASKED}, but İstanbul stays"
    assert KEY.lower() not in remembered().lower()


def test_the_beginning_of_a_key_that_was_cut_is_hidden_too() -> None:
    assert _text(f"unknown key {KEY[:12]}", {KEY: MASKED}) == f"unknown key {HIDDEN}"

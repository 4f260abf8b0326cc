"""What the engine writes down is plain JSON, and of an exception one word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.plain_json import RecordedError, code_of, read, written

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class SpokenError(Exception):
    """An exception that has words, and perhaps a code."""

    def __init__(self, words: str, code: Any = None) -> None:
        super().__init__(words)
        self.code = code


@settings(max_examples=100, deadline=None)
@given(PLAIN)
def test_plain_json_comes_back_as_it_was(value: Any) -> None:
    assert read(written(value)) == value


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=9), st.one_of(st.none(), st.integers(), st.text()))
def test_no_word_of_an_exception_is_written(words: str, code: Any) -> None:
    text = written(SpokenError(words, code))
    back = read(text)
    assert isinstance(back, RecordedError)
    assert words not in json.loads(text).values() or words in {code, "__error__", "SpokenError"}
    assert back.code == code_of(SpokenError(words, code))


def test_what_looks_like_an_exception_is_not_taken_for_one() -> None:
    with pytest.raises(TypeError, match="no plain JSON"):
        written({"__error__": "x", "code": "y"})
    assert read(written({"nested": {"__error__": "x"}})) == {"nested": {"__error__": "x"}}


def test_an_exception_that_stands_for_several_speaks_for_the_last() -> None:
    several = SpokenError("retries exceeded")
    several.errors = [KeyError("a"), SpokenError("b", "rate_limited")]  # type: ignore[attr-defined]
    assert code_of(several) == "rate_limited"

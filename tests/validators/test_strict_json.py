"""JSON from a stranger: a plain value or nothing, never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validators.strict_json import MAX_DEPTH, UNREADABLE, read_json

PLAIN: list[tuple[bytes, Any]] = [
    (b"null", None),
    (b"[]", []),
    (b'{"a": 1.5}', {"a": 1.5}),
    (' "é" '.encode(), "é"),
    (b"-0", 0),
]

REFUSED = {
    "nothing": b"",
    "a page": b"<html></html>",
    "cut off": b'{"code": "200000", "data": {"permis',
    "more behind it": b'{"code": "200000"} {"code": "400003"}',
    "NaN": b'{"a": NaN}',
    "Infinity": b"[Infinity]",
    "minus Infinity": b"[-Infinity]",
    "a number beyond measure": b"[1e999]",
    "a name twice": b'{"permission": "General", "permission": "General,Transfer"}',
    "a name twice, deep inside": b'[{"a": {"b": 1, "b": 1}}]',
    "a name twice in two spellings": b'{"a": 1, "\\u0061": 2}',
    "single quotes": b"{'a': 1}",
    "a comma at the end": b"[1,]",
    "no UTF-8": b'"\xff\xfe"',
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a raw line break in a text": b'"a\nb"',
    "deeper than we go": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "a hundred thousand deep": b"[" * 100_000 + b"]" * 100_000,
    "objects a hundred thousand deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a number of five thousand digits": b"[" + b"9" * 5000 + b"]",
}


@pytest.mark.parametrize(("body", "value"), PLAIN)
def test_plain_json_is_read(body: bytes, value: Any) -> None:
    assert read_json(body) == value


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_not_plain_json_is_not_read(body: bytes) -> None:
    assert read_json(body) is UNREADABLE


def test_the_deepest_that_is_read_is_deep_enough() -> None:
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not UNREADABLE


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_no_bytes_raise(body: bytes) -> None:
    read_json(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=100)
@given(JSON)
def test_what_a_well_meaning_sender_writes_comes_back(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value

"""The targets of the coverage-guided fuzzer hold for what hypothesis makes up, and for what is just right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.fuzz.__main__ import TARGETS, whats_fuzzed
from tests.fuzz.anything import BODY


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=60, deadline=None)
    @given(data=BODY)
    def holds(data: bytes) -> None:
        target(data)

    holds()


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"{}", b'{"event": {"user": 1}}', b"\xff" * 5_000, b"<!channel>"]
)
def test_a_target_holds_at_the_edges(name: str, data: bytes) -> None:
    TARGETS[name](data)


def test_the_ways_through_our_own_functions_are_followed() -> None:
    names = {function.__name__ for function in whats_fuzzed()}
    assert {"read_answer", "looks_like_key", "delivery_key", "parse_duration", "unseal"} <= names
    assert "b64decode" not in names, "no library but the reader of YAML"

"""The targets of the coverage-guided fuzzer hold for what hypothesis makes up, and for what is just right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.fuzz.__main__ import TARGETS
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

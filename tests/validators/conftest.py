"""A server of bytes for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.validators.wire import Wire, answer, wire


@pytest.fixture
async def served() -> AsyncIterator[Wire]:
    async with wire(answer(b'{"a": 1}')) as server:
        yield server

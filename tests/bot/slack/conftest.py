"""The play with a support desk in it: real Bolt, over a websocket and over signed HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.demo.stage import Stage, staged
from tests.bot.slack.desk import FREE


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Over Socket Mode."""
    async with staged(**FREE) as opened:
        opened.slack.rate_limits = False
        yield opened


@pytest.fixture(params=["socket", "http"])
async def either_stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """Over Socket Mode, and over signed HTTP."""
    async with staged(mode=request.param, **FREE) as opened:
        opened.slack.rate_limits = False
        yield opened

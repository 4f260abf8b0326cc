"""The whole play: a strict Slack, a KuCoin that verifies signatures, and the real keydesk between them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import Tempo
from bot.demo.stage import Stage, staged

BRISK = Tempo(pace_s=0.01, sweep_s=0.1, farewell_s=0.3)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Over Socket Mode."""
    async with staged(tempo=BRISK, tests_per_hour=1000, keys_per_hour=1000) as opened:
        yield opened


@pytest.fixture(params=["socket", "http"])
async def either_stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """Over Socket Mode, and over signed HTTP."""
    async with staged(mode=request.param, tempo=BRISK, tests_per_hour=1000, keys_per_hour=1000) as opened:
        yield opened

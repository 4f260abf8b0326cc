"""The whole play for the promise: fast, and without limits on how often a client may test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import Tempo
from bot.demo.stage import Stage, staged

BRISK = Tempo(pace_s=0.01, sweep_s=0.1, farewell_s=0.5, grace_s=0.05, parked_s=0.1)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Over Socket Mode."""
    async with staged(tempo=BRISK, tests_per_hour=1000, keys_per_hour=1000) as opened:
        opened.slack.rate_limits = False
        yield opened


@pytest.fixture
async def http_stage() -> AsyncIterator[Stage]:
    """Over signed HTTP."""
    async with staged(mode="http", tempo=BRISK, tests_per_hour=1000, keys_per_hour=1000) as opened:
        opened.slack.rate_limits = False
        yield opened

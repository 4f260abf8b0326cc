"""Waiting for what only the rows of the outbox can tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.demo.stage import Stage
from bot.outbox import Standing

PATIENCE_S = 25


async def stands(stage: Stage, as_wanted: Callable[[Standing], object]) -> Standing:
    """Wait until the outbox stands like that."""
    outbox = stage.bot.app.outbox
    async with asyncio.timeout(PATIENCE_S):
        while not as_wanted(standing := await outbox.states()):  # noqa: ASYNC110 - only rows tell
            await asyncio.sleep(0.02)
    return standing


async def all_said(stage: Stage) -> None:
    """Nothing is left to be said, so nothing comes late."""
    await stands(stage, lambda standing: not standing.counts)


async def parked(stage: Stage, why: str) -> Standing:
    """Something waits until somebody mends what has this name; nothing else is on its way."""
    return await stands(stage, lambda standing: why in standing.troubles and standing.moving_s is None)

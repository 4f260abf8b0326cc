"""Waiting for what only the rows of the outbox can tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlmodel import col, select

from bot.demo.stage import Stage
from bot.outbox import Standing
from bot.schema import OutboxMessage

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


async def sent_row(stage: Stage, kind: str) -> OutboxMessage:
    """The first message of this kind, once it is marked as sent."""
    sent = select(OutboxMessage).where(OutboxMessage.kind == kind, col(OutboxMessage.ts).is_not(None))
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with stage.bot.app.db.reading() as session:
                if (found := (await session.exec(sent)).first()) is not None:
                    return found
            await asyncio.sleep(0.01)

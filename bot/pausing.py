"""A switch that stops every new test at once, on all replicas: for an hour in which something is wrong.

It stands where the limits of the exchanges do, under a name that no exchange has: whoever counts on a
limit of an exchange is kept from nothing by it. The desk, messages and forgetting go on.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.log import get_logger
from bot.refusal import Told
from bot.schema import VenueLimit

log = get_logger(__name__)

EVERY_EXCHANGE = "*"
UNTIL_RESUMED = datetime(9999, 1, 1, tzinfo=UTC)


class TestsPaused(Told):
    """No test is taken, whoever asks."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(
            "We take no keys just now, because our team is looking into something. Nothing was kept, and "
            "your key is not to blame. Please try again later."
        )


async def pause(db: Database) -> bool:
    """Take no more tests until `resume`. False where that was so already."""
    async with db.writing() as session:
        if await is_paused(session):
            return False
        session.add(VenueLimit(exchange=EVERY_EXCHANGE, blocked_until=UNTIL_RESUMED))
    log.warning("tests_paused")
    return True


async def resume(db: Database) -> bool:
    """Take tests again. False where they were taken anyway."""
    async with db.writing() as session:
        switch = await session.get(VenueLimit, EVERY_EXCHANGE)
        if switch is None:
            return False
        await session.delete(switch)
    log.warning("tests_resumed")
    return True


async def is_paused(session: AsyncSession) -> bool:
    """Whether no test is taken."""
    return await session.get(VenueLimit, EVERY_EXCHANGE) is not None


async def refuse_while_paused(session: AsyncSession) -> None:
    """To be called in the transaction that writes a test.

    Raises:
        TestsPaused
    """
    if await is_paused(session):
        raise TestsPaused

"""The time by which replicas judge each other's leases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.columns import UtcDateTime, now


async def present(session: AsyncSession) -> datetime:
    """The database's own time where several machines share it, for their clocks differ."""
    if session.get_bind().dialect.name != "postgresql":
        return now()
    clock = func.clock_timestamp(type_=UtcDateTime)
    return (await session.exec(select(clock))).one()

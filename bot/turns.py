"""One at a time over all replicas, for what two transactions would decide differently side by side."""

from __future__ import annotations

import hashlib

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession


async def in_turn(session: AsyncSession, *names: str) -> None:
    """Wait for whoever has one of these names, and hold them until the transaction ends.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    # Always in the same order, so that two of us never wait for each other.
    numbers = sorted(_number_of(name) for name in names)
    if numbers:
        await session.exec(select(*(func.pg_advisory_xact_lock(number) for number in numbers)))


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)

"""Leaves no byte of forgotten keys behind, off the path of those who wait for an answer."""

from __future__ import annotations

import asyncio

from bot.db import Database


class Shredder:
    """Leaves no byte of forgotten keys in the database's files, soon after, several at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Do it in a second, once for all who ask until then."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._shred(), name="shredder")

    async def _shred(self) -> None:
        await asyncio.sleep(1.0)
        for _ in range(10):
            if await self._db.forget_pages():
                return
            await asyncio.sleep(1.0)

    async def close(self) -> None:
        """Wait until what was asked for is done."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

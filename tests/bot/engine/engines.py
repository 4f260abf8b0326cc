"""Opens engines on one database, for tests."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import sqlalchemy as sa

from bot.engine import Engine

VERSION = "1"


class Engines:
    """One after the other: a process can hold only one."""

    def __init__(self, url: sa.URL, folder: Path) -> None:
        self.url, self.folder, self.count = url, folder, 0

    def open(
        self, executor: str | None = None, version: str = VERSION
    ) -> AbstractAsyncContextManager[Engine]:
        self.count += 1
        return Engine.open(
            self.url, executor_id=executor or f"executor-{self.count}", application_version=version
        )

    def everything_stored(self) -> str:
        """All rows of all tables of the engine, as text."""
        stored: list[str] = []
        engine = sa.create_engine(self.url)
        schema = None if self.url.get_backend_name() == "sqlite" else "dbos"
        tables = sa.MetaData()
        tables.reflect(engine, schema=schema)
        with engine.connect() as connection:
            for table in tables.sorted_tables:
                stored.extend(repr(row) for row in connection.execute(sa.select(table)))
        engine.dispose()
        return "\n".join(stored)


async def until(engine: Engine, name: str, subject: str, wanted: str | None) -> None:
    """Wait until this work is in that state."""
    async with asyncio.timeout(30):
        while await engine.status(name, subject) != wanted:  # noqa: ASYNC110 - only the tables know
            await asyncio.sleep(0.02)

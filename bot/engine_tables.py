"""Whether the engine's tables are there: asked without the engine, which takes a second to import."""

from __future__ import annotations

from sqlalchemy import text

from bot.db import Database, StorageUnavailable, Trouble

VERSION = 125
"""What DBOS 3.4 writes into `dbos_migrations` when it has made its tables."""


async def has_tables(db: Database) -> bool:
    """Whether the engine can be launched without making or changing a table.

    Raises:
        StorageUnavailable: the database cannot be used now.
    """
    if db.dialect == "sqlite":
        return True
    try:
        async with db.reading() as session:
            made = (await session.connection()).execute(text("SELECT version FROM dbos.dbos_migrations"))
            return ((await made).scalar() or 0) >= VERSION
    except StorageUnavailable as trouble:
        if trouble.reason is Trouble.NOT_MIGRATED:
            return False
        raise

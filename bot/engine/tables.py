"""The engine's tables on PostgreSQL are made by an operator's command, so that the bot needs no right to.

On SQLite the start makes them, in a file of their own.
"""

from __future__ import annotations

import asyncio

from dbos import DBOS
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from bot.db import Database, StorageUnavailable
from bot.db_trouble import reason_of
from bot.engine.quiet import hush


async def make_tables(db: Database, role: str | None = None) -> None:
    """Make the engine's tables in PostgreSQL, or bring them up to date.

    Args:
        role: Is given the right to use them.

    Raises:
        StorageUnavailable: the database cannot be used now, or does not let us.
    """
    if db.dialect == "postgresql":
        await asyncio.to_thread(_make, db.sync_url_for_engine, role)


def _make(url: URL, role: str | None) -> None:
    hush()
    try:
        DBOS.migrate(url.render_as_string(hide_password=False), application_role=role)
    except (DBAPIError, OSError) as error:
        reason = reason_of(error)
    else:
        return
    # Out of the handler: the driver's error holds statements and the address.
    raise StorageUnavailable(reason) from None

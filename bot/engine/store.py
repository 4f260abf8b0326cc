"""The engine's own SQLite file, set up so that a crash loses nothing and a deletion deletes."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from typing import Any

import sqlalchemy as sa

BUSY_TIMEOUT_MS = 30_000
CONNECTIONS = 15
"""As many as SQLAlchemy would open at most; ten of them it would close at once and open anew each time."""
CACHE_KIB = 512
"""For each connection: SQLite's own 2 MiB fill up as the file grows, and the process with them.

What is looked up here is a few rows by their ids.
"""


def sqlite_store(url: sa.URL) -> tuple[sa.Engine, ClosesStragglers]:
    """An SQLAlchemy engine for DBOS's tables in an SQLite file, and what closes it.

    DBOS itself sets none of WAL, `synchronous` and `secure_delete`.
    """
    if url.database:
        # Nobody but the owner may read it; SQLite gives its log the same rights.
        os.close(os.open(url.database, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(url, hide_parameters=True, pool_size=CONNECTIONS, max_overflow=0)
    sa.event.listen(engine, "connect", _set_up)
    return engine, ClosesStragglers(engine)


class ClosesStragglers:
    """Disposes of an engine, and of the connections that threads give back afterwards."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine, self._closed = engine, False
        sa.event.listen(engine, "checkin", self._checked_in)

    def close(self) -> None:
        """No connection outlives this for longer than the statement it is running."""
        self._closed = True
        self._engine.dispose()

    def _checked_in(self, _connection: Any, record: Any) -> None:
        if self._closed:
            record.invalidate()


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # As DBOS does for the engines that it makes itself: writers queue up instead of failing.
    connection.isolation_level = "IMMEDIATE"
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"cache_size=-{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    if needs_unixepoch(sys.version_info[:2], sqlite3.sqlite_version_info):
        connection.create_function("unixepoch", -1, _unixepoch)


def needs_unixepoch(python: tuple[int, int], sqlite: tuple[int, ...]) -> bool:
    """Whether `unixepoch('subsec')` has to be lent to SQLite.

    DBOS 3.4 calls it on Python 3.12 and later, SQLite knows it from 3.42 on (SQLite release
    notes), and before that answers NULL, with which DBOS does not start.
    """
    return python >= (3, 12) and sqlite < (3, 42)


def _unixepoch(*_modifiers: object) -> float:
    return time.time()

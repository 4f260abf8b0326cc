"""How each new connection is set up, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE_BUSY_TIMEOUT_S = 30.0
WAL_WITHIN_S = 5.0
STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
"""A replica that is frozen within a transaction holds its locks for no longer. Ours are short."""
LOCK_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_S = 5
TRUNCATE_TIMEOUT_MS = 1_000
RESTED_S, RESTS_SINCE = 1.0, "rests since"

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL may lose a committed transaction when power fails (SQLite docs).
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)


def prepare_sqlite(engine: Engine, *, begin: str, busy_timeout_s: float, read_only: bool = False) -> None:
    """Set up every connection that *engine* makes, and how its transactions begin."""

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        # Python's driver would begin transactions by itself, deferred, and too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(busy_timeout_s * 1000)}")
        for pragma in _PRAGMAS:
            _insist(cursor, pragma, min(busy_timeout_s, WAL_WITHIN_S))
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()
        add_unixepoch(connection)

    @event.listens_for(engine, "begin")
    def begin_so(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _insist(cursor: Any, pragma: str, within_s: float) -> None:
    """Two that switch a new file to WAL at once do not wait for each other: SQLite says "locked" at once."""
    give_up = time.monotonic() + within_s
    while True:
        try:
            cursor.execute(pragma)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= give_up:
                raise
            time.sleep(0.02)
        else:
            return


def add_unixepoch(connection: Any) -> None:
    """SQLite has ``unixepoch('subsec')`` from 3.42 on; before, it answers NULL. The engine relies on it."""
    if sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", -1, lambda *_: time.time())


async def truncate_log(connection: Any) -> bool:
    """Write SQLite's log into its file and empty it; False where a reader is in the way for long.

    Everybody who writes waits meanwhile, so this waits for a short time only.
    """
    before = await (await connection.execute("PRAGMA busy_timeout")).fetchone()
    await connection.execute(f"PRAGMA busy_timeout={min(before[0], TRUNCATE_TIMEOUT_MS)}")
    try:
        (blocked, *_) = await (await connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")).fetchone()
    finally:
        await connection.execute(f"PRAGMA busy_timeout={before[0]}")
    return not blocked


def postgres_options(*, read_only: bool = False) -> dict[str, Any]:
    """What each connection to PostgreSQL is told."""
    limits: dict[str, object] = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
    }
    if read_only:
        limits["default_transaction_read_only"] = "on"
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    return {"options": options, "connect_timeout": CONNECT_TIMEOUT_S, "application_name": "keydesk"}


def ask_after_rest(engine: Engine) -> None:
    """Whoever takes a connection that rested gets one that still works, or a new one.

    SQLAlchemy's ``pool_pre_ping`` asks each time, which is a tenth of all statements under load; one that
    was in use a second ago can break in the middle of its next use just as well.
    """

    @event.listens_for(engine, "checkin")
    def gave_back(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def takes(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        since = record.info.get(RESTS_SINCE)
        if since is None or time.monotonic() - since < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            # The pool then opens a new one, and asks no other one that is as old.
            raise InvalidatePoolError from None

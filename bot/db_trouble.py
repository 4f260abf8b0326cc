"""Why the database cannot be used: the drivers' many codes as one closed list of words."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Trouble(StrEnum):
    """Told to operators as it stands, and counted."""

    LOCKED = "locked"
    FULL = "full"
    READ_ONLY = "read_only"
    LOST = "lost"
    """The connection broke, or there was none to be had."""
    CANNOT_OPEN = "cannot_open"
    NOT_MIGRATED = "not_migrated"
    """A table or column is missing: run ``keydesk db upgrade``."""
    TOO_NEW = "too_new"
    """A newer release has changed the tables: run that one."""
    BROKEN = "broken"
    """The file is damaged, or no database."""
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    """Every connection is in use."""
    REFUSED = "refused"
    """Any other answer of the database."""


class StorageUnavailable(Exception):  # noqa: N818 - it says what is the matter.
    """The database cannot be used now. Carries a word, neither statement nor value."""

    def __init__(self, reason: Trouble) -> None:
        super().__init__(f"the database is not available: {reason.value}")
        self.reason = reason


# SQLite, "Result and Error Codes": the primary code is the lowest byte of the extended one.
_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Trouble.CANNOT_OPEN,
    sqlite3.SQLITE_IOERR: Trouble.LOST,
    sqlite3.SQLITE_CORRUPT: Trouble.BROKEN,
    sqlite3.SQLITE_NOTADB: Trouble.BROKEN,
    sqlite3.SQLITE_INTERRUPT: Trouble.TOO_SLOW,
}

# PostgreSQL documentation, appendix A "PostgreSQL Error Codes"; the longest prefix decides.
_BY_SQLSTATE = {
    "08": Trouble.LOST,
    "57P": Trouble.LOST,
    "57014": Trouble.TOO_SLOW,
    "25P03": Trouble.TOO_SLOW,
    "25006": Trouble.READ_ONLY,
    "40": Trouble.LOCKED,
    "55P03": Trouble.LOCKED,
    "53100": Trouble.FULL,
    "53": Trouble.BUSY,
    "42P01": Trouble.NOT_MIGRATED,
    "42703": Trouble.NOT_MIGRATED,
    "28": Trouble.CANNOT_OPEN,
    "3D": Trouble.CANNOT_OPEN,
    "XX": Trouble.BROKEN,
}


def reason_of(error: BaseException) -> Trouble:
    """The word for an error of a driver, of the pool or of the network."""
    if isinstance(error, PoolTimeout):
        return Trouble.BUSY
    if isinstance(error, OSError):
        return Trouble.LOST
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _sqlite_reason(cause)
    return _postgres_reason(getattr(cause, "sqlstate", None))


def _sqlite_reason(cause: sqlite3.Error) -> Trouble:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        # Only a connection that is gone has no code.
        return Trouble.LOST
    if code == sqlite3.SQLITE_ERROR and "no such" in str(cause):
        return Trouble.NOT_MIGRATED
    return _BY_SQLITE_CODE.get(code & 0xFF, Trouble.REFUSED)


def _postgres_reason(sqlstate: str | None) -> Trouble:
    if sqlstate is None:
        return Trouble.LOST
    prefixes = (sqlstate[:length] for length in range(len(sqlstate), 0, -1))
    return next((_BY_SQLSTATE[prefix] for prefix in prefixes if prefix in _BY_SQLSTATE), Trouble.REFUSED)

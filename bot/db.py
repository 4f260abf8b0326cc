"""One database, SQLite by default or PostgreSQL for several replicas, told apart here and nowhere else.

SQLite: every transaction that writes goes through one connection and begins IMMEDIATE, so that
nobody reads first and is refused afterwards; reading has connections of its own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import migrating
from bot.db_connections import (
    SQLITE_BUSY_TIMEOUT_S,
    ask_after_rest,
    postgres_options,
    prepare_sqlite,
    truncate_log,
)
from bot.db_trouble import StorageUnavailable, Trouble, reason_of

__all__ = ["Database", "StorageUnavailable", "Trouble"]

READERS = 4
POSTGRES_POOL = 8
AFTER_AT_ONCE = 4


class Database:
    """Opens sessions. Made by `Database.open`, which closes it as well."""

    def __init__(self, url: URL, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self.dialect = url.get_backend_name()
        """``sqlite`` or ``postgresql``."""
        self._url = url
        self._writer = writer
        self._reader = reader
        self._after = asyncio.Semaphore(AFTER_AT_ONCE)
        self._closed = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str | SecretStr, *, busy_timeout_s: float = SQLITE_BUSY_TIMEOUT_S
    ) -> AsyncIterator[Database]:
        """Open ``sqlite:///path`` or ``postgresql://…``. Nothing is asked of the server yet.

        Args:
            busy_timeout_s: How long SQLite waits for another process that writes.

        Raises:
            StorageUnavailable: the file of SQLite cannot be made.
        """
        parsed = make_url(url.get_secret_value() if isinstance(url, SecretStr) else url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        db = _sqlite(cls, parsed, busy_timeout_s) if is_sqlite else _postgres(cls, parsed)
        try:
            yield db
        finally:
            await db.close()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that cannot write.

        Raises:
            StorageUnavailable: the database cannot be used now.
        """
        with _told_plainly():
            async with AsyncSession(self._reader, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that is one transaction: committed at the end, undone by any error.

        Raises:
            StorageUnavailable: the database cannot be used now; nothing was written.
        """
        with _told_plainly():
            async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
                yield session

    @asynccontextmanager
    async def writing_after(self) -> AsyncIterator[AsyncSession]:
        """As `writing`, for what follows an answer: Slack waits three seconds at the door, and nobody here.

        However much there is to do, only so many of these are open at a time.
        """
        async with self._after, self.writing() as session:
            yield session

    @asynccontextmanager
    async def writing_rows(self) -> AsyncIterator[AsyncConnection]:
        """A transaction like `writing`, for statements alone: at half the price, where many come.

        Raises:
            StorageUnavailable: the database cannot be used now; nothing was written.
        """
        with _told_plainly():
            async with self._writer.begin() as connection:
                yield connection

    async def upgrade(self) -> None:
        """Bring our own tables up to date; the engine's are left alone.

        Raises:
            StorageUnavailable: the database cannot be used now; nothing was changed.
        """
        await asyncio.to_thread(self._migrate)

    async def is_current(self) -> bool:
        """Whether our tables are those that this release expects."""
        return await self.standing() is None

    async def standing(self) -> Trouble | None:
        """Why our tables are not those of this release, NOT_MIGRATED or TOO_NEW; None where they are.

        Raises:
            StorageUnavailable: the database cannot be used now.
        """
        with _told_plainly():
            async with self._reader.connect() as connection:
                return await connection.run_sync(migrating.standing)

    def _migrate(self) -> None:
        # A plain engine of its own, because alembic knows nothing of event loops.
        engine = create_engine(self._sync_url, hide_parameters=True)
        if self.dialect == "sqlite":
            prepare_sqlite(engine, begin="BEGIN IMMEDIATE", busy_timeout_s=SQLITE_BUSY_TIMEOUT_S)
        try:
            with _told_plainly(), engine.begin() as connection:
                migrating.upgrade(connection)
        finally:
            engine.dispose()

    async def forget_pages(self) -> bool:
        """Leave no byte of what was overwritten in SQLite's log; False where a reader is in the way."""
        if self.dialect != "sqlite":
            return True
        with _told_plainly():
            async with self._writer.connect() as connection:
                return await truncate_log((await connection.get_raw_connection()).driver_connection)

    @property
    def _sync_url(self) -> URL:
        return self._url.set(drivername="sqlite" if self.dialect == "sqlite" else "postgresql+psycopg")

    @property
    def sync_url_for_engine(self) -> URL:
        """Where the durable engine keeps its tables: beside our SQLite file, or in our PostgreSQL.

        Its text hides the password; hand the URL itself to SQLAlchemy.
        """
        if self.dialect == "sqlite":
            return self._sync_url.set(database=f"{self._url.database}.engine")
        return self._sync_url

    async def close(self) -> None:
        """Close every connection. A second time changes nothing."""
        if not self._closed:
            self._closed = True
            await self._writer.dispose()
            await self._reader.dispose()


def _sqlite(cls: type[Database], url: URL, busy_timeout_s: float) -> Database:
    _make_private(Path(url.database or ""))
    driven = url.set(drivername="sqlite+aiosqlite")
    writer = create_async_engine(
        driven, pool_size=1, max_overflow=0, pool_timeout=busy_timeout_s, hide_parameters=True
    )
    reader = create_async_engine(driven, pool_size=READERS, max_overflow=0, hide_parameters=True)
    prepare_sqlite(writer.sync_engine, begin="BEGIN IMMEDIATE", busy_timeout_s=busy_timeout_s)
    prepare_sqlite(reader.sync_engine, begin="BEGIN", busy_timeout_s=busy_timeout_s, read_only=True)
    return cls(url, writer, reader)


def _make_private(path: Path) -> None:
    """Nobody but the owner may read the file; SQLite gives its log the same rights."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError:
        # It may be there and be read-only: then the first use says so.
        if not path.exists():
            raise StorageUnavailable(Trouble.CANNOT_OPEN) from None


def _postgres(cls: type[Database], url: URL) -> Database:
    """Reading needs no transaction there: each statement sees what is committed, in or out of one."""
    url = url.set(drivername="postgresql")
    writer = _postgres_engine(url, read_only=False)
    reader = _postgres_engine(url, read_only=True, isolation_level="AUTOCOMMIT")
    return cls(url, writer, reader)


def _postgres_engine(url: URL, *, read_only: bool, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POSTGRES_POOL,
        max_overflow=POSTGRES_POOL,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args=postgres_options(read_only=read_only),
        **options,
    )
    ask_after_rest(engine.sync_engine)
    return engine


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Errors of the driver become a word: their texts hold statements and values."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout, OSError) as error:
        reason = reason_of(error)
    else:
        return
    # Out of the handler, and without the driver's error in any traceback.
    raise StorageUnavailable(reason) from None

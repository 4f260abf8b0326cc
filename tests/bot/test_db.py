"""One database, on SQLite and on PostgreSQL: transactions, and trouble told as a word."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import exists, func, literal, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database, StorageUnavailable, Trouble
from bot.db_trouble import reason_of
from bot.schema import OddValue, Outage
from tests.bot.rows import NOON

CANARY = "canary-value"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keydesk.db"


@pytest.fixture
async def sqlite(path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database that does not wait long for others."""
    async with Database.open(f"sqlite:///{path}", busy_timeout_s=0.01) as db:
        await db.upgrade()
        yield db


def value(mark: str) -> OddValue:
    return OddValue(mark=mark, seen_at=NOON)


async def marks(db: Database) -> list[str]:
    async with db.reading() as session:
        return sorted(await session.exec(select(OddValue.mark)))


async def pragma(session: AsyncSession, word: str) -> object:
    result = await (await session.connection()).execute(text(f"PRAGMA {word}"))
    return result.scalar() if result.returns_rows else None


@contextmanager
def storage_refuses(reason: Trouble) -> Iterator[None]:
    """The block ends with this reason, in a text that holds neither statement nor value."""
    with pytest.raises(StorageUnavailable) as error:
        yield
    assert error.value.reason is reason
    assert str(error.value) == f"the database is not available: {reason}"
    printed = "".join(traceback.format_exception(error.value))
    assert "StorageUnavailable" in printed
    assert not [word for word in (CANARY, "INSERT", "SELECT", "sqlalchemy.exc") if word in printed]


async def write(db: Database, *marks: str) -> None:
    async with db.writing() as session:
        session.add_all(map(value, marks))


async def test_what_is_written_stays_when_the_block_ends(db: Database) -> None:
    await write(db, "a", "b")
    assert await marks(db) == ["a", "b"]


async def test_an_error_undoes_everything_and_is_the_callers(db: Database) -> None:
    async def fail() -> None:
        async with db.writing() as session:
            session.add(value("a"))
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    await write(db, "b")
    assert await marks(db) == ["b"]


async def test_a_cancelled_task_undoes_everything_and_holds_nothing(db: Database) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        async with db.writing() as session:
            session.add(value("a"))
            await session.flush()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await write(db, "b")
    assert await marks(db) == ["b"]


async def test_what_was_read_can_be_used_after_the_block(db: Database) -> None:
    async with db.writing() as session:
        session.add(row := Outage(exchange="x", cause="c", opened_at=NOON, last_at=NOON))
    assert row.id == 1
    assert row.opened_at == NOON


async def test_times_come_back_aware(db: Database) -> None:
    await write(db, "a")
    async with db.reading() as session:
        assert (await session.get_one(OddValue, "a")).seen_at == NOON


async def test_a_reading_session_cannot_write(db: Database) -> None:
    with storage_refuses(Trouble.READ_ONLY):
        async with db.reading() as session:
            session.add(value("a"))
            await session.flush()
    assert await marks(db) == []


async def test_reading_goes_on_while_somebody_writes(db: Database) -> None:
    await write(db, "a")
    async with db.writing() as session:
        session.add(value("b"))
        await session.flush()
        assert await marks(db) == ["a"]
    assert await marks(db) == ["a", "b"]


async def test_read_then_write_loses_no_update(db: Database) -> None:
    async with db.writing() as session:
        session.add(Outage(exchange="x", cause="c", opened_at=NOON, last_at=NOON))

    async def one_more() -> None:
        async with db.writing() as session:
            row = (await session.exec(select(Outage).with_for_update())).one()
            row.clients += 1

    await asyncio.gather(*(one_more() for _ in range(20)))
    async with db.reading() as session:
        assert (await session.exec(select(Outage.clients))).one() == 20


async def test_a_broken_rule_of_the_tables_is_the_callers(db: Database) -> None:
    await write(db, CANARY)
    with pytest.raises(IntegrityError) as error:
        await write(db, CANARY)
    assert "parameters hidden" in str(error.value).lower()


async def test_a_missing_table_is_told_as_a_missing_migration(database_url: str) -> None:
    async with Database.open(database_url) as db:
        assert not await db.is_current()
        with storage_refuses(Trouble.NOT_MIGRATED):
            await marks(db)
        await db.upgrade()
        assert await marks(db) == []
        assert await db.is_current()


async def test_closing_twice_changes_nothing(database_url: str) -> None:
    async with Database.open(database_url) as db:
        await db.close()
    await db.close()


async def test_another_process_that_writes_locks_us_out_for_a_while(sqlite: Database, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with storage_refuses(Trouble.LOCKED):
            await write(sqlite, CANARY)
        assert await marks(sqlite) == [], "reading goes on"
        other.rollback()
    await write(sqlite, "a")
    assert await marks(sqlite) == ["a"]


async def test_a_full_disk_is_told_and_mended(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        pages = await pragma(session, "page_count")
        await pragma(session, f"max_page_count={pages}")
    with storage_refuses(Trouble.FULL):
        await write(sqlite, *(f"{CANARY}{number:060}" for number in range(500)))
    async with sqlite.writing() as session:
        await pragma(session, "max_page_count=100000")
    await write(sqlite, "a")
    assert await marks(sqlite) == ["a"]


async def test_a_read_only_file_is_told(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        await pragma(session, "query_only=ON")
    with storage_refuses(Trouble.READ_ONLY):
        await write(sqlite, CANARY)


@pytest.fixture
def no_database(path: Path) -> str:
    path.write_bytes(b"no database at all " * 100)
    return f"sqlite:///{path}"


async def test_a_file_that_is_no_database_is_told(no_database: str) -> None:
    async with Database.open(no_database) as db:
        with storage_refuses(Trouble.BROKEN):
            await write(db, "a")
        with storage_refuses(Trouble.BROKEN):
            await db.upgrade()


async def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with storage_refuses(Trouble.CANNOT_OPEN):
        async with Database.open(f"sqlite:///{tmp_path}/nowhere/keydesk.db"):
            pass


async def test_when_every_connection_is_in_use_that_is_told(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        session.add(value("b"))
        await session.flush()
        with storage_refuses(Trouble.BUSY):
            await write(sqlite, "a")


async def test_only_the_owner_may_read_the_files(sqlite: Database, path: Path) -> None:
    await write(sqlite, "a")
    found = sorted(path.parent.glob("keydesk.db*"))
    assert len(found) > 1, "the log should be there too"
    assert {stat.S_IMODE(file.stat().st_mode) for file in found} == {0o600}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 10),
    ],
)
async def test_every_connection_is_set_up_for_safety(sqlite: Database, word: str, expected: object) -> None:
    for block in (sqlite.reading(), sqlite.writing()):
        async with block as session:
            assert await pragma(session, word) == expected


async def test_the_engines_clock_works_on_old_sqlite(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        seconds = (await session.exec(select(func.unixepoch("subsec")))).one()
    assert seconds > NOON.timestamp() - 10**9


async def test_the_engine_gets_a_file_of_its_own(sqlite: Database, path: Path) -> None:
    url = sqlite.sync_url_for_engine
    assert (url.drivername, url.database) == ("sqlite", f"{path}.engine")


@pytest.mark.postgres
async def test_the_engine_gets_the_same_server_and_no_password_in_its_text() -> None:
    async with Database.open(f"postgresql://me:{CANARY}@127.0.0.1/name") as db:
        url = db.sync_url_for_engine
    assert url.password == CANARY
    assert url.drivername == "postgresql+psycopg"
    assert CANARY not in str(url) + repr(url)


@pytest.mark.postgres
async def test_a_server_that_is_not_there_is_told() -> None:
    async with Database.open(f"postgresql://me:{CANARY}@127.0.0.1:9/name") as db:
        with storage_refuses(Trouble.LOST):
            await write(db, "a")


@pytest.mark.postgres
async def test_a_broken_connection_is_told_and_the_next_works(postgres_url: str) -> None:
    async with Database.open(postgres_url) as db:
        await db.upgrade()
        with storage_refuses(Trouble.LOST):
            async with db.writing() as session:
                await session.exec(select(func.pg_backend_pid()))
                _end_every_connection(postgres_url)
                session.add(value("a"))
        await write(db, "b")
        assert await marks(db) == ["b"]


def _end_every_connection(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.postgres
async def test_a_statement_that_takes_too_long_is_told(postgres_url: str) -> None:
    async with Database.open(postgres_url) as db:
        with storage_refuses(Trouble.TOO_SLOW):
            async with db.writing() as session:
                await session.exec(select(func.set_config("statement_timeout", "10", literal(True))))
                await session.exec(select(func.pg_sleep(30)))


@pytest.mark.postgres
async def test_a_frozen_replica_does_not_hold_locks_for_ever(postgres_url: str) -> None:
    async with Database.open(postgres_url) as db, db.reading() as session:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
            assert (await session.exec(select(func.current_setting(setting)))).one() != "0"


@pytest.mark.parametrize(
    ("sqlstate", "reason"),
    [
        ("40001", Trouble.LOCKED),
        ("40P01", Trouble.LOCKED),
        ("53100", Trouble.FULL),
        ("53300", Trouble.BUSY),
        ("57P01", Trouble.LOST),
        ("42P01", Trouble.NOT_MIGRATED),
        ("28P01", Trouble.CANNOT_OPEN),
        ("42601", Trouble.REFUSED),
        (None, Trouble.LOST),
    ],
)
def test_postgres_codes_become_words(sqlstate: str | None, reason: Trouble) -> None:
    cause = psycopg.Error(CANARY)
    cause.sqlstate = sqlstate
    assert reason_of(DBAPIError(CANARY, None, cause)) is reason


async def test_conditional_updates_tell_how_many_rows_they_changed(db: Database) -> None:
    await write(db, "a")
    async with db.writing() as session:
        for expected in (1, 0):
            changed = await session.exec(update(OddValue).where(col(OddValue.mark) == "a").values(mark="b"))
            assert changed.rowcount == expected
        assert (await session.exec(select(exists().where(col(OddValue.mark) == "b")))).one()

"""One database, on SQLite and on PostgreSQL: transactions, and how connections are set up."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from sqlalchemy import exists, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from bot.db import Database
from bot.schema import OddValue, Outage
from tests.bot.db_steps import CANARY, marks, pragma, value, write
from tests.bot.rows import NOON


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


async def test_closing_twice_changes_nothing(database_url: str) -> None:
    async with Database.open(database_url) as db:
        await db.close()
    await db.close()


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
async def test_a_frozen_replica_does_not_hold_locks_for_ever(postgres_url: str) -> None:
    async with Database.open(postgres_url) as db, db.reading() as session:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
            assert (await session.exec(select(func.current_setting(setting)))).one() != "0"


async def test_conditional_updates_tell_how_many_rows_they_changed(db: Database) -> None:
    await write(db, "a")
    async with db.writing() as session:
        for expected in (1, 0):
            changed = await session.exec(update(OddValue).where(col(OddValue.mark) == "a").values(mark="b"))
            assert changed.rowcount == expected
        assert (await session.exec(select(exists().where(col(OddValue.mark) == "b")))).one()

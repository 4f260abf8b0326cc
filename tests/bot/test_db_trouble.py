"""Trouble of the database is told as a word, without statement or value, and mended."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, literal
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from bot.db import Database, Trouble
from bot.db_trouble import reason_of
from tests.bot.db_steps import CANARY, marks, pragma, storage_refuses, value, write


async def test_a_reading_session_cannot_write(db: Database) -> None:
    with storage_refuses(Trouble.READ_ONLY):
        async with db.reading() as session:
            session.add(value("a"))
            await session.flush()
    assert await marks(db) == []


async def test_a_missing_table_is_told_as_a_missing_migration(database_url: str) -> None:
    async with Database.open(database_url) as db:
        assert not await db.is_current()
        with storage_refuses(Trouble.NOT_MIGRATED):
            await marks(db)
        await db.upgrade()
        assert await marks(db) == []
        assert await db.is_current()


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

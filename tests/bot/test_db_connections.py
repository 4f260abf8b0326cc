"""Connections to PostgreSQL that were cut while they rested, and what reading may not do."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot import db_connections
from bot.db import Database, StorageUnavailable
from tests.bot.db_steps import marks, value, write


@pytest.mark.parametrize("writes", [True, False], ids=["writing", "reading"])
@pytest.mark.postgres
async def test_whoever_takes_a_connection_that_was_cut_while_it_rested_gets_a_new_one(
    postgres_url: str, writes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_connections, "RESTED_S", 0.0)
    async with Database.open(postgres_url) as db:
        await db.upgrade()
        await write(db, "a")
        assert await marks(db) == ["a"]
        cut_all(postgres_url)

        if writes:
            await write(db, "b")

        assert await marks(db) == (["a", "b"] if writes else ["a"])


@pytest.mark.postgres
async def test_one_that_is_cut_in_the_midst_of_things_is_told_and_the_next_use_works(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_connections, "RESTED_S", 3600.0)
    async with Database.open(postgres_url) as db:
        await db.upgrade()
        await write(db, "a")
        cut_all(postgres_url)

        with pytest.raises(StorageUnavailable):
            await write(db, "b")

        await write(db, "c")
        assert await marks(db) == ["a", "c"]


async def test_a_session_for_reading_cannot_write(db: Database) -> None:
    async with db.reading() as session:
        session.add(value("a"))
        with pytest.raises(DBAPIError) as refused:
            await session.commit()
        assert "read" in str(refused.value)
    assert await marks(db) == []


@pytest.mark.postgres
async def test_reading_holds_no_transaction_while_it_thinks(postgres_url: str) -> None:
    """An old snapshot keeps PostgreSQL from cleaning up, and a forgotten transaction is cut."""
    async with Database.open(postgres_url) as db, db.reading() as session:
        await session.exec(text("SELECT 1"))  # type: ignore[call-overload]
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            states = admin.execute(
                "SELECT state FROM pg_stat_activity WHERE application_name = 'keydesk'"
            ).fetchall()
    assert states == [("idle",)]


def cut_all(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        cut = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'keydesk'"
        ).fetchall()
    assert cut

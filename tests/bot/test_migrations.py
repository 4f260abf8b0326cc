"""From empty to the newest revision gives exactly the tables of the models, and touches no other's."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel, select

from bot.db import Database, StorageUnavailable
from bot.migrating import is_ours
from bot.schema import Case, CaseEvent, Outage
from tests.bot.rows import NOON


@pytest.fixture
def plain(database_url: str) -> Iterator[Engine]:
    """The same database without anything of ours in between."""
    url = make_url(database_url)
    driver = "postgresql+psycopg" if url.drivername == "postgresql" else url.drivername
    engine = create_engine(url.set(drivername=driver))
    yield engine
    engine.dispose()


def differences(plain: Engine) -> list[Any]:
    with plain.connect() as connection:
        options = {"include_object": is_ours, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, SQLModel.metadata))


async def test_the_migrations_make_the_tables_of_the_models(database_url: str, plain: Engine) -> None:
    assert differences(plain), "an empty database differs, or the comparison is blind"
    async with Database.open(database_url) as db:
        await db.upgrade()
    assert differences(plain) == []


async def test_a_missing_column_would_be_noticed(database_url: str, plain: Engine) -> None:
    async with Database.open(database_url) as db:
        await db.upgrade()
    with plain.begin() as connection:
        connection.execute(text("ALTER TABLE outage DROP COLUMN clients"))
    assert len(differences(plain)) == 1


async def test_upgrading_again_changes_nothing(database_url: str) -> None:
    async with Database.open(database_url) as db:
        await db.upgrade()
        await db.upgrade()
        assert await db.is_current()


async def test_replicas_that_start_together_migrate_once(database_url: str) -> None:
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        await asyncio.gather(one.upgrade(), other.upgrade())
        assert await one.is_current()


async def test_a_database_of_a_newer_release_is_told_and_left_alone(database_url: str, plain: Engine) -> None:
    async with Database.open(database_url) as db:
        await db.upgrade()
        with plain.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert not await db.is_current()
        with pytest.raises(StorageUnavailable, match="too_new"):
            await db.upgrade()


async def test_the_history_is_only_ever_added_to(db: Database, plain: Engine) -> None:
    async with db.writing() as session:
        session.add(case := Case(team_id="T1", user_id="U1", exchange="x", account="a", opened_at=NOON))
        await session.flush()
        session.add(CaseEvent(case_number=case.number or 0, at=NOON, actor="S1", act="claimed"))
    for change in ("UPDATE case_event SET actor = 'S2'", "DELETE FROM case_event"):
        with pytest.raises(DBAPIError, match="only ever added to"), plain.begin() as connection:
            connection.execute(text(change))
    async with db.reading() as session:
        assert (await session.exec(select(CaseEvent.actor))).all() == ["S1"]


async def test_one_alarm_is_open_for_one_trouble_of_an_exchange(db: Database) -> None:
    def alarm(ended_at: datetime | None = None) -> Outage:
        return Outage(exchange="x", cause="venue_down", opened_at=NOON, last_at=NOON, ended_at=ended_at)

    async with db.writing() as session:
        session.add_all((alarm(NOON), alarm(NOON), alarm()))
    with pytest.raises(IntegrityError):
        async with db.writing() as session:
            session.add(alarm())


async def test_tables_of_others_are_left_alone(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        connection.execute(text("CREATE TABLE workflow_status (id INTEGER)"))
    async with Database.open(database_url) as db:
        await db.upgrade()
    assert inspect(plain).has_table("workflow_status")
    assert differences(plain) == []


async def test_an_upgrade_that_fails_leaves_nothing_half_done(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        connection.execute(text("CREATE TABLE venue_limit (in_the_way INTEGER)"))
    async with Database.open(database_url) as db:
        with pytest.raises(StorageUnavailable):
            await db.upgrade()
        assert inspect(plain).get_table_names() == ["venue_limit"]
        with plain.begin() as connection:
            connection.execute(text("DROP TABLE venue_limit"))
        await db.upgrade()
        assert await db.is_current()


def test_constraints_have_names_so_that_they_can_be_changed() -> None:
    unnamed = [
        (table.name, constraint)
        for table in SQLModel.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []


def test_this_machines_sqlite_can_drop_a_column() -> None:
    """`ALTER TABLE … DROP COLUMN` came with SQLite 3.35, which the comparison above relies on."""
    with closing(sqlite3.connect(":memory:")) as connection:
        assert connection.execute("SELECT sqlite_version()").fetchone() >= ("3.35",)

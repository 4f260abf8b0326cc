"""An operator makes the tables; the bot runs under a role that can make none."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app import Tempo
from bot.db import Database, StorageUnavailable
from bot.demo import acting
from bot.demo.stage import staged
from bot.engine_tables import VERSION, has_tables
from bot.seal import new_key
from bot.slack.preflight import CannotStart
from bot.upgrading import NoSuchRole, upgraded

BRISK = Tempo(pace_s=0.01, sweep_s=0.1, farewell_s=0.5, grace_s=0.05)


@pytest.fixture
def role(postgres_url: str) -> Iterator[str]:
    """A role that may connect, and nothing else; its name needs quoting."""
    name = f"bot-{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'CREATE ROLE "{name}" LOGIN')
        yield name
        admin.execute(f'DROP OWNED BY "{name}"')
        admin.execute(f'DROP ROLE "{name}"')


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    told = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "STAFF_CHANNEL": "C1"}
    for name, value in {**told, "SECRET_KEYS": new_key(), "LOG_FORMAT": "json"}.items():
        monkeypatch.setenv(name, value)
    return CliRunner()


def as_role(url: str, role: str) -> str:
    return url.replace("keydesk@", f"{role}@")


@pytest.mark.postgres
def test_a_role_without_the_right_to_make_tables_runs_the_bot(
    postgres_url: str, role: str, command: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    done = command.invoke(app, ["db", "upgrade", "--grant", role])
    assert done.exit_code == 0, done.output

    async def a_day() -> None:
        url = as_role(postgres_url, role)
        async with staged(database_url=url, tempo=BRISK) as stage:
            ann = stage.cast.ann
            await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
            await acting.gets_result(stage, ann)
            await acting.card_of(stage, 1)
            await stage.stop()
            await stage.start()
            await acting.checks_key(ann, stage.kucoin.issue("general_only"))
            await acting.gets_result(stage, ann, 2)

    asyncio.run(a_day())
    with psycopg.connect(as_role(postgres_url, role), autocommit=True) as bot:
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "CREATE TABLE dbos.mine (id int)",
            "CREATE SCHEMA mine",
            "DROP TABLE attempt",
            "UPDATE case_event SET actor = 'S2'",
        ):
            with pytest.raises((InsufficientPrivilege, psycopg.ProgrammingError)) as refused:
                bot.execute(forbidden)
            assert refused.value.sqlstate == "42501", forbidden


@pytest.mark.postgres
async def test_a_start_without_the_engines_tables_says_what_to_run_and_makes_none(postgres_url: str) -> None:
    async with Database.open(postgres_url) as db:
        await db.upgrade()
        async with staged(start=False) as stage:
            stage.settings["database_url"] = postgres_url
            with pytest.raises(CannotStart, match="Run “keydesk db upgrade”"):
                await stage.start()
        assert not await has_tables(db)
    with psycopg.connect(postgres_url) as admin:
        schemas = admin.execute("SELECT nspname FROM pg_namespace").fetchall()
    assert ("public",) in schemas
    assert ("dbos",) not in schemas


@pytest.mark.postgres
async def test_tables_of_an_earlier_engine_are_told_apart(postgres_url: str) -> None:
    async with Database.open(postgres_url) as db:
        await upgraded(db)
        assert await has_tables(db)
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            (made,) = admin.execute("SELECT version FROM dbos.dbos_migrations").fetchone() or (None,)
            admin.execute("UPDATE dbos.dbos_migrations SET version = version - 1")
        assert made == VERSION, "the engine's release was changed: this number has to follow"
        assert not await has_tables(db)
        await upgraded(db)
        assert await has_tables(db)


async def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    async with Database.open(database_url) as db:
        await upgraded(db)
        await upgraded(db)
        assert await db.is_current()
        assert await has_tables(db)


def test_a_role_that_there_is_not_is_told_and_nothing_breaks(
    database_url: str, command: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)

    done = command.invoke(app, ["db", "upgrade", "--grant", "nobody_of_that_name"])

    assert done.exit_code == 1
    assert "There is no role nobody_of_that_name in this database." in done.output
    assert command.invoke(app, ["db", "upgrade"]).exit_code == 0


@pytest.mark.postgres
async def test_who_may_make_no_tables_is_told_so_by_the_upgrade(postgres_url: str, role: str) -> None:
    async with Database.open(as_role(postgres_url, role)) as db:
        with pytest.raises(StorageUnavailable) as refused:
            await upgraded(db)
    assert role not in str(refused.value)
    async with Database.open(postgres_url) as db:
        await db.upgrade()
        with pytest.raises(NoSuchRole):
            await upgraded(db, "nobody_of_that_name")


@pytest.mark.postgres
def test_a_command_that_may_not_read_the_tables_says_where_to_ask(
    postgres_url: str, role: str, command: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    assert command.invoke(app, ["db", "upgrade"]).exit_code == 0
    monkeypatch.setenv("DATABASE_URL", as_role(postgres_url, role))

    done = command.invoke(app, ["purge"])

    assert done.exit_code == 1
    assert "keydesk cannot use its database: the database is not available: refused." in done.output
    assert "“keydesk doctor” says what to do." in done.output
    assert "--grant" in command.invoke(app, ["doctor"]).output


@pytest.mark.postgres
async def test_the_engine_is_refused_its_tables_in_our_words(postgres_url: str, role: str) -> None:
    """Our own tables may be made by the role, the engine's may not: it makes a schema of its own."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'GRANT CREATE ON SCHEMA public TO "{role}"')
    async with Database.open(as_role(postgres_url, role)) as db:
        with pytest.raises(StorageUnavailable, match="refused") as refused:
            await upgraded(db)
        assert refused.value.__cause__ is None
        assert not await has_tables(db)

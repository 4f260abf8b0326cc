"""The doctor tells what is wrong with the database, creates nothing and keeps nothing."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import select

from bot.columns import now
from bot.db import Database
from bot.demo.stage import Stage
from bot.doctor import storage
from bot.doctor.report import State
from bot.schema import OddValue, Submission
from bot.upgrading import upgraded
from tests.bot.doctor.conftest import Examine
from tests.bot.doctor.findings import named, to_mend, unseen


def _file(stage: Stage) -> Path:
    return Path(str(stage.settings["database_url"]).removeprefix("sqlite:///"))


async def test_an_sqlite_file_that_is_not_there_yet_stays_away(examine: Examine, tmp_path: Path) -> None:
    absent = tmp_path / "new.db"

    report = await examine(database_url=f"sqlite:///{absent}")

    assert report.healthy
    assert "the first start makes it" in named(report, "file").says
    assert not absent.exists()


async def test_a_folder_that_is_missing(examine: Examine, tmp_path: Path) -> None:
    report = await examine(database_url=f"sqlite:///{tmp_path}/nowhere/new.db")

    assert to_mend(report)["file"] == f"There is no folder for it. Make it: mkdir -p '{tmp_path}/nowhere'"


async def test_a_file_that_is_no_database(examine: Examine, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all" * 1000)
    broken.chmod(0o600)

    assert "It is damaged" in to_mend(await examine(database_url=f"sqlite:///{broken}"))["tables"]


async def test_others_may_read_the_file(stage: Stage, examine: Examine) -> None:
    _file(stage).chmod(0o644)

    says = to_mend(await examine())["file keydesk.db"]
    assert says.endswith("chmod 600 keydesk.db")

    _file(stage).chmod(0o600)
    assert (await examine()).healthy


async def test_a_disk_that_is_nearly_full(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "LEAST_ROOM_BYTES", 2 * shutil.disk_usage("/").total)

    assert "Make room" in to_mend(await examine())["room"]


async def test_an_empty_sqlite_file_is_brought_up_to_date_by_the_start(
    examine: Examine, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.db"
    empty.touch(mode=0o600)

    report = await examine(database_url=f"sqlite:///{empty}")

    assert report.healthy is False, "the tables that are not there cannot be read"
    assert "the next start" in named(report, "tables").says


async def test_tables_of_a_newer_release(stage: Stage, examine: Examine) -> None:
    await _stamp(stage, "9999_from_the_future")

    report = await examine()

    assert "A newer keydesk" in to_mend(report)["tables"]
    assert "writing" not in {line.name for line in report.lines}


async def _stamp(stage: Stage, revision: str) -> None:
    async with Database.open(stage.settings["database_url"]) as db, db.writing() as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})


async def test_what_is_written_to_try_is_taken_back(stage: Stage, examine: Examine) -> None:
    assert named(await examine(), "writing").state is State.OK

    async with Database.open(stage.settings["database_url"]) as db, db.reading() as session:
        assert (await session.exec(select(OddValue))).all() == []
        assert (await session.exec(select(Submission))).all() == []


async def test_a_database_that_another_program_holds(
    stage: Stage, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "BUSY_S", 0.01)
    async with Database.open(stage.settings["database_url"]) as other, other.writing() as session:
        session.add(OddValue(mark="other", seen_at=now()))
        await session.flush()
        report = await examine()

    assert "holds it locked" in to_mend(report)["writing"]


@pytest.mark.postgres
async def test_a_postgres_that_was_not_migrated(examine: Examine, postgres_url: str) -> None:
    report = await examine(database_url=postgres_url)

    assert "keydesk db upgrade" in to_mend(report)["tables"]
    async with Database.open(postgres_url) as db:
        await db.upgrade()
        report = await examine(database_url=postgres_url)
        assert "keydesk db upgrade" in to_mend(report)["tables"], "the engine's are missing"
        await upgraded(db)
    assert (await examine(database_url=postgres_url)).healthy


@pytest.mark.postgres
async def test_a_user_of_postgres_who_may_only_read(examine: Examine, postgres_url: str) -> None:
    async with Database.open(postgres_url) as db:
        await upgraded(db)
    reader = f"reader_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {reader} LOGIN")
        admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
        admin.execute(f"GRANT USAGE ON SCHEMA dbos TO {reader}")
        admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA dbos TO {reader}")
        report = await examine(database_url=postgres_url.replace("keydesk@", f"{reader}@"))
        admin.execute(f"DROP OWNED BY {reader}")
        admin.execute(f"DROP ROLE {reader}")

    assert "Check the rights of keydesk's user" in to_mend(report)["writing"]


@pytest.mark.postgres
async def test_a_postgres_that_is_not_there(examine: Examine, postgres_url: str) -> None:
    report = await examine(database_url=f"{postgres_url}_nowhere")

    assert "check DATABASE_URL" in to_mend(report)["tables"]


async def test_a_server_that_does_not_listen(examine: Examine) -> None:
    report = await examine(database_url="postgresql://keydesk:canary@127.0.0.1:1/keydesk")

    assert "check DATABASE_URL" in to_mend(report)["tables"]
    assert "canary" not in report.as_text()
    assert unseen(report) == set()

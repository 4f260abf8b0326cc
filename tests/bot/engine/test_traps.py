"""What DBOS does by default and must not do to us; each was seen before it was closed."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from bot.engine import Steps
from bot.engine.ledger import MAX_TAKEOVERS
from bot.engine.plain_json import RecordedError, code_of, read, written
from bot.engine.store import needs_unixepoch, sqlite_store
from bot.engine.transact import Transact
from tests.bot.engine.engines import Engines, until

SECRET = "sentinel-passphrase-7Q"


class VenueError(Exception):
    """As httpx's errors do, it holds the request with its headers."""

    def __init__(self, code: str | None = None) -> None:
        super().__init__(f"401 for {SECRET}")
        self.request = {"KC-API-PASSPHRASE": SECRET}
        if code is not None:
            self.code = code


async def nothing(subject: str, steps: Steps) -> None:
    """Work that ends at once."""


# --- SQLite before 3.42 on Python from 3.12 on ------------------------------------------------


@pytest.mark.parametrize(
    ("python", "sqlite", "needed"),
    [
        ((3, 11), (3, 40, 1), False),
        ((3, 12), (3, 40, 1), True),
        ((3, 13), (3, 41, 2), True),
        ((3, 13), (3, 42, 0), False),
        ((3, 13), (3, 46, 1), False),
    ],
)
def test_unixepoch_is_lent_where_the_engine_asks_for_it_and_sqlite_has_none(
    python: tuple[int, int], sqlite: tuple[int, ...], needed: bool
) -> None:
    assert needs_unixepoch(python, sqlite) is needed


def test_the_engine_can_ask_for_fractions_of_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 13, 0, "final", 0))
    with stored(tmp_path) as connection:
        at = connection.execute(sa.text("SELECT unixepoch('subsec')")).scalar_one()
    assert abs(at - time.time()) < 60


# --- what is written down ---------------------------------------------------------------------


async def test_an_exception_leaves_its_class_and_code_and_no_word_of_its_text(
    engines: Engines, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def check() -> None:
        raise VenueError

    async def work(subject: str, steps: Steps) -> None:
        await steps.run("check", check, attempts=2, interval_s=0.01)

    logging.getLogger("dbos").addHandler(caplog.handler)
    async with engines.open() as engine:
        engine.workflow("work", work)
        await engine.launch()
        await engine.start("work", "x")
        await until(engine, "work", "x", "SUCCESS")
    logging.getLogger("dbos").removeHandler(caplog.handler)
    stored = engines.everything_stored()
    output = caplog.text + "".join(capfd.readouterr())
    assert "VenueError" in stored
    assert "VenueError" in output, "nothing was logged, so silence proves nothing"
    for form in (SECRET, base64.b64encode(SECRET.encode()).decode()):
        assert form not in stored
        assert form not in output


async def test_what_is_no_plain_json_is_not_stored_and_not_quoted(
    engines: Engines, caplog: pytest.LogCaptureFixture
) -> None:
    async def check() -> object:
        return {"venue": VenueError("x")}

    async def work(subject: str, steps: Steps) -> None:
        await steps.run("check", check)

    async with engines.open() as engine:
        engine.workflow("work", work)
        told: list[str] = []

        async def on_failure(name: str, subject: str, code: str) -> None:
            told.append(code)

        engine.on_failure(on_failure)
        await engine.launch()
        await engine.start("work", "x")
        await until(engine, "work", "x", "SUCCESS")
    assert told == ["TypeError"]
    assert SECRET not in engines.everything_stored()
    assert SECRET not in caplog.text


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", float("nan"), {"a": object()}])
def test_what_is_not_plain_json_is_refused_without_its_content(value: object) -> None:
    with pytest.raises(TypeError, match="is not plain JSON") as refused:
        written(value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (VenueError(), "VenueError"),
        (VenueError("rate_limited"), "rate_limited"),
        (VenueError("a whole sentence, perhaps with a secret"), "VenueError"),
        (RecordedError("VenueError", "rate_limited"), "rate_limited"),
        (ExceptionGroup("several", [KeyError("x")]), "ExceptionGroup"),
    ],
)
def test_of_an_exception_only_one_word_is_told(trouble: Exception, code: str) -> None:
    assert code_of(trouble) == code
    back = read(written(trouble))
    assert isinstance(back, RecordedError)
    assert code_of(back) == code


# --- versions and executors -------------------------------------------------------------------


async def test_work_that_a_former_release_began_still_runs(engines: Engines) -> None:
    reached = asyncio.Event()
    ran: list[str] = []

    async def held() -> None:
        reached.set()
        await asyncio.sleep(60)

    async def one() -> int:
        return 1

    async def as_it_was(subject: str, steps: Steps) -> None:
        await steps.run("check", one)
        await steps.run("settle", one)
        await steps.run("tell", held)

    async def as_it_is(subject: str, steps: Steps) -> None:
        found = await steps.run("check", one)
        if await steps.patched("look twice"):
            found += await steps.run("look", one)
        found += await steps.run("settle", one)
        ran.append(f"{subject} {found}")

    async with engines.open("former") as former:
        former.workflow("story", as_it_was)
        await former.launch()
        await former.start("story", "x")
        await reached.wait()
    async with engines.open("present") as present:
        present.workflow("story", as_it_is)
        present.workflow("something new", nothing)
        await present.launch()
        await present.take_over("former")
        await until(present, "story", "x", "SUCCESS")
        await present.start("story", "y")
        await until(present, "story", "y", "SUCCESS")
    assert ran == ["x 2", "y 3"]


async def test_recovered_work_runs_on_our_loop_and_thread(engines: Engines) -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    begun = asyncio.Event()

    async def work(subject: str, steps: Steps) -> None:
        loops.append(asyncio.get_running_loop())
        begun.set()
        await steps.run("wait", asyncio.sleep, 0.01 if len(loops) > 1 else 60)

    for executor in ("first", "second"):
        async with engines.open(executor) as engine:
            engine.workflow("work", work)
            await engine.launch()
            await engine.start("work", "x")
            if executor == "second":
                await engine.take_over("first")
                await until(engine, "work", "x", "SUCCESS")
            await begun.wait()
    assert loops == [asyncio.get_running_loop()] * 2


async def test_work_that_kills_its_process_again_and_again_is_given_up(engines: Engines) -> None:
    told: list[tuple[str, str]] = []
    begun = asyncio.Event()

    async def deadly(subject: str, steps: Steps) -> None:
        begun.set()
        await steps.run("die", asyncio.sleep, 60)

    async def on_failure(name: str, subject: str, code: str) -> None:
        told.append((subject, code))

    async with engines.open("life-0") as engine:
        engine.workflow("deadly", deadly)
        engine.on_failure(on_failure)
        await engine.launch()
        await engine.start("deadly", "x")
        for life in range(MAX_TAKEOVERS + 1):
            await begun.wait()
            begun.clear()
            assert told == []
            await engine.rejoin(f"life-{life + 1}")
            await engine.take_over(f"life-{life}")
        assert await engine.status("deadly", "x") == "CANCELLED"
    assert told == [("x", "taken_over_too_often")]


async def test_who_lost_the_work_may_record_nothing_more(engines: Engines) -> None:
    gates = {1: asyncio.Event(), 2: asyncio.Event()}
    runs: list[int] = []
    told: list[int] = []

    async def check() -> int:
        runs.append(len(runs) + 1)
        mine = runs[-1]
        await gates[mine].wait()
        return mine

    async def work(subject: str, steps: Steps) -> None:
        told.append(await steps.run("check", check))

    async with engines.open("one") as engine:
        engine.workflow("work", work)
        await engine.launch()
        await engine.start("work", "x")
        await reached(runs, 1)
        # Another replica takes the work of this one, which is not dead at all.
        await engine.take_over("one")
        await reached(runs, 2)
        gates[1].set()
        await asyncio.sleep(0.1)
        assert told == []
        gates[2].set()
        await until(engine, "work", "x", "SUCCESS")
    assert told == [2]


async def reached(runs: list[int], count: int) -> None:
    async with asyncio.timeout(20):
        while len(runs) < count:  # noqa: ASYNC110 - the engine runs it in its own time
            await asyncio.sleep(0.02)


# --- the engine's own file --------------------------------------------------------------------


@contextmanager
def stored(folder: Path) -> Iterator[sa.Connection]:
    engine, closer = sqlite_store(sa.make_url(f"sqlite:///{folder / 'k.db.engine'}"))
    with engine.connect() as connection:
        yield connection
    closer.close()


def test_the_file_survives_power_cuts_keeps_nothing_deleted_and_is_private(tmp_path: Path) -> None:
    with stored(tmp_path) as connection:
        pragmas = {
            name: connection.execute(sa.text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }
    assert stat.S_IMODE((tmp_path / "k.db.engine").stat().st_mode) == 0o600


def test_a_connection_given_back_after_the_end_is_closed(tmp_path: Path) -> None:
    engine, closer = sqlite_store(sa.make_url(f"sqlite:///{tmp_path / 'k.db.engine'}"))
    straggler = engine.connect()
    raw = straggler.connection.driver_connection
    assert raw is not None
    closer.close()
    straggler.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


@pytest.mark.parametrize("url", ["sqlite:///k.engine", "postgresql+psycopg://me:word@127.0.0.1/k"])
def test_what_dbos_is_told(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    transact = Transact(sa.make_url(url), executor_id="me", application_version="7", migrate=False)
    config = transact._config()
    if transact._store is not None:
        transact._store.close()
    assert config["executor_id"] == "me"
    assert config["application_version"] == "7"
    assert config["run_migrations"] is False
    assert config["log_level"] == "WARNING"
    assert config["serializer"] is not None
    assert config["serializer"].name() == "keydesk_json"
    assert config["sys_db_idle_transaction_timeout_sec"] == 10.0
    assert "conductor_key" not in config


@pytest.mark.slow
async def test_an_idle_engine_costs_little(engines: Engines) -> None:
    async with engines.open() as engine:
        engine.workflow("nothing", nothing)
        await engine.launch()
        await asyncio.sleep(3)
        process = psutil.Process(os.getpid())
        before = process.cpu_times()
        await asyncio.sleep(10)
        after = process.cpu_times()
    used = (after.user + after.system) - (before.user + before.system)
    assert used / 10 < 0.05

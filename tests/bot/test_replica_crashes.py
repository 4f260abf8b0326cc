"""Processes that are killed or frozen at any moment lose nothing and say nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from bot.db import Database

CHILD = Path(__file__).with_name("crashing_child.py")
JOBS = 12
PATIENCE_S = 120
"""Processes start slowly on a busy machine, and PostgreSQL ends a frozen one's transaction after 10 s."""

pytestmark = pytest.mark.timeout(400)


class Replicas:
    """Child processes on one database and one Slack (a file)."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.slack, self.errors = url, folder / "slack", folder / "errors"

    @contextmanager
    def running(self, jobs: tuple[int, int] = (0, 0), **told: Any) -> Iterator[subprocess.Popen[str]]:
        told = {
            "db": self.url,
            "slack": str(self.slack),
            "jobs": jobs,
            "ttl_s": 1.5,
            "lease_s": 2,
            "stay": False,
        } | told
        with (
            self.errors.open("a") as errors,
            subprocess.Popen(
                [sys.executable, str(CHILD), json.dumps(told)],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=os.environ | {"PYTHONPATH": str(CHILD.parents[2])},
            ) as child,
        ):
            try:
                assert child.stdout is not None
                assert child.stdout.readline() == "ready\n", self.errors.read_text()
                yield child
            finally:
                child.kill()

    def said(self) -> list[dict[str, Any]]:
        if not self.slack.exists():
            return []
        whole, _, _torn = self.slack.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def wait_until_said(self, count: int, child: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while len(self.said()) < count and child.poll() is None:
            assert time.monotonic() < deadline, f"{len(self.said())} of {count}: {self.errors.read_text()}"
            time.sleep(0.001)

    def finish(self) -> None:
        with self.running() as child:
            assert child.wait(PATIENCE_S) == 0, self.errors.read_text()

    def assert_everything_was_said_once(self, jobs: int) -> None:
        posts = [line for line in self.said() if line["act"] == "post"]
        keys = Counter(line["key"] for line in posts if line["kind"] != "card")
        cards = Counter(line["case"] for line in posts if line["kind"] == "card")
        assert set(keys.values()) == {1}, keys
        assert sum(key.startswith("result:") for key in keys) == jobs
        assert sum(key.startswith("history:") for key in keys) == jobs
        assert set(cards.values()) == {1}, cards
        assert len(cards) == jobs


@pytest.fixture
async def replicas(database_url: str, tmp_path: Path) -> Replicas:
    async with Database.open(database_url) as db:
        await db.upgrade()
    return Replicas(database_url, tmp_path)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_killed_again_and_again_it_still_says_everything_once(replicas: Replicas, seed: int) -> None:
    moments = random.Random(seed)
    for round_ in range(2):
        with replicas.running((round_ * JOBS, round_ * JOBS + JOBS)) as child:
            replicas.wait_until_said(len(replicas.said()) + moments.randint(1, 2 * JOBS), child)
            time.sleep(moments.choice([0, 0.001, 0.005]))
            child.kill()
    taken = jobs_in(replicas)
    assert taken >= 1
    replicas.finish()
    replicas.assert_everything_was_said_once(taken)


def jobs_in(replicas: Replicas) -> int:
    """How many jobs were taken before the kills."""
    url = sa.make_url(replicas.url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        count = connection.execute(sa.text("SELECT count(*) FROM attempt")).scalar_one()
    engine.dispose()
    return int(count)


@pytest.fixture
async def shared(postgres_url: str, tmp_path: Path) -> Replicas:
    async with Database.open(postgres_url) as db:
        await db.upgrade()
    return Replicas(postgres_url, tmp_path)


@pytest.mark.postgres
def test_connections_that_break_again_and_again_lose_nothing(shared: Replicas) -> None:
    with shared.running((0, 2 * JOBS)) as child:
        for said in range(2, 3 * JOBS, 7):
            shared.wait_until_said(said, child)
            break_connections(shared.url)
        assert child.wait(PATIENCE_S) == 0, shared.errors.read_text()
    shared.assert_everything_was_said_once(jobs_in(shared))


def break_connections(url: str) -> None:
    """As a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as admin:
        broken = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert broken, "nothing was connected, so nothing broke"


@pytest.mark.postgres
def test_what_a_dead_replica_had_begun_another_ends(shared: Replicas) -> None:
    with shared.running((0, JOBS), stay=True) as dying, shared.running((JOBS, 2 * JOBS)) as living:
        shared.wait_until_said(JOBS, dying)
        dying.kill()
        assert living.wait(PATIENCE_S) == 0, shared.errors.read_text()
    shared.assert_everything_was_said_once(jobs_in(shared))


@pytest.mark.postgres
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_frozen_replica_is_overtaken_and_harms_nothing_when_it_wakes(shared: Replicas, seed: int) -> None:
    moment = random.Random(seed).randint(2, 2 * JOBS)
    with shared.running((0, JOBS), stay=True) as frozen:
        shared.wait_until_said(moment, frozen)
        frozen.send_signal(signal.SIGSTOP)
        with shared.running((JOBS, 2 * JOBS)) as living:
            assert living.wait(PATIENCE_S) == 0, shared.errors.read_text()
        said = len(shared.said())
        frozen.send_signal(signal.SIGCONT)
        with shared.running((2 * JOBS, 3 * JOBS)) as later:
            shared.wait_until_said(said + JOBS, later)
            assert later.wait(PATIENCE_S) == 0, shared.errors.read_text()
        frozen.terminate()
        assert frozen.wait(PATIENCE_S) == 0, shared.errors.read_text()
    assert "lease_lost" in shared.errors.read_text(), "nobody was overtaken, so this proved nothing"
    shared.finish()
    shared.assert_everything_was_said_once(jobs_in(shared))

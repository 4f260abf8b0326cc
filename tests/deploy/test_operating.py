"""The README's page "Operating", step by step: two replicas, backups while it runs, upgrades."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from bot.db import Database
from bot.demo import acting
from bot.demo.kucoin import Fault as VenueFault
from bot.demo.stage import Stage
from bot.schema import Attempt
from tests import postgres_server
from tests.deploy.balancer import Balancer, balanced
from tests.promise.axe import ROOT, Axe, axed, environment
from tests.promise.clients import judged, submit_all

CLIENTS = 6
README = (ROOT / "README.md").read_text(encoding="utf-8")


def keydesk(stage: Stage, *words: str, **changed: str) -> str:
    """Type a command of the program where its settings are; what it answers."""
    ran = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=environment(stage) | changed,
        cwd=stage.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


async def behind(balancer: Balancer, axe: Axe, ready: int) -> None:
    """Slack knows the balancer alone, and it knows every replica."""
    axe.stage.slack.events_url = [balancer.address]
    balancer.ports = [child.port for child in axe.children]
    async with asyncio.timeout(30):
        while len(balancer.ready) != ready:  # noqa: ASYNC110 - asked over HTTP, as balancers do
            await asyncio.sleep(0.05)


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_two_replicas_behind_a_load_balancer_through_a_rolling_upgrade(postgres_url: str) -> None:
    async with axed(postgres_url, "http") as axe, balanced() as balancer:
        stage = axe.stage
        assert "up to date" in await asyncio.to_thread(keydesk, stage, "db", "upgrade")
        await axe.start()
        await axe.start()
        await behind(balancer, axe, ready=2)
        people = [stage.slack.add_person(f"Client {place:02}") for place in range(CLIENTS)]
        stage.kucoin.latency_s = 0.4
        promised = await submit_all(stage, people, over_s=0.5)

        assert all(balancer.given[child.port] for child in axe.children), "both take deliveries"
        assert await axe.kill(0, signal.SIGTERM) == 0
        await behind(balancer, axe, ready=1)
        assert "up to date" in await asyncio.to_thread(keydesk, stage, "db", "upgrade")
        await axe.start()
        await behind(balancer, axe, ready=2)
        assert await axe.kill(0, signal.SIGTERM) == 0
        await axe.start()
        await behind(balancer, axe, ready=2)
        tally = await judged(stage, people, promised)
        later = await submit_all(stage, [stage.cast.ann], over_s=0.0)
        after = await judged(stage, [stage.cast.ann], later)

    assert (tally.promised, tally.lost, tally.doubled) == (CLIENTS, [], [])
    assert (after.promised, after.lost, after.doubled) == (1, [], [])


# --- backups ---------------------------------------------------------------------------------


async def with_a_past_and_work_undone(axe: Axe) -> None:
    """One case is told and done; another client's test is under way and will not end by itself soon."""
    stage = axe.stage
    await axe.start()
    await judged(stage, [stage.cast.ben], await submit_all(stage, [stage.cast.ben], over_s=0.0))
    stage.kucoin.faults.add(VenueFault.INTERNAL_500)
    key = stage.kucoin.issue("ip_restricted")
    await acting.submits(stage.cast.ann, key)
    await acting.gets_result(stage, stage.cast.ann, 1)


async def undone(url: str) -> list[int | None]:
    """The tests that are promised and not settled."""
    async with Database.open(url) as db, db.reading() as session:
        return list((await session.exec(select(Attempt.id).where(Attempt.settled_at == None))).all())  # noqa: E711


async def is_done_after_a_restore(axe: Axe, restored: str) -> None:
    """keydesk starts on the copy, tells what it knows, and ends what was promised."""
    stage = axe.stage
    await axe.kill(0)
    assert await undone(restored), "the backup holds a promise, else its end would prove nothing"
    stage.settings["database_url"] = restored
    assert "up to date" in await asyncio.to_thread(keydesk, stage, "db", "upgrade")
    assert "Case 1: KuCoin Spot/Margin" in await asyncio.to_thread(keydesk, stage, "audit", "1")
    stage.kucoin.faults.clear()
    async with Database.open(restored) as db, db.writing() as session:
        for attempt in (await session.exec(select(Attempt).where(Attempt.settled_at == None))).all():  # noqa: E711
            attempt.due_at = attempt.asked_at
            session.add(attempt)
    await axe.start()
    said = "Needs a fix"
    await stage.slack.until(lambda: any(said in m.words for m in acting.results(stage.cast.ann)), timeout=60)
    assert len([m for m in acting.results(stage.cast.ann) if said in m.words]) == 1
    assert len(acting.results(stage.cast.ben)) == 1, "what had been said is not said again"


@pytest.mark.timeout(300)
async def test_a_copy_of_sqlite_made_while_it_runs_is_enough_to_go_on(tmp_path: Path) -> None:
    (statement,) = re.findall(r"sqlite3 keydesk\.db \"(VACUUM INTO) 'copy\.db'\"", README)
    async with axed(f"sqlite:///{tmp_path}/keydesk.db") as axe:
        await with_a_past_and_work_undone(axe)
        with sqlite3.connect(tmp_path / "keydesk.db") as running:
            running.execute(f"{statement} '{tmp_path}/copy.db'")
        running.close()

        await is_done_after_a_restore(axe, f"sqlite:///{tmp_path}/copy.db")


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_a_dump_of_postgresql_made_while_it_runs_is_enough_to_go_on(
    tmp_path: Path, postgres_url: str, postgres_server_port: int
) -> None:
    dump, programs = tmp_path / "keydesk.sql", postgres_server.binaries()

    def run(program: str, *words: str) -> None:
        subprocess.run([programs / program, *words], check=True, capture_output=True, timeout=60)

    assert "pg_dump" in README
    with postgres_server.fresh_database(postgres_server_port) as restored:
        async with axed(postgres_url) as axe:
            await with_a_past_and_work_undone(axe)
            await asyncio.to_thread(run, "pg_dump", f"--file={dump}", postgres_url)
            await asyncio.to_thread(
                run, "psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={dump}", restored
            )

            await is_done_after_a_restore(axe, restored)
    assert dump.stat().st_size

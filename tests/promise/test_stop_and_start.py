"""A stop drains and ends with 0, whenever it comes; a start catches up and tells nobody twice."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, update

from bot.columns import now
from bot.commands.running import EXIT_CANNOT_START
from bot.db import Database
from bot.demo import acting
from bot.demo.kucoin import Fault as VenueFault
from bot.demo.workspace import Fault
from bot.schema import Attempt
from bot.serving import EXIT_OK, EXIT_UNREACHABLE
from tests.promise.axe import ROOT, Axe, Child, axed, environment

STARTING_S = 60.0
LONG_S = 300.0


async def submitted(axe: Axe) -> None:
    """A test is in flight, and will be for a while."""
    stage = axe.stage
    await acting.submits(stage.cast.ann, stage.kucoin.issue("spot_trading_on"))
    await stage.slack.until(lambda: "Testing" in stage.cast.ann.dialogs[-1].words)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_stop_lets_a_test_in_flight_end_and_tells_its_result(
    tmp_path: Path, mode: str, signum: int
) -> None:
    async with axed(f"sqlite:///{tmp_path}/keydesk.db", mode, drain_s=LONG_S, farewell_s=LONG_S) as axe:
        await axe.start()
        axe.stage.kucoin.latency_s = 1.5
        await submitted(axe)

        code = await axe.kill(0, signum)

        assert code == EXIT_OK
        assert len(acting.results(axe.stage.cast.ann)) == 1, "told before the end"


async def test_a_second_signal_waits_for_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async with axed(f"sqlite:///{tmp_path}/keydesk.db", drain_s=LONG_S, farewell_s=LONG_S) as axe:
        child = await axe.start()
        stage = axe.stage
        stage.kucoin.faults.add(VenueFault.SLOW)
        await submitted(axe)
        began = time.monotonic()
        child.send(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert child.process.returncode is None, "it drains"

        assert await axe.kill(0, signal.SIGTERM) == EXIT_OK

        assert time.monotonic() - began < LONG_S / 10
        assert acting.results(stage.cast.ann) == []
        stage.kucoin.faults.clear()
        await axe.start()
        await stage.slack.until(lambda: acting.results(stage.cast.ann), timeout=30)
        await acting.card_of(stage, 1)
        assert len(acting.results(stage.cast.ann)) == 1


@pytest.mark.parametrize("method", ["auth.test", "conversations.info", "apps.connections.open", "socket"])
async def test_a_stop_during_the_start_ends_it_at_once(tmp_path: Path, method: str) -> None:
    async with axed(f"sqlite:///{tmp_path}/keydesk.db", drain_s=LONG_S, farewell_s=LONG_S) as axe:
        slack = axe.stage.slack
        # The preflight asks for one address of a socket by itself.
        after = 1 if method == "apps.connections.open" else 0
        slack.faults.add(method, Fault.SLOW, times=None, after=after)
        process = await Child.begun(axe.stage)
        asked = "apps.connections.open" if method == "socket" else method
        count = 2 if method in {"socket", "apps.connections.open"} else 1
        await slack.until(lambda: [c.method for c in slack.calls].count(asked) >= count, STARTING_S)
        await asyncio.sleep(0.5)

        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == EXIT_OK

        slack.faults.clear()
        await axe.start()
        await submitted(axe)


async def due_now(database_url: str) -> None:
    """The time of the next try has come."""
    async with Database.open(database_url) as db, db.writing() as session:
        waiting = update(Attempt).where(col(Attempt.settled_at).is_(None))
        await session.exec(waiting.values(due_at=now() - timedelta(seconds=1)))


async def test_a_start_catches_up_with_what_became_due_and_tells_nobody_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/keydesk.db"
    async with axed(url) as axe:
        await axe.start()
        stage, ann = axe.stage, axe.stage.cast.ann
        await acting.checks_key(stage.cast.ben, stage.kucoin.issue("ip_restricted"))
        stage.kucoin.faults.add(VenueFault.DOWN)
        await acting.checks_key(ann, stage.kucoin.issue("general_only"))
        await acting.gets_result(stage, ann)
        assert await axe.kill(0, signal.SIGTERM) == EXIT_OK
        stage.kucoin.faults.clear()
        await due_now(url)

        await axe.start()

        assert "Passed" in (await acting.gets_result(stage, ann, 2)).text
        for _ in range(2):
            assert await axe.kill(0, signal.SIGTERM) == EXIT_OK
            await axe.start()
        assert [len(acting.results(person)) for person in (ann, stage.cast.ben)] == [2, 1]
        assert len(acting.cards(stage)) == 2


async def test_what_was_put_down_before_a_kill_goes_out_without_waiting_for_a_lease(tmp_path: Path) -> None:
    """The dead process holds two conversations, here for ten minutes."""
    path = tmp_path / "keydesk.db"
    async with axed(f"sqlite:///{path}", lane_s=600.0) as axe:
        await axe.start()
        stage, slack = axe.stage, axe.stage.slack
        slack.faults.add("chat.postMessage", Fault.SLOW, times=None)
        await acting.submits(stage.cast.ann, stage.kucoin.issue("spot_trading_on"))
        await slack.until(lambda: [c.method for c in slack.calls].count("chat.postMessage") >= 2)
        await axe.kill(0)
        slack.faults.clear()
        with sqlite3.connect(path) as db:
            held = db.execute("SELECT count(*) FROM outbox_lane WHERE leased_by IS NOT NULL").fetchone()
        db.close()
        assert held >= (2,), "otherwise there is nothing to be freed"

        await axe.start()

        await slack.until(lambda: acting.results(stage.cast.ann) and acting.cards(stage), timeout=60)


@pytest.mark.parametrize(
    ("method", "fault", "code", "words"),
    [
        ("auth.test", Fault.HTTP_503, EXIT_UNREACHABLE, "Slack is busy just now"),
        ("auth.test", Fault.DROP_BEFORE_STORE, EXIT_UNREACHABLE, "Slack cannot be reached"),
        ("auth.test", Fault.INVALID_AUTH, EXIT_CANNOT_START, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)"),
        ("apps.connections.open", Fault.INVALID_AUTH, EXIT_CANNOT_START, "Slack refuses SLACK_APP_TOKEN"),
    ],
)
async def test_a_start_that_fails_says_why_and_whether_to_try_again(
    tmp_path: Path, method: str, fault: Fault, code: int, words: str
) -> None:
    async with axed(f"sqlite:///{tmp_path}/keydesk.db") as axe:
        axe.stage.slack.faults.add(method, fault, times=None)
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve"),
            env=environment(axe.stage),
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(STARTING_S):
            _, told = await started.communicate()

    assert started.returncode == code
    assert words in told.decode()
    assert "Traceback" not in told.decode()

"""The bot as a process: started, stopped in order, killed; and what it is told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.page.child import Child

SECONDS = 30
SLEEPS = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); time.sleep(60)"


@pytest.fixture
def states() -> list[str]:
    return []


@pytest.fixture
async def child(tmp_path: Path, states: list[str]) -> AsyncIterator[Child]:
    """A child with settings of which the most are missing, so that the real program cannot start."""

    def note() -> None:
        states.append(made.state)

    made = Child({"log_level": "ERROR", "slack_app_token": None, "_env_file": None}, tmp_path, note)
    yield made
    await made.kill()


async def ended(child: Child) -> None:
    async with asyncio.timeout(SECONDS):
        watching = child._watching
        if watching is not None:
            await watching


async def test_a_bot_that_cannot_start_is_told_with_its_exit_code(child: Child, states: list[str]) -> None:
    await child.start()
    assert child.state == "starting"
    await ended(child)
    assert (child.state, child.ended) == ("stopped", "It ended by itself, with exit code 78.")
    assert states == ["starting", "stopped"]


@pytest.fixture
async def sleeper(tmp_path: Path) -> AsyncIterator[Child]:
    """Instead of the bot a program that sleeps, and ends well when it is told to."""
    made = Child({}, tmp_path, lambda: None, (sys.executable, "-c", SLEEPS))
    yield made
    await made.kill()


async def test_it_runs_once_it_is_connected_and_no_longer_when_it_is_not(sleeper: Child) -> None:
    sleeper.connected(1)
    assert sleeper.state == "stopped"
    await sleeper.start()
    sleeper.connected(1)
    assert sleeper.state == "running"
    sleeper.connected(0)
    assert sleeper.state == "starting"


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_an_end_that_was_asked_for_is_no_trouble_and_it_starts_again(sleeper: Child, how: str) -> None:
    for _ in range(2):
        await sleeper.start()
        first = sleeper._process
        await sleeper.start()
        assert sleeper._process is first
        await getattr(sleeper, how)()
        assert (sleeper.state, sleeper.ended) == ("stopped", "")
    await sleeper.stop()
    assert sleeper.state == "stopped"


def test_the_bot_is_told_its_settings_and_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("AWS_SECRET", "real")
    made = Child(
        {"slack_api_url": "http://127.0.0.1:1/api/", "staff_usergroup": None}, tmp_path, lambda: None
    )
    assert made._environment["SLACK_API_URL"] == "http://127.0.0.1:1/api/"
    assert {"SLACK_BOT_TOKEN", "AWS_SECRET", "STAFF_USERGROUP"}.isdisjoint(made._environment)

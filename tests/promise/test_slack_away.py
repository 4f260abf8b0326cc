"""Where Slack stays out of reach the process ends with a code of its own, so that a supervisor can act."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.app import Tempo
from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Fault
from bot.serving import EXIT_UNREACHABLE, Running, serve
from bot.settings import Settings
from bot.slack import contact, sockets

TEN_MINUTES = 600.0
BRISK = Tempo(pace_s=0.01, sweep_s=0.1, farewell_s=0.3, drain_s=0.3, contact_s=0.1, call_s=0.5)


@pytest.fixture
def ten_minutes_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    assert contact.GIVE_UP_AFTER_S == sockets.GIVE_UP_AFTER_S == TEN_MINUTES
    for module in (contact, sockets):
        monkeypatch.setattr(module, "GIVE_UP_AFTER_S", 1.0)
    monkeypatch.setattr(sockets, "LOOK_EVERY_S", 0.1)


async def served(stage: Stage) -> tuple[asyncio.Task[int], Running]:
    """A whole keydesk, as the command runs it."""
    run: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(Settings(**stage.settings), run.set_result, BRISK))
    waits: set[asyncio.Future[Any]] = {task, run}
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    assert run.done()
    if stage.settings["slack_mode"] == "http":
        stage.slack.events_url = [f"http://127.0.0.1:{run.result().port}/slack/events"]
    return task, run.result()


@pytest.mark.parametrize("mode", ["socket", "http"])
@pytest.mark.usefixtures("ten_minutes_are_short")
async def test_ten_minutes_without_slack_end_the_process_and_lose_nothing(mode: str) -> None:
    async with staged(mode=mode, start=False) as stage:
        ann = stage.cast.ann
        task, _ = await served(stage)
        stage.kucoin.latency_s = 0.3
        await acting.submits(ann, stage.kucoin.issue("ip_restricted"))
        stage.slack.faults.add("*", Fault.DROP_BEFORE_STORE, times=None)
        stage.slack.faults.add("socket", Fault.HTTP_503, times=None)
        stage.slack.disconnect_sockets()

        async with asyncio.timeout(60):
            assert await task == EXIT_UNREACHABLE

        assert acting.results(ann) == []
        stage.slack.faults.clear()
        stage.kucoin.latency_s = 0.0
        await stage.start()
        await acting.gets_result(stage, ann)
        assert len(acting.results(ann)) == 1


@pytest.mark.usefixtures("ten_minutes_are_short")
async def test_slack_that_refuses_is_not_away() -> None:
    """Starting again mends no token; a supervisor would do it for ever."""
    async with staged(mode="http", start=False) as stage:
        task, run = await served(stage)
        stage.slack.faults.add("auth.test", Fault.TOKEN_REVOKED, times=None)
        await asyncio.sleep(2.0)

        assert run.app.contact.trouble == "Slack refuses our token: token_revoked"
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

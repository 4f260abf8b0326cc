"""Once the dialog says "Testing…", exactly one result and one card follow, through kill -9.

The short version of `killing.py`, whose docstring has the commands for the long one.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.promise.killing import Submitted, Tally, axed, judged, one_run, submit_all

CLIENTS = 8


@pytest.mark.timeout(300)
async def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(database_url: str) -> None:
    async with axed(database_url) as axe:
        await axe.start()
        total = Tally()
        for run, kill_at_s in enumerate((0.7, 1.6)):
            total.add(await one_run(axe, CLIENTS, kill_at_s, run))

    assert total.promised > CLIENTS
    assert (total.lost, total.doubled) == ([], [])


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_a_replica_that_dies_for_good_leaves_its_work_to_the_other(postgres_url: str) -> None:
    async with axed(postgres_url, "http") as axe:
        await axe.start()
        await axe.start()
        people = [axe.stage.slack.add_person(f"Client {place:02}") for place in range(CLIENTS)]
        axe.stage.kucoin.latency_s = 0.4
        promised = await submit_all(axe.stage, people, over_s=0.5)
        await axe.kill(0)
        tally = await judged(axe.stage, people, promised)

    assert tally.promised == CLIENTS
    assert (tally.lost, tally.doubled) == ([], [])


@pytest.mark.timeout(120)
async def test_a_stop_drains_and_exits_with_zero(tmp_path: Path) -> None:
    async with axed(f"sqlite:///{tmp_path}/keydesk.db") as axe:
        await axe.start()
        people = [axe.stage.slack.add_person("Client 1")]
        promised = await submit_all(axe.stage, people, over_s=0.0)
        code = await axe.children.pop().killed(signal.SIGTERM)
        told_before_the_end = await judged(axe.stage, people, promised, settle_s=0.1)

    assert code == 0
    assert told_before_the_end.promised == 1
    assert told_before_the_end.lost == []


async def test_the_judge_sees_what_is_lost_and_what_is_doubled(tmp_path: Path) -> None:
    """Without this, "nothing lost" would prove nothing."""
    async with axed(f"sqlite:///{tmp_path}/keydesk.db") as axe:
        lost, doubled = (axe.stage.slack.add_person(name) for name in ("Lost Client", "Doubled Client"))
        import aiohttp

        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                await session.post(
                    f"{axe.stage.slack.api_url}chat.postMessage",
                    json={"channel": doubled.user_id, "text": "Passed: KuCoin Futures"},
                    headers={"Authorization": f"Bearer {axe.stage.slack.bot_token}"},
                )
        tally = await judged(axe.stage, [lost, doubled], Submitted({lost.user_id}), settle_s=0.1)

    assert tally.lost == ["Lost Client"]
    assert tally.doubled == ["Doubled Client"]

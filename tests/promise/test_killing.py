"""Once the dialog says "Testing…", exactly one result and one card follow, through kill -9.

The short version of `killing.py`, whose docstring has the command for the long one.
"""

from __future__ import annotations

import aiohttp
import pytest

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Person
from tests.promise.axe import axed
from tests.promise.clients import Submitted, Tally, judged, submit_all
from tests.promise.killing import SCENARIOS, one_run, table

CLIENTS = 8


@pytest.mark.timeout(300)
async def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(database_url: str) -> None:
    async with axed(database_url) as axe:
        total = Tally()
        for run, kill_at_s in enumerate((0.7, 1.6)):
            total.add(await one_run(axe, SCENARIOS["sqlite"], CLIENTS, kill_at_s, run))

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


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_a_frozen_replica_is_overtaken_and_says_nothing_again_when_it_wakes(postgres_url: str) -> None:
    freeze = SCENARIOS["freeze"]
    async with axed(postgres_url, "http", **freeze.tempo) as axe:
        tally = await one_run(axe, freeze, CLIENTS, 1.0, 0)

    assert tally.promised == CLIENTS
    assert (tally.lost, tally.doubled) == ([], [])


async def say(stage: Stage, channel: str, text: str, key: str) -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(
            f"{stage.slack.api_url}chat.postMessage",
            json={
                "channel": channel,
                "text": text,
                "metadata": {"event_type": "keydesk_message", "event_payload": {"key": key}},
            },
            headers={"Authorization": f"Bearer {stage.slack.bot_token}"},
        )


async def test_the_judge_sees_what_is_lost_and_what_is_doubled() -> None:
    """Without this, "nothing lost" would prove nothing."""
    async with axed() as axe:
        stage = axe.stage
        lost, twice, cards, right = (
            stage.slack.add_person(f"{name} Client") for name in ("Lost", "Twice", "Cards", "Right")
        )

        async def told(person: Person, key: str) -> None:
            await say(stage, person.user_id, "Passed: KuCoin Futures", key)

        async def carded(person: Person, number: int) -> None:
            text = f"Case {number}: Passed\n*Client:* <@{person.user_id}>"
            await say(stage, stage.staff_channel.id, text, f"card:{number}")

        for person, key in ((twice, "1"), (twice, "1"), (cards, "2"), (right, "3")):
            await told(person, key)
        for number, person in enumerate((twice, cards, cards, right), start=1):
            await carded(person, number)
        people = [lost, twice, cards, right]
        tally = await judged(stage, people, Submitted({p.user_id for p in people}), settle_s=0.1)

    assert len(acting.cards(stage)) == 4
    assert tally.promised == 4
    assert tally.lost == ["Lost Client"]
    assert tally.doubled == ["Twice Client", "Cards Client"]


def test_the_table_has_a_line_for_each_scenario() -> None:
    tally = Tally(promised=39, lost=["A"], doubled=["B", "C"], longest_s=12.34)

    head, line = table([(SCENARIOS["sqlite"], 1, 40, tally, 60.0)]).splitlines()

    assert head.split() == ["kills", "clients", "promised", "lost", "doubled", "longest"]
    assert line.split()[-7:] == ["1", "40", "39", "1", "2", "12.3", "s"]

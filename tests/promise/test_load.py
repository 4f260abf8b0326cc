"""Two replicas behind one workspace under load, and that the measure of it cannot pass by mistake.

The long version is `tests/benchmarks/bench_load.py`, whose docstring has the command.
"""

from __future__ import annotations

from dataclasses import replace

import psutil
import pytest

from bot.demo.stage import Stage
from bot.demo.workspace import Fault
from tests.benchmarks.bench_load import searched, verdict
from tests.benchmarks.load import Load, judge, load, seen_by
from tests.promise.axe import axed
from tests.promise.test_killing import say

GOOD = Load(submitted=2, promised=2, told=2, acks=[0.1, 2.9], memory=[100.0] * 8, over_s=1.0)


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_two_replicas_answer_everybody_once_under_a_short_load(postgres_url: str) -> None:
    async with axed(postgres_url, "http") as axe:
        replicas = [psutil.Process((await axe.start()).process.pid) for _ in range(2)]
        done = await load(axe.stage, rate=4.0, count=12, replicas=replicas)
        answered_by = axe.stage.slack.events_url

    assert len(answered_by or ()) == 2
    assert done.right, str(done)
    assert done.promised + done.turned_away == 12
    assert done.told >= done.promised > 0
    assert min(done.memory) > 1.0


async def test_a_lost_result_is_counted_as_lost(stage: Stage) -> None:
    stage.slack.faults.add("chat.postMessage", Fault.HTTP_500, times=None)

    done = await load(stage, rate=50.0, count=2, settle_s=0.5)

    assert (done.promised, done.told, done.lost, done.right) == (2, 0, 2, False)


async def test_a_doubled_result_is_counted_even_of_somebody_who_was_turned_away(stage: Stage) -> None:
    ann, ben, done = stage.cast.ann, stage.cast.ben, Load()
    for person in (ann, ben, ben):
        await say(stage, person.user_id, "Passed: KuCoin Spot/Margin", "1")

    judge(stage, [ann, ben], [ann], done)

    assert (done.told, done.lost, done.doubled, done.right) == (2, 0, 1, False)


@pytest.mark.parametrize(("struck", "seen"), [(None, "promised"), (0, "turned away"), (1, "turned away")])
async def test_each_client_is_counted_by_what_they_see(stage: Stage, struck: int | None, seen: str) -> None:
    """Slack cannot deliver the command, or what is submitted."""
    if struck is not None:
        stage.slack.faults.add("delivery", Fault.DROP_BEFORE_STORE, after=struck)

    assert await seen_by(stage, stage.cast.ann) == seen


@pytest.mark.parametrize(("told", "seen"), [(True, "turned away"), (False, "silent")])
async def test_a_command_that_opens_nothing_is_silence_unless_that_is_told(
    stage: Stage, told: bool, seen: str
) -> None:
    stage.slack.faults.add("views.open", Fault.HTTP_500, times=None)
    if not told:
        for method in ("chat.postMessage", "chat.postEphemeral"):
            stage.slack.faults.add(method, Fault.HTTP_500, times=None)

    assert await seen_by(stage, stage.cast.ann) == seen


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lost": 1}, "1 lost"),
        ({"doubled": 1}, "1 told twice"),
        ({"silent": 1}, "1 saw nothing"),
        ({"acks": [3.1]}, "1 of 1 deliveries were not answered"),
        ({"unanswered": ["interactive: http_timeout"]}, "1 of 3 deliveries were not answered"),
        ({"turned_away": 1}, "1 clients were told to try again"),
        ({"acks": []}, "NOT KEPT"),
    ],
)
def test_whatever_is_not_kept_is_told(change: dict[str, object], told: str) -> None:
    assert verdict(GOOD, soak=True) == []

    (broken,) = verdict(replace(GOOD, **change), soak=True)  # type: ignore[arg-type]  # of several types

    assert broken.startswith("NOT KEPT")
    assert told in broken


def test_memory_that_grows_is_told_of_a_soak_alone() -> None:
    grows = replace(GOOD, memory=[100.0] * 4 + [120.0] * 4)

    assert verdict(grows, soak=False) == []
    assert "1.20" in verdict(grows, soak=True)[0]


def test_lower_rates_are_tried_until_one_is_kept() -> None:
    assert sorted(searched(8.0), reverse=True) == [4.0, 3.0, 2.0, 1.5, 1.0]

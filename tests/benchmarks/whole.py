"""The whole way, from "Test Keys" in Slack to the result as a message, against a bare Bolt app."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Dialog, Person, Workspace
from bot.serving import what_is_made_stays
from tests.benchmarks.bolt import bare_workspace
from tests.benchmarks.figures import Goal, Ratio, Table, middle

ROUNDS = 15
LATENCY_S = 0.1
IN_FLIGHT = 100
LONG_S = 7.0
"""As long as a test may take before it is given up, almost."""


def whole(rounds: int = ROUNDS, in_flight: int = IN_FLIGHT) -> Table:
    """One at a time, then with many tests in flight; Slack, KuCoin and both apps share one process."""
    with what_is_made_stays():  # as the real process does it
        return asyncio.run(_measured(rounds, in_flight))


async def _measured(rounds: int, in_flight: int) -> Table:
    async with bare_workspace() as bare, staged(mode="http") as stage:
        stage.slack.rate_limits = False
        stage.kucoin.latency_s = LATENCY_S
        floors, wholes = [], []
        for _ in range(rounds):
            floors.append(await _bare_way(bare) + LATENCY_S)
            wholes.append(await _whole_way(stage))
        for _ in range(in_flight - rounds):
            await _bare_way(bare)
        idle = _acks(bare)
        busy = await _acks_with_tests_in_flight(stage, in_flight)
    ack = Ratio(_p99(busy) / _p99(idle), 0.0)
    goals = [
        Goal("submission to result ÷ (bare Bolt + one trip)", Ratio.of(wholes, floors), at_most=1.25),
        Goal(f"ack p99 with {in_flight} tests in flight ÷ bare Bolt's idle one", ack, at_most=2.0),
    ]
    rows = [
        ["submission to result message, one at a time", str(Ratio.of(wholes, floors))],
        [f"ack p99, {in_flight} tests in flight ÷ bare Bolt's, idle", f"{ack.value:.1f}"],
        [
            f"ack median, {in_flight} tests in flight ÷ bare Bolt's, idle",
            f"{middle(busy) / middle(idle):.1f}",
        ],
    ]
    notes = ["Slack, KuCoin and the apps run in one process here, so each waits for the others as well."]
    return Table("whole", "The whole way", ["", "ratio"], rows, goals, notes)


def _newcomer(slack: Workspace) -> Person:
    """Somebody new: messages to one person are paced."""
    return slack.add_person(f"Client {uuid.uuid4().hex[:8]}")


async def _bare_way(slack: Workspace) -> float:
    person = _newcomer(slack)
    dialog = await acting.opens_dialog(person)
    dialog.fill("One", "x")
    began = time.perf_counter()
    await dialog.submit()
    await slack.until(lambda: person.direct_messages)
    return time.perf_counter() - began


async def _filled(stage: Stage) -> tuple[Person, Dialog]:
    person, key = _newcomer(stage.slack), stage.kucoin.issue()
    dialog = await acting.opens_dialog(person)
    acting.fills(dialog, key.key, key.secret, key.passphrase)
    return person, dialog


async def _whole_way(stage: Stage) -> float:
    person, dialog = await _filled(stage)
    began = time.perf_counter()
    await dialog.submit()
    await acting.gets_result(stage, person)
    return time.perf_counter() - began


def _acks(slack: Workspace) -> list[float]:
    """How long each submitted dialog waited for its answer."""
    return [
        delivery.acked_after_s
        for delivery in slack._core.courier.deliveries
        if delivery.payload.get("type") == "view_submission" and delivery.acked_after_s is not None
    ]


async def _acks_with_tests_in_flight(stage: Stage, count: int) -> list[float]:
    """Of so many submissions, one after the other, while none of their tests has come to an end."""
    stage.kucoin.latency_s = LONG_S
    before = len(_acks(stage.slack))
    people = []
    for _ in range(count):
        person, dialog = await _filled(stage)
        await dialog.submit()
        people.append(person)
    acks = _acks(stage.slack)[before:]
    stage.kucoin.latency_s = 0.0
    await stage.slack.until(lambda: all(acting.results(person) for person in people), 90)
    return acks


def _p99(figures: Sequence[float]) -> float:
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))] if ordered else middle([0.0])

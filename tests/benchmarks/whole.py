"""The whole way, from "Test Keys" in Slack to the result as a message, against a bare Bolt app."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Dialog, Person, Workspace
from tests.benchmarks.bolt import bare_workspace
from tests.benchmarks.figures import Goal, Ratio, Table, middle

ROUNDS = 15
LATENCY_S = 0.1
IN_FLIGHT = 100


def whole(rounds: int = ROUNDS, in_flight: int = IN_FLIGHT) -> Table:
    """One at a time, then many at once; Slack, KuCoin and both apps share one process."""
    return asyncio.run(_measured(rounds, in_flight))


async def _measured(rounds: int, in_flight: int) -> Table:
    async with bare_workspace() as bare, staged(mode="http") as stage:
        stage.slack.rate_limits = False
        stage.kucoin.latency_s = LATENCY_S
        floors, wholes = [], []
        for _ in range(rounds):
            floors.append(await _bare_way(bare) + LATENCY_S)
            wholes.append(await _whole_way(stage))
        idle = _acks(bare)
        busy = await _acks_at_once(stage, in_flight)
        bare_busy = await _bare_acks_at_once(bare, in_flight)
    ack = Ratio(_p99(busy) / _p99(idle), 0.0)
    goals = [
        Goal("submission to result ÷ (bare Bolt + one trip)", Ratio.of(wholes, floors), at_most=1.25),
        Goal(f"ack p99 with {in_flight} tests in flight ÷ bare Bolt's idle one", ack, at_most=2.0),
    ]
    rows = [
        ["submission to result message, one at a time", str(Ratio.of(wholes, floors))],
        [f"ack p99, {in_flight} submitted at once ÷ bare Bolt idle", f"{ack.value:.1f}"],
        [f"bare Bolt's own ack p99, {in_flight} at once ÷ idle", f"{_p99(bare_busy) / _p99(idle):.1f}"],
    ]
    notes = ["Slack, KuCoin and the apps run in one process here, so a crowd waits for the demo as well."]
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


async def _acks_at_once(stage: Stage, count: int) -> list[float]:
    filled = [await _filled(stage) for _ in range(count)]
    before = len(_acks(stage.slack))
    await asyncio.gather(*(dialog.submit() for _, dialog in filled))
    await stage.slack.until(lambda: all(acting.results(person) for person, _ in filled), 60)
    return _acks(stage.slack)[before:]


async def _bare_acks_at_once(slack: Workspace, count: int) -> list[float]:
    dialogs = []
    for _ in range(count):
        dialogs.append(await acting.opens_dialog(_newcomer(slack)))
        dialogs[-1].fill("One", "x")
    before = len(_acks(slack))
    await asyncio.gather(*(dialog.submit() for dialog in dialogs))
    return _acks(slack)[before:]


def _p99(figures: Sequence[float]) -> float:
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))] if ordered else middle([0.0])

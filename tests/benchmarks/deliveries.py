"""What a delivery costs through the full inbox, against a bare Bolt app that only acknowledges it."""

from __future__ import annotations

import asyncio
import cProfile
import json
import pstats
import time
import uuid
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.demo.stage import Stage, staged
from bot.event_loop import run_on_fast_loop
from bot.serving import what_is_made_stays
from bot.slack.edge import Edge
from bot.slack.kit import Gesture, Kit
from tests.benchmarks.bolt import bare_app
from tests.benchmarks.figures import Goal, Ratio, Table

ROUNDS = 15
EACH = 192
IN_FLIGHT = 64
"""As at a rush, which is when the cost of a delivery matters. Those that come together share a commit."""
MODES = {"HTTP": "http", "Socket Mode": "socket_mode"}
SHOWN = 6


def deliveries(rounds: int = ROUNDS, each: int = EACH) -> Table:
    """Deliveries per second of processor time, and where that time goes."""
    with what_is_made_stays():  # as the real process does it
        return run_on_fast_loop(_measured(rounds, each))


async def _measured(rounds: int, each: int) -> Table:
    async with staged() as stage:
        edge = Edge(stage.bot.app.kit, stage.bot.app.kit.client)
        edge.action("bench", _nothing)
        ours, bare = edge.app, bare_app(stage.slack)
        taken: dict[str, Ratio] = {}
        for title, mode in MODES.items():
            await _cost(ours, stage, mode, IN_FLIGHT)
            pairs = [
                (await _cost(bare, stage, mode, each), await _cost(ours, stage, mode, each))
                for _ in range(rounds)
            ]
            taken[title] = Ratio.of([pair[0] for pair in pairs], [pair[1] for pair in pairs])
        where = await _where(ours, stage, each)
    rows = [[f"deliveries per second and core, {title}", str(ratio)] for title, ratio in taken.items()]
    goals = [Goal(f"{title} ÷ bare Bolt", ratio, at_least=0.5) for title, ratio in taken.items()]
    told = ", ".join(f"{name} {share:.0%}" for name, share in where)
    return Table("deliveries", "Deliveries", ["", "÷ bare Bolt"], rows, goals, [f"Where ours goes: {told}."])


async def _nothing(_: Kit, gesture: Gesture) -> None:
    await gesture.ack()


async def _cost(app: AsyncApp, stage: Stage, mode: str, count: int) -> float:
    """Processor seconds of one delivery."""
    requests = iter([_request(stage, mode) for _ in range(count)])

    async def deliver() -> None:
        for request in requests:
            answer = await app.async_dispatch(request)
            assert answer.status == 200, answer.status

    began = time.process_time()
    await asyncio.gather(*(deliver() for _ in range(IN_FLIGHT)))
    return (time.process_time() - began) / count


def _request(stage: Stage, mode: str) -> AsyncBoltRequest:
    """A press of a button that was never pressed before."""
    payload = {
        "type": "block_actions",
        "team": {"id": stage.cast.ann.team_id},
        "user": {"id": stage.cast.ann.user_id, "team_id": stage.cast.ann.team_id},
        "trigger_id": uuid.uuid4().hex,
        "actions": [{"type": "button", "action_id": "bench", "block_id": "b", "value": "1"}],
    }
    if mode == "socket_mode":
        return AsyncBoltRequest(mode="socket_mode", body=payload)
    body = urlencode({"payload": json.dumps(payload)})
    headers, _ = stage.slack._http.request("interactive", payload)
    return AsyncBoltRequest(body=body, headers={name: [value] for name, value in headers.items()})


async def _where(app: AsyncApp, stage: Stage, count: int) -> list[tuple[str, float]]:
    """The share of each package in the time of our own thread; SQLite's own threads are not seen."""
    profile = cProfile.Profile()
    profile.enable()
    await _cost(app, stage, "socket_mode", count)
    profile.disable()
    spent: Counter[str] = Counter()
    for (path, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[_package(path, name)] += own
    total = sum(spent.values())
    return [(name, seconds / total) for name, seconds in spent.most_common(SHOWN)]


def _package(path: str, name: str) -> str:
    parts = Path(path).parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    if "bot" in parts:
        return "keydesk"
    return "waiting" if "poll" in name else "Python itself"

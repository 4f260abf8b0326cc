"""What a delivery costs through the full inbox, against a bare Bolt app that only acknowledges it.

Both stand where they do in life, behind a socket and behind a door, and Slack's side has a process of its
own: what is counted is the processor time of receiving, dispatching, recording and answering.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.stage import Cast, Stage, staged
from bot.event_loop import run_on_fast_loop
from bot.serving import what_is_made_stays
from bot.slack.edge import Edge
from bot.slack.kit import Gesture, Kit
from bot.slack.sockets import Sockets
from bot.slack.web import Door, Readiness, Web
from tests.benchmarks.bolt import bare_app, bare_door
from tests.benchmarks.figures import Goal, Ratio, Table
from tests.benchmarks.talking import CHILDREN, TOP, Talker, talking

ROUNDS = 15
EACH = 192
AT_ONCE = 64
"""As at a rush, which is when the cost of a delivery matters. Those that come together share a commit."""
WAYS = {"http": "HTTP", "socket": "Socket Mode"}
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two apps: where each way to it begins."""

    http: str
    socket: str


def deliveries(rounds: int = ROUNDS, each: int = EACH) -> Table:
    """Deliveries per second of processor time, and where that time goes."""
    with what_is_made_stays():  # as the real process does it
        return run_on_fast_loop(_measured(rounds, each))


async def _measured(rounds: int, each: int) -> Table:
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(staged(mode="http"))
        command = [sys.executable, str(CHILDREN / "deliverer.py"), stage.slack.signing_secret]
        slack = stack.enter_context(talking(command, {"PYTHONPATH": str(TOP)}))
        ours = await stack.enter_async_context(_ours(stage, slack.greeting))
        bare = await stack.enter_async_context(_bare(stage, slack.greeting))
        press = _press(stage.cast)
        taken: dict[str, Ratio] = {}
        for way, title in WAYS.items():
            await _cost(slack, ours, way, press, AT_ONCE)
            pairs = [
                [await _cost(slack, side, way, press, each) for side in (bare, ours)] for _ in range(rounds)
            ]
            taken[title] = Ratio.of([pair[0] for pair in pairs], [pair[1] for pair in pairs])
        where = await _where(slack, ours, press, each)
    rows = [[f"deliveries per second and core, {title}", str(ratio)] for title, ratio in taken.items()]
    goals = [Goal(f"{title} ÷ bare Bolt", ratio, at_least=0.5) for title, ratio in taken.items()]
    told = ", ".join(f"{name} {share:.0%}" for name, share in where)
    return Table("deliveries", "Deliveries", ["", "÷ bare Bolt"], rows, goals, [f"Where ours goes: {told}."])


@asynccontextmanager
async def _ours(stage: Stage, api_url: str) -> AsyncIterator[Side]:
    """Our own socket, our own door, and the inbox of the bot on the stage."""
    kit = stage.bot.app.kit
    edge = Edge(kit, AsyncWebClient(token="xoxb-bench", base_url=api_url))
    edge.action("bench", _nothing)
    door = Door(edge.app, SecretStr(stage.slack.signing_secret), taking=lambda: True)
    sockets = Sockets(edge.app, "xapp-ours", connections=1)
    await sockets.open()
    try:
        async with Web(_ready, CollectorRegistry(), _unmeasured, door).serving("127.0.0.1", 0) as port:
            yield Side(f"http://127.0.0.1:{port}/slack/events", "xapp-ours")
    finally:
        await sockets.close()


@asynccontextmanager
async def _bare(stage: Stage, api_url: str) -> AsyncIterator[Side]:
    """The same app behind each, as Bolt's documents do it."""
    client = AsyncWebClient(token="xoxb-bench", base_url=api_url)
    app = bare_app(client, stage.slack.signing_secret)
    handler: Any = AsyncSocketModeHandler(app, "xapp-bare")  # Bolt has no types here
    await handler.connect_async()
    try:
        async with bare_door(app) as url:
            yield Side(url, "xapp-bare")
    finally:
        await handler.close_async()


async def _nothing(_: Kit, gesture: Gesture) -> None:
    await gesture.ack()


async def _ready() -> Readiness:
    return Readiness({})


async def _unmeasured() -> None:
    """Nobody asks for metrics here."""


def _press(cast: Cast) -> dict[str, Any]:
    """A button under a message, as Slack tells it (Slack docs, block_actions payload)."""
    user, team = cast.ann.user_id, cast.ann.team_id
    text = {"type": "mrkdwn", "text": "*Passed*: this key only reads. There is nothing more to do."}
    button = {"type": "button", "action_id": "bench", "text": {"type": "plain_text", "text": "Thanks"}}
    blocks = [
        {"type": "section", "block_id": "s", "text": text},
        {"type": "actions", "block_id": "b", "elements": [button]},
    ]
    where = {"channel_id": "D0BENCH", "message_ts": "1790000000.000100", "is_ephemeral": False}
    message = {"type": "message", "bot_id": "B0BENCH", "user": "U0BENCH", "text": "Passed", "blocks": blocks}
    return {
        "type": "block_actions",
        "token": "verification_token",
        "api_app_id": "A0BENCH",
        "team": {"id": team, "domain": "bench"},
        "user": {"id": user, "username": "ann", "name": "ann", "team_id": team},
        "channel": {"id": "D0BENCH", "name": "directmessage"},
        "container": {"type": "message", **where},
        "message": {**message, "ts": where["message_ts"], "team": team, "app_id": "A0BENCH"},
        "enterprise": None,
        "is_enterprise_install": False,
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0BENCH/1/bench",
        "actions": [{**button, "block_id": "b", "value": "1", "action_ts": "1790000001.000200"}],
    }


async def _cost(slack: Talker, side: Side, way: str, press: dict[str, Any], count: int) -> float:
    """Processor seconds of one delivery, in this process."""
    began = time.process_time()
    taken = await asyncio.to_thread(
        slack.ask, way=way, to=getattr(side, way), payload=press, count=count, at_once=AT_ONCE
    )
    assert taken == count, f"{count - taken} were not acknowledged"
    return (time.process_time() - began) / count


async def _where(slack: Talker, side: Side, press: dict[str, Any], count: int) -> list[tuple[str, float]]:
    """The share of each package in the time of our own thread; SQLite's own threads are not seen."""
    profile = cProfile.Profile()
    profile.enable()
    await _cost(slack, side, "socket", press, count)
    profile.disable()
    spent: Counter[str] = Counter()
    for (path, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[_package(path, name)] += own
    del spent["waiting"]
    return [(name, seconds / spent.total()) for name, seconds in spent.most_common(SHOWN)]


def _package(path: str, name: str) -> str:
    parts = Path(path).parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    if "bot" in parts:
        return "keydesk"
    return "waiting" if "poll" in name else "Python itself"

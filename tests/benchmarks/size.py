"""What grows: memory by submissions, and the time of a look at a database with a long past."""

from __future__ import annotations

import asyncio
import sqlite3
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psutil

from bot import key_attempts, vault
from bot.columns import now
from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.measuring.reading import read
from bot.outbox.lanes import Lanes
from bot.person import Person
from bot.slack.home import home_blocks
from bot.slack.queue import queue_page
from bot.stats.collecting import collect
from bot.tempo import Tempo
from tests.benchmarks.figures import Goal, Ratio, Table
from tests.benchmarks.past import CASES_EVERY, write_past
from tests.promise.axe import axed

ROUNDS = 15
SETTLE_S = 3.0
AT_ONCE = 20
PATIENCE_S = 30.0
FAILS = 10
"""One in so many fails and opens a case; the others pass."""
STEP = 500
"""One hour lets 600 tests through, of everybody together."""

Look = Callable[[Stage], Awaitable[object]]


async def _list(stage: Stage) -> None:
    kit = stage.bot.app.kit
    async with kit.db.reading() as session:
        await queue_page(kit, session, "all", stage.cast.sue.user_id)


async def _home(stage: Stage) -> None:
    person = Person(stage.cast.ann.team_id, stage.cast.ann.user_id)
    await home_blocks(stage.bot.app.kit, person)


async def _stats(stage: Stage) -> None:
    async with stage.bot.app.db.reading() as session:
        await collect(session, now() - timedelta(days=7), now(), exchange="kucoin")


async def _sweeps(stage: Stage) -> None:
    db = stage.bot.app.db
    async with db.reading() as session:
        await key_attempts.due_attempts(session)
    await Lanes(db).due("nobody")


async def _purge(stage: Stage) -> None:
    await vault.purge_due(stage.bot.app.db)


async def _scrape(stage: Stage) -> None:
    await read(stage.bot.app.db)


LOOKS: dict[str, Look] = {
    "/triage list": _list,
    "Home tab": _home,
    "stats of a week": _stats,
    "both sweeps": _sweeps,
    "purge of what is due": _purge,
    "GET /metrics": _scrape,
}


def size(attempts: int = 100_000, rounds: int = ROUNDS) -> Table:
    """Each look at a database with a past, against the same look at an empty one."""
    return asyncio.run(_sized(attempts, rounds))


async def _sized(attempts: int, rounds: int) -> Table:
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        stages = {
            "empty": await stack.enter_async_context(_staged_with(0)),
            "full": await stack.enter_async_context(_staged_with(attempts)),
        }
        for _ in range(rounds):
            for look_name, look in LOOKS.items():
                for stage_name, stage in stages.items():
                    taken[look_name, stage_name].append(await _best_of_three(look, stage))
    ratios = {name: Ratio.of(taken[name, "full"], taken[name, "empty"]) for name in LOOKS}
    rows = [[name, str(ratio)] for name, ratio in ratios.items()]
    goals = [Goal(f"{name}, ÷ on an empty database", ratio, at_most=2.0) for name, ratio in ratios.items()]
    heads = [f"{attempts:,} attempts, {attempts // CASES_EVERY:,} cases", "÷ on an empty database"]
    return Table("size", "A long past", heads, rows, goals)


@asynccontextmanager
async def _staged_with(attempts: int) -> AsyncIterator[Stage]:
    async with staged(start=False) as stage:
        if attempts:
            path = Path(stage.folder, "keydesk.db")
            await asyncio.to_thread(write_past, path, attempts)
        stage.tempo = Tempo(sweep_s=3600.0)  # nothing comes round while we look
        await stage.start()
        yield stage


async def _best_of_three(look: Look, stage: Stage) -> float:
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        await look(stage)
        taken.append(time.perf_counter() - began)
    return min(taken)


def memory(submissions: int = 1_000) -> Table:
    """Resident memory of a process of its own: after the start, half-way and at the end."""
    return asyncio.run(_remembered(submissions))


async def _remembered(submissions: int) -> Table:
    seen: dict[int, float] = {}
    async with axed() as axe:
        process = psutil.Process((await axe.start()).process.pid)
        await asyncio.sleep(SETTLE_S)
        at_start = process.memory_info().rss
        await _submitted(axe.stage, STEP // 5)  # whatever is made once is made
        for done in range(0, submissions + 1, STEP):
            if done:
                await _submitted(axe.stage, STEP)
            await asyncio.sleep(SETTLE_S)
            seen[done] = float(process.memory_info().rss)
    shown = sorted({0, 1_000, submissions // 2 // STEP * STEP, submissions} & seen.keys())
    rows = [["none, after the start", f"{at_start / seen[0]:.2f}"]]
    rows += [[f"{done:,}", f"{seen[done] / seen[0]:.2f}"] for done in shown]
    growth = Ratio.of([seen[max(seen)]], [seen[0]])
    heads = ["submissions after the first hundred", "memory ÷ before them"]
    return Table("memory", "Memory", heads, rows, [Goal("memory ÷ before", growth, at_most=1.25)])


async def _submitted(stage: Stage, count: int) -> None:
    """So many new people each test a key; what they asked for is then put into the past."""
    for place in range(0, count, AT_ONCE):
        batch = range(place, min(count, place + AT_ONCE))
        await asyncio.gather(*(_tested(stage, fails=n % FAILS == 0) for n in batch))
        # What was asked and answered is of no use to anybody here.
        stage.slack.calls.clear()
        stage.slack.deliveries.clear()
    with sqlite3.connect(stage.folder / "keydesk.db", timeout=30) as connection:
        long_ago = "2020-01-01 00:00:00.000000"
        connection.execute("UPDATE attempt SET asked_at = ? WHERE asked_at > '2021'", [long_ago])
    connection.close()


async def _tested(stage: Stage, *, fails: bool) -> None:
    """A new person tests a key and is told the result; where the disk is too slow, once more."""
    person = stage.slack.add_person(f"Client {uuid.uuid4().hex[:12]}")
    while not acting.results(person):
        with suppress(AssertionError, TimeoutError):
            await acting.submits(person, stage.kucoin.issue("ip_restricted" if fails else "general_only"))
        give_up = time.monotonic() + PATIENCE_S
        while not acting.results(person) and time.monotonic() < give_up:  # noqa: ASYNC110 - seldom enough
            await asyncio.sleep(0.05)

"""What a former release put into the queue and died over, the present one takes out of it."""

from __future__ import annotations

import asyncio

from bot.engine import Steps, Workflow
from tests.bot.engine.engines import Engines, until

TRIES = 10


async def test_work_that_a_former_release_enqueued_still_runs(engines: Engines) -> None:
    ran: list[str] = []

    async def as_it_was(subject: str, steps: Steps) -> None:
        await steps.run("check", asyncio.sleep, 60)

    async def as_it_is(subject: str, steps: Steps) -> None:
        await steps.run("check", asyncio.sleep, 0)
        ran.append(subject)

    last = await enqueued(engines, as_it_was)
    async with engines.open("present") as present:
        present.workflow("story", as_it_is)
        await present.launch()
        await until(present, "story", "x", "SUCCESS")
    assert ran == ["x"], f"{last} enqueued it"


async def enqueued(engines: Engines, work: Workflow) -> str:
    """Leave one piece of work in the queue: handed on by an engine that ends before anybody takes it."""
    async with engines.open("life-0") as first:
        first.workflow("story", work)
        await first.launch()
        await first.start("story", "x")
    for life in range(1, TRIES):
        async with engines.open(f"life-{life}") as engine:
            engine.workflow("story", work)
            await engine.launch()
            await engine.take_over(f"life-{life - 1}")
            # Its queue looks once a second; should that be now, the next one tries.
        if "ENQUEUED" in engines.everything_stored():
            return f"life-{life}"
    raise AssertionError("it was always taken before its engine ended")

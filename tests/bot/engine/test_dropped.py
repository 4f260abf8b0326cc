"""Work whose task was cancelled: to DBOS it goes on, and nobody else takes it up."""

from __future__ import annotations

import asyncio

from bot.engine import Steps
from tests.bot.engine.engines import Engines, until


async def test_work_whose_task_was_cancelled_is_begun_anew(engines: Engines) -> None:
    ran: list[str] = []

    async def story(subject: str, steps: Steps) -> None:
        ran.append(subject)
        if len(ran) == 1:
            raise asyncio.CancelledError

    async with engines.open() as engine:
        engine.workflow("story", story)
        await engine.launch()
        await engine.start("story", "x")
        async with asyncio.timeout(30):
            while not ran or engine._running:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
        assert await engine.status("story", "x") == "PENDING", "it ended, so there is nothing to take up"

        assert await engine.resume_dropped() == 0, "seen once, it may be about to begin"
        assert await engine.resume_dropped() == 1
        await until(engine, "story", "x", "SUCCESS")
        assert await engine.resume_dropped() == 0
    assert ran == ["x", "x"]


async def test_what_is_running_is_left_alone(engines: Engines) -> None:
    ran, go_on = [], asyncio.Event()

    async def story(subject: str, steps: Steps) -> None:
        ran.append(subject)
        await go_on.wait()

    async with engines.open() as engine:
        engine.workflow("story", story)
        await engine.launch()
        await engine.start("story", "x")
        async with asyncio.timeout(30):
            while not ran:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)

        assert [await engine.resume_dropped() for _ in range(3)] == [0, 0, 0]

        go_on.set()
        await until(engine, "story", "x", "SUCCESS")
    assert ran == ["x"]

"""A loop goes on whatever happens in its rounds, and a long trouble does not fill the log."""

from __future__ import annotations

import asyncio
import json

from bot.engine.loops import Loops
from tests.bot.log_steps import Lines


async def rounds(loops: Loops, name: str, count: int, *, fail: bool) -> None:
    """So many rounds of a loop, each failing or not."""
    done = 0
    enough = asyncio.Event()

    async def look() -> None:
        nonlocal done
        done += 1
        if done > count:
            enough.set()
            await asyncio.Event().wait()
        if fail:
            raise ConnectionError("the database at 10.0.0.1 is away")

    loops.every(name, 0.0, look)
    await asyncio.wait_for(enough.wait(), 30)


async def test_a_trouble_that_lasts_is_told_ever_more_rarely(lines: Lines) -> None:
    loops = Loops()
    await rounds(loops, "sweep", 100, fail=True)
    pulse = loops.pulses["sweep"]

    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["row"] for line in told] == [1, 2, 4, 8, 16, 32, 64]
    assert {(line["loop"], line["code"]) for line in told} == {("sweep", "ConnectionError")}
    assert "10.0.0.1" not in lines.getvalue()
    assert (pulse.failures_in_row, pulse.trouble) == (100, "ConnectionError")
    await loops.stop()


async def test_rounds_that_go_well_say_nothing(lines: Lines) -> None:
    loops = Loops()
    await rounds(loops, "sweep", 10, fail=False)

    assert lines.getvalue() == ""
    assert loops.pulses["sweep"].last_round_at is not None
    await loops.stop()

"""Work that every replica repeats for itself: owned, never dying silently, with a pulse."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.columns import now
from bot.engine.plain_json import code_of
from bot.log import get_logger

log = get_logger(__name__)


@dataclass(slots=True)
class Pulse:
    """How a loop is doing, for `/readyz` and the metrics.

    Attributes:
        every_s: Seconds between the end of one round and the start of the next.
        last_round_at: When a round last ended without an exception; None before the first.
        failures_in_row: Rounds that raised since then.
        trouble: The code of the last exception, None when the last round went well.
    """

    name: str
    every_s: float
    last_round_at: datetime | None = None
    failures_in_row: int = 0
    trouble: str | None = None


class Loops:
    """The loops of one process. Whoever makes them stops them."""

    def __init__(self) -> None:
        self.pulses: dict[str, Pulse] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def every(self, name: str, seconds: float, fn: Callable[[], Awaitable[object]]) -> None:
        """Run *fn* now and then again *seconds* (±5 %, so that replicas drift apart) after each end."""
        if name in self.pulses:
            raise ValueError(f"there is a loop {name} already")
        pulse = self.pulses[name] = Pulse(name, seconds)
        self._tasks.append(asyncio.create_task(_beat(pulse, fn), name=f"loop {name}"))

    async def stop(self) -> None:
        """End all loops, where they stand."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.pulses.clear()


async def _beat(pulse: Pulse, fn: Callable[[], Awaitable[object]]) -> None:
    while True:
        await _round(pulse, fn)
        await asyncio.sleep(pulse.every_s * random.uniform(0.95, 1.05))  # noqa: S311 - no secret


async def _round(pulse: Pulse, fn: Callable[[], Awaitable[object]]) -> None:
    try:
        await fn()
    except Exception as trouble:  # noqa: BLE001 - a loop goes on whatever happens in a round
        pulse.failures_in_row += 1
        pulse.trouble = code_of(trouble)
        if _worth_a_line(pulse.failures_in_row):
            log.error("loop_round_failed", loop=pulse.name, code=pulse.trouble, row=pulse.failures_in_row)
    else:
        pulse.last_round_at, pulse.failures_in_row, pulse.trouble = now(), 0, None


def _worth_a_line(failures_in_row: int) -> bool:
    """The 1st, 2nd, 4th, 8th …: a database that is away for an hour would fill the log."""
    return failures_in_row & (failures_in_row - 1) == 0

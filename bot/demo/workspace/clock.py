"""The workspace's clock: real time, which tests can wind forward instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Clock:
    """Real seconds plus what it was wound forward."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Seconds since 1970, as they stand on messages."""
        return time.time() + self._ahead_s

    def running(self) -> float:
        """Seconds that never go back; deadlines are counted in them."""
        return time.monotonic() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Wind forward: whoever sleeps until then wakes now."""
        if seconds < 0:
            raise ValueError("a clock is wound forward only")
        self._ahead_s += seconds
        for due, waiting in list(self._sleepers):
            if due <= self.running() and not waiting.done():
                waiting.set_result(None)

    @property
    def sleeping(self) -> int:
        """How many wait for a later time."""
        return len(self._sleepers)

    async def sleep_until(self, due: float) -> None:
        """Wait until `running()` has reached *due*."""
        left_s = due - self.running()
        if left_s <= 0:
            return
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[None] = loop.create_future()
        entry = (due, waiting)
        self._sleepers.append(entry)
        timer = loop.call_later(left_s, _wake, waiting)
        try:
            await waiting
        finally:
            timer.cancel()
            self._sleepers.remove(entry)

    async def within(self, due: float, work: Coroutine[Any, Any, T]) -> T:
        """What *work* returns.

        Raises:
            TimeoutError: *due* was reached first; the work is cancelled.
        """
        doing = asyncio.ensure_future(work)
        alarm = asyncio.ensure_future(self.sleep_until(due))
        try:
            await asyncio.wait({doing, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            raise TimeoutError
        finally:
            for task in (doing, alarm):
                task.cancel()
            await asyncio.gather(doing, alarm, return_exceptions=True)


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)

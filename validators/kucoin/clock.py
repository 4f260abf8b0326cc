"""KuCoin's time as well as we know it. KuCoin refuses what is signed 5 s off (docs, 400002)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

FRESH_S = 300.0
"""How long a measured offset is trusted before it is measured again in the background."""


class VenueClock:
    """Keeps the offset between KuCoin's clock and ours; measures it beside a check, never before one.

    Args:
        measure: Asks KuCoin; returns their clock minus ours in ms, or None where it cannot be had.
        local_s: Our own clock, in Unix seconds.
    """

    def __init__(
        self, measure: Callable[[], Awaitable[int | None]], local_s: Callable[[], float] = time.time
    ) -> None:
        self._measure = measure
        self._local_s = local_s
        self._offset_ms = 0
        self._measured_at: float | None = None
        self._task: asyncio.Task[None] | None = None

    def now_ms(self) -> int:
        return int(self._local_s() * 1000) + self._offset_ms

    def refresh_soon(self) -> None:
        """Measure in the background where the last measurement is old; nobody waits for it."""
        if self._measured_at is None or time.monotonic() - self._measured_at > FRESH_S:
            self._start()

    async def resync(self, since: float) -> bool:
        """Wait for a measurement that ended after *since* (`time.monotonic`); whether there is one."""
        if not self._measured_since(since):
            # Shielded, because the task belongs to all checks and this one may be out of time.
            await asyncio.shield(self._start())
        return self._measured_since(since)

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _measured_since(self, moment: float) -> bool:
        return self._measured_at is not None and self._measured_at > moment

    def _start(self) -> asyncio.Task[None]:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._refresh(), name="venue clock")
        return self._task

    async def _refresh(self) -> None:
        offset_ms = await self._measure()
        if offset_ms is not None:
            self._offset_ms, self._measured_at = offset_ms, time.monotonic()

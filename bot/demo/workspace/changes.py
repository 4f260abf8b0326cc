"""Notes of what changed in the workspace, for tests that wait and for pages that show it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed.

    Attributes:
        kind: "message", "view", "home", "call", "delivery", "socket", "channel", …
        at: Seconds since 1970 by the workspace's clock.
        about: Ids of what it concerns; never the content.
    """

    kind: str
    at: float
    about: dict[str, str] = field(default_factory=dict)


class Changes:
    """Everybody who iterates over it gets each change from then on."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._subscribers: set[asyncio.Queue[Change]] = set()
        self._waiters: set[asyncio.Future[None]] = set()

    def note(self, kind: str, /, **about: str) -> None:
        """Tell everybody."""
        change = Change(kind, self._now(), about)
        for queue in self._subscribers:
            queue.put_nowait(change)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def __aiter__(self) -> AsyncIterator[Change]:
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._subscribers.add(queue)
        return self._each(queue)

    async def _each(self, queue: asyncio.Queue[Change]) -> AsyncIterator[Change]:
        try:
            while True:
                yield await queue.get()
        finally:
            self._subscribers.discard(queue)

    async def until(self, predicate: Callable[[], T], timeout: float, what: str = "it") -> T:  # noqa: ASYNC109 - part of the interface
        """The first true value of *predicate*, asked again at each change.

        Raises:
            TimeoutError: it stayed false for *timeout* real seconds.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while not (value := predicate()):
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            try:
                async with asyncio.timeout_at(end):
                    await waiter
            except TimeoutError:
                if value := predicate():
                    return value
                raise TimeoutError(f"{what} did not come within {timeout} s") from None
            finally:
                self._waiters.discard(waiter)
        return value

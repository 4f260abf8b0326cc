"""Tells every open page at once that something changed; the page then asks for what it shows."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterable

from aiohttp import web

from bot.demo.workspace import Change

BEAT_S = 10.0
"""A page that hears nothing for longer than twice this takes the line for dead."""
OF_PEOPLE = frozenset({"message", "view", "home", "channel"})


class Live:
    """Server-sent events: the browser connects again by itself.

    Attributes:
        run: Another one after each start, so that an open page notices that all ids are new.
        beat_s: Seconds of silence after which an open page is told that the line is alive.
    """

    def __init__(self, run: str, beat_s: float = BEAT_S) -> None:
        self.run = run
        self.beat_s = beat_s
        self._queues: set[asyncio.Queue[str | None]] = set()

    def tell(self, kind: str, **about: object) -> None:
        """Tell every open page."""
        line = _event(kind, **about)
        for queue in self._queues:
            queue.put_nowait(line)

    async def follow(self, changes: AsyncIterable[Change]) -> None:
        """Pass on what changed in a workspace, for as long as this runs."""
        async for change in changes:
            if change.kind in OF_PEOPLE:
                self.tell("workspace", what=change.kind, **change.about)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The stream of one page."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._queues.add(queue)
        try:
            await response.prepare(request)
            await response.write(f"retry: 1000\n{_event('hello', run=self.run)}".encode())
            while (line := await self._next(queue)) is not None:
                await response.write(line.encode())
        except ConnectionError:
            pass  # The page is gone.
        finally:
            self._queues.discard(queue)
        return response

    def close(self) -> None:
        """End every stream."""
        for queue in self._queues:
            queue.put_nowait(None)

    async def _next(self, queue: asyncio.Queue[str | None]) -> str | None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.beat_s):
                return await queue.get()
        return _event("beat")


def _event(kind: str, **about: object) -> str:
    return f"data: {json.dumps({'kind': kind, **about})}\n\n"

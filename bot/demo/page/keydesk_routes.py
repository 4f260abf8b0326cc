"""The routes of what is keydesk's own on the page: the bot's switch, the exchange, the tour, the words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.demo.page.child import Child
from bot.demo.page.exchange import Desk
from bot.demo.page.live import Live
from bot.demo.page.slack_routes import read_object
from bot.demo.page.tour import Tour
from bot.demo.page.training import Training
from bot.demo.workspace import Workspace

LOOK_AT_FILE_EVERY_S = 0.5


class KeydeskRoutes:
    """What the page has besides the workspace."""

    def __init__(self, child: Child, desk: Desk, tour: Tour, live: Live, training: Training) -> None:
        self._child, self._desk, self._tour, self._live = child, desk, tour, live
        self._training = training

    def routes(self) -> list[web.RouteDef]:
        """For the application of whoever serves the page."""
        return [
            web.get("/api/bot", self._told_bot),
            web.post("/api/bot", self._switch),
            web.get("/api/exchange", self._told_exchange),
            web.post("/api/exchange", self._exchange),
            web.get("/api/tour", self._told_tour),
            web.get("/api/words", self._words),
        ]

    @asynccontextmanager
    async def following(self, slack: Workspace) -> AsyncIterator[None]:
        """Notice what changes the bot's state, the tour and the words, until the block ends."""
        tasks = [asyncio.create_task(self._follow(slack)), asyncio.create_task(self._watch_words())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, slack: Workspace) -> None:
        async for change in slack.changes:
            if change.kind == "socket":
                self._child.connected(slack.sockets)
            if change.kind in {"message", "view"}:
                self._look()

    def _look(self) -> None:
        if self._tour.look():
            self._live.tell("tour")

    async def _watch_words(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AT_FILE_EVERY_S)
            if self._training.changed():
                self._live.tell("words")

    async def _told_bot(self, request: web.Request) -> web.Response:
        return web.json_response({"state": self._child.state, "ended": self._child.ended})

    async def _switch(self, request: web.Request) -> web.Response:
        wanted = str((await read_object(request)).get("do"))
        acts = {"start": self._child.start, "stop": self._child.stop, "kill": self._child.kill}
        if wanted not in acts:
            raise web.HTTPBadRequest(text="there is no such act")
        await asyncio.shield(asyncio.ensure_future(acts[wanted]()))
        return await self._told_bot(request)

    async def _told_exchange(self, request: web.Request) -> web.Response:
        return web.json_response(self._desk.told())

    async def _exchange(self, request: web.Request) -> web.Response:
        try:
            self._desk.do(await read_object(request))
        except ValueError as problem:
            return web.json_response({"refused": str(problem)}, status=400)
        self._look()
        return web.json_response(self._desk.told())

    async def _told_tour(self, request: web.Request) -> web.Response:
        return web.json_response(self._tour.told())

    async def _words(self, request: web.Request) -> web.Response:
        return web.json_response(self._training.told())

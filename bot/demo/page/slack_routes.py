"""The routes of a page that shows a workspace; they know nothing of the app in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.demo.page.acts import act
from bot.demo.page.live import Live
from bot.demo.page.seen import KIND_WORDS, screen
from bot.demo.workspace import Person, Workspace

STATIC = Path(__file__).with_name("static")
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
IMAGES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}


@dataclass(frozen=True, slots=True)
class Pane:
    """One Slack window of the page: whose it may be.

    Attributes:
        companies: Of whom it is worth more than their kind, by user id.
    """

    slug: str
    title: str
    people: Sequence[Person]
    companies: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """For the page."""
        people = [{"id": one.user_id, "name": one.name, "kind": self._kind(one)} for one in self.people]
        return {"slug": self.slug, "title": self.title, "people": people}

    def _kind(self, person: Person) -> str:
        return self.companies.get(person.user_id) or KIND_WORDS[person.record.kind]


class SlackPage:
    """A workspace on a page."""

    def __init__(
        self, slack: Workspace, panes: Sequence[Pane], live: Live, index: Path = STATIC / "slack/index.html"
    ) -> None:
        self._slack, self._panes, self._live, self._file_of_page = slack, panes, live, index
        self._ids = {person.user_id for pane in panes for person in pane.people}

    def routes(self) -> list[web.RouteDef]:
        """For the application of whoever serves the page."""
        return [
            web.get("/", self._index),
            web.get("/static/{path:[a-z0-9_/.-]+}", self._static),
            web.get("/live", self._live.stream),
            web.get("/api/panes", self._told_panes),
            web.get("/api/screen", self._screen),
            web.get("/api/file/{file_id}", self._file),
            web.post("/api/act", self._act),
        ]

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Tell open pages what happens, until the block ends."""
        task = asyncio.create_task(self._live.follow(aiter(self._slack.changes)))
        try:
            yield
        finally:
            task.cancel()
            self._live.close()

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return _served(self._file_of_page)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        file = (STATIC / request.match_info["path"]).resolve()
        if STATIC.resolve() not in file.parents or not file.is_file() or file.suffix not in TYPES:
            raise web.HTTPNotFound
        return _served(file)

    async def _told_panes(self, request: web.Request) -> web.Response:
        return web.json_response({"run": self._live.run, "panes": [pane.told() for pane in self._panes]})

    async def _screen(self, request: web.Request) -> web.Response:
        asked = request.query
        person = self._person(asked.get("person", ""))
        try:
            told = screen(self._slack, person, asked.get("place", ""), asked.get("thread", ""))
        except LookupError as gone:
            return web.json_response({"refused": str(gone)}, status=404)
        return web.json_response(told)

    async def _act(self, request: web.Request) -> web.Response:
        told = await read_object(request)
        try:
            return web.json_response(await act(self._slack, self._person(str(told.get("person"))), told))
        except ValueError as problem:
            return web.json_response({"refused": str(problem)}, status=400)

    async def _file(self, request: web.Request) -> web.Response:
        """An uploaded file: shown where it is a picture, else handed over to be saved."""
        try:
            file = self._slack.file(request.match_info["file_id"])
        except KeyError:
            raise web.HTTPNotFound from None
        kind = IMAGES.get(Path(file.name).suffix.lower())
        if kind is not None:
            return web.Response(body=file.content, content_type=kind)
        headers = {"Content-Disposition": 'attachment; filename="' + _plain_name(file.name) + '"'}
        return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)

    def _person(self, user_id: str) -> Person:
        if user_id not in self._ids:
            raise web.HTTPNotFound(text="nobody of this page has that id")
        return self._slack.person(user_id)


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent.

    Raises:
        HTTPBadRequest: it is none.
    """
    try:
        told = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise web.HTTPBadRequest(text="this is no JSON") from None
    if not isinstance(told, dict):
        raise web.HTTPBadRequest(text="this is no JSON object")
    return told


def _served(file: Path) -> web.Response:
    return web.Response(body=file.read_bytes(), content_type=TYPES[file.suffix], charset="utf-8")


def _plain_name(name: str) -> str:
    return "".join(c for c in name if c.isascii() and (c.isalnum() or c in "._- ")) or "file"

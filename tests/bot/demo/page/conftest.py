"""A page over a bare workspace, and a browser's part of the talk with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.demo.page.door import Door
from bot.demo.page.listening import listening
from bot.demo.page.live import Live
from bot.demo.page.slack_routes import Pane, SlackPage
from bot.demo.workspace import ChannelRecord, Person, PersonKind, Workspace

TOKEN = "t" * 43


@dataclass
class Site:
    """A served page, and a session that was let in."""

    slack: Workspace
    ann: Person
    ben: Person
    general: ChannelRecord
    door: Door
    live: Live
    session: aiohttp.ClientSession

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.door.port}{path}"

    async def asks(self, path: str, **query: str) -> Any:
        async with self.session.get(self.url(path), params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def sends(self, path: str, body: Any) -> Any:
        async with self.session.post(self.url(path), json=body) as response:
            return await response.json()

    async def sees(self, person: Person, place: str = "", thread: str = "") -> Any:
        return await self.asks("/api/screen", person=person.user_id, place=place, thread=thread)

    async def does(self, person: Person, **told: Any) -> Any:
        return await self.sends("/api/act", {"person": person.user_id, **told})


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace.open() as workspace:
        workspace.commands = ("/hello",)
        yield workspace


@pytest.fixture
async def site(slack: Workspace) -> AsyncIterator[Site]:
    ann, ben = slack.add_person("Ann Archer"), slack.add_person("Ben Baker")
    stranger = slack.add_person("Stan Stranger", kind=PersonKind.STRANGER)
    general = slack.add_channel("general", members=[ann, ben])
    live, door = Live("run-1"), Door(TOKEN)
    page = SlackPage(slack, [Pane("one", "One", [ann, stranger]), Pane("two", "Two", [ben])], live)
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        listening(door, page.routes(), 0),
        page.following(),
        aiohttp.ClientSession(cookie_jar=jar) as session,
    ):
        await (await session.get(door.address)).read()
        yield Site(slack, ann, ben, general, door, live, session)

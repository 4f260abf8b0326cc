"""What a client typed into the dialog stands on nobody's screen of the page afterwards."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from bot.demo import acting
from bot.demo.canary import marked
from bot.demo.page.door import Door
from bot.demo.page.listening import listening
from bot.demo.page.live import Live
from bot.demo.page.slack_routes import Pane, SlackPage
from bot.demo.stage import Stage, staged


async def screens(stage: Stage) -> list[tuple[str, bytes]]:
    """Everything that the page tells a browser about each person, in each place."""
    cast = stage.cast
    people = [cast.ann, cast.ben, cast.sue]
    page = SlackPage(stage.slack, [Pane("all", "All", people)], Live("run-1"))
    door, jar = Door("t" * 43), aiohttp.CookieJar(unsafe=True)
    told: list[tuple[str, bytes]] = []
    async with listening(door, page.routes(), 0), aiohttp.ClientSession(cookie_jar=jar) as session:
        await (await session.get(door.address)).read()
        for person in people:
            places = {
                "",
                stage.staff_channel.channel_id,
                *_places(await _screen(session, door, person.user_id)),
            }
            for place in sorted(places):
                screen = await _screen(session, door, person.user_id, place)
                told.append((f"{person.name} in {place}", json.dumps(screen, ensure_ascii=False).encode()))
    return told


async def _screen(session: aiohttp.ClientSession, door: Door, user_id: str, place: str = "") -> Any:
    query = {"person": user_id, "place": place, "thread": ""}
    async with session.get(f"http://127.0.0.1:{door.port}/api/screen", params=query) as response:
        return await response.json()


def _places(screen: Any) -> set[str]:
    """The ids of whatever a person may go to."""
    if isinstance(screen, dict):
        own = {screen["id"]} if isinstance(screen.get("id"), str) else set()
        return own.union(*(_places(value) for value in screen.values()))
    return set().union(*map(_places, screen)) if isinstance(screen, list) else set()


async def test_no_part_of_a_key_is_on_any_screen_and_it_would_be_found() -> None:
    async with staged() as stage:
        key, canary = marked(stage.kucoin, "ip_restricted")
        await acting.checks_key(stage.cast.ann, key)
        await acting.gets_result(stage, stage.cast.ann)
        await acting.card_of(stage, 1)
        assert canary.leaks(await screens(stage)) == []

        await stage.cast.ann.direct_message(f"my secret is {key.secret}")

        assert any("secret" in leak for leak in canary.leaks(await screens(stage))), "she wrote it herself"

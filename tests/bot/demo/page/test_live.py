"""Open pages are told at once that something changed, never what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.bot.demo.page.conftest import Site

SECONDS = 10


@pytest.fixture
async def stream(site: Site) -> AsyncIterator[aiohttp.ClientResponse]:
    async with site.session.get(site.url("/live")) as response:
        yield response


async def heard(stream: aiohttp.ClientResponse) -> dict[str, Any]:
    """The next event."""
    async with asyncio.timeout(SECONDS):
        while True:
            line = (await stream.content.readline()).decode()
            if line.startswith("data: "):
                event: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return event


async def test_a_page_is_greeted_with_the_run_so_that_it_notices_a_new_one(
    stream: aiohttp.ClientResponse,
) -> None:
    assert stream.content_type == "text/event-stream"
    assert await heard(stream) == {"kind": "hello", "run": "run-1"}


async def test_what_happens_is_told_without_its_words(site: Site, stream: aiohttp.ClientResponse) -> None:
    await heard(stream)
    await site.ann.says(site.general, "a private matter")
    event = await heard(stream)
    assert (event["kind"], event["what"], event["channel"]) == ("workspace", "message", site.general.id)
    assert "private" not in json.dumps(event)


async def test_every_open_page_is_told(site: Site, stream: aiohttp.ClientResponse) -> None:
    async with site.session.get(site.url("/live")) as other:
        for one in (stream, other):
            await heard(one)
        site.live.tell("bot")
        assert await heard(stream) == await heard(other) == {"kind": "bot"}


async def test_a_silent_line_beats(site: Site, stream: aiohttp.ClientResponse) -> None:
    await heard(stream)
    site.live.beat_s = 0.01
    site.live.tell("bot")
    await heard(stream)
    assert await heard(stream) == {"kind": "beat"}


async def test_a_closed_page_is_forgotten(site: Site) -> None:
    async with site.session.get(site.url("/live")) as response:
        await heard(response)
        assert len(site.live._queues) == 1
    async with asyncio.timeout(SECONDS):
        while site.live._queues:
            # Whoever is gone is noticed when something is written to them.
            site.live.tell("bot")
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)


async def test_closing_ends_every_stream(site: Site, stream: aiohttp.ClientResponse) -> None:
    await heard(stream)
    site.live.close()
    async with asyncio.timeout(SECONDS):
        await stream.content.read()
    assert stream.content.at_eof()

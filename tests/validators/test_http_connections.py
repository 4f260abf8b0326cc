"""Connections are shared, kept, and not lost to a deadline."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.validators.wire import Wire, answer, wire
from validators.http import (
    read_only_client,
)


async def test_connections_are_shared_and_kept(served: Wire) -> None:
    async with read_only_client([f"{served.url}/a"]) as client:
        for _ in range(3):
            await client.get(f"{served.url}/a")

    assert len(served.requests) == 3
    assert served.connections == 1


async def _says_once(head: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.01)
    writer.write(answer(b"{}", "Connection: close\r\n"))
    await writer.drain()
    writer.close()


async def _cancel_one_that_was_just_handed_the_only_connection(client: httpx.AsyncClient, url: str) -> None:
    waiting: list[asyncio.Task[httpx.Response]] = []

    async def first() -> None:
        await client.get(url)
        waiting[0].cancel()

    under_way = asyncio.create_task(first())
    await asyncio.sleep(0)
    waiting.append(asyncio.create_task(client.get(url)))
    await asyncio.gather(under_way, *waiting, return_exceptions=True)


async def test_httpx_by_itself_loses_a_connection_for_ever_to_a_deadline() -> None:
    """encode/httpcore#1093; the day this fails, aiohttp may no longer be needed."""
    limits, times = httpx.Limits(max_connections=1), httpx.Timeout(5, pool=0.2)
    async with wire(_says_once) as served, httpx.AsyncClient(limits=limits, timeout=times) as client:
        await _cancel_one_that_was_just_handed_the_only_connection(client, served.url)

        with pytest.raises(httpx.PoolTimeout):
            await client.get(served.url)


async def test_our_client_keeps_its_connections_whatever_a_deadline_cancels() -> None:
    async with wire(_says_once) as served, read_only_client([f"{served.url}/"], connections=1) as client:
        for _ in range(5):
            await _cancel_one_that_was_just_handed_the_only_connection(client, f"{served.url}/")

        assert (await asyncio.wait_for(client.get(f"{served.url}/"), 5)).status_code == 200


async def test_a_storm_of_cancelled_requests_costs_no_connection() -> None:
    async with wire(_says_once) as served, read_only_client([f"{served.url}/"], connections=2) as client:

        async def hasty(patience_s: float) -> None:
            async with asyncio.timeout(patience_s):
                await client.get(f"{served.url}/")

        storm = (hasty(number % 7 * 0.004) for number in range(60))
        await asyncio.gather(*storm, return_exceptions=True)
        calm = await asyncio.gather(*(client.get(f"{served.url}/") for _ in range(6)))

    assert [response.status_code for response in calm] == [200] * 6

"""The way to KuCoin fails as networks do: refused, reset, silent, trickling, broken off."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import aiohttp
import pytest
import trustme

from bot.demo.kucoin import Fault, Host, KuCoin

if TYPE_CHECKING:
    from tests.bot.demo.kucoin.conftest import Clock, Person

IMPATIENT_S = 0.05
PATIENT_S = 10


def impatient() -> AbstractAsyncContextManager[object]:
    return asyncio.timeout(IMPATIENT_S)


async def test_a_venue_that_is_down_refuses_and_comes_back(venue: KuCoin, person: Person) -> None:
    key = venue.issue()
    assert (await person.describe(key)).code == "200000"
    address, seen = venue.url, len(venue.requests)

    venue.faults.add(Fault.DOWN)
    for _ in range(2):
        with pytest.raises(aiohttp.ClientError):
            await person.describe(key)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    assert len(venue.requests) == seen

    venue.faults.clear()
    assert (await person.describe(key)).code == "200000"
    assert venue.url == address


@pytest.mark.parametrize("turns", range(6))
async def test_a_caller_who_just_got_through_is_cut_off_and_not_forgotten(venue: KuCoin, turns: int) -> None:
    caller = socket.create_connection(("127.0.0.1", int(venue.url.rpartition(":")[2])))
    caller.setblocking(False)
    with caller:
        for _ in range(turns):
            await asyncio.sleep(0)

        venue.faults.add(Fault.DOWN)

        async with asyncio.timeout(PATIENT_S):
            with pytest.raises(ConnectionResetError):
                await asyncio.get_running_loop().sock_recv(caller, 1)


async def test_one_host_may_be_down_alone(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.DOWN, host=Host.FUTURES)

    with pytest.raises(aiohttp.ClientConnectorError):
        await person.ask("/api/v1/timestamp", host="futures")

    assert (await person.ask("/api/v1/timestamp")).code == "200000"
    assert (await person.ask("/api/v1/timestamp", host="eu")).code == "200000"


async def test_one_request_may_be_reset_alone(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.DOWN, times=1, path="/api/v1/accounts")
    key = venue.issue()

    assert (await person.describe(key)).code == "200000"
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await person.ask("/api/v1/accounts", key)

    assert (await person.ask("/api/v1/accounts", key)).code == "200000"
    assert [seen.answered_code for seen in venue.requests] == ["200000", None, "200000"]


async def test_a_venue_may_go_up_and_down_within_a_moment(venue: KuCoin, person: Person) -> None:
    for _ in range(5):
        venue.faults.add(Fault.DOWN)
        venue.faults.clear()
    assert (await person.ask("/api/v1/timestamp")).code == "200000"

    venue.faults.add(Fault.DOWN)
    venue.faults.clear()
    venue.faults.add(Fault.DOWN)
    with pytest.raises(aiohttp.ClientError):
        await person.ask("/api/v1/timestamp")


async def test_a_venue_that_is_down_can_be_left(clock: Clock) -> None:
    async with KuCoin.open(clock=clock) as venue:
        venue.faults.add(Fault.DOWN)

    async with KuCoin.open(clock=clock) as venue:
        venue.faults.add(Fault.DOWN)
        await asyncio.sleep(0)
        venue.faults.clear()


async def test_a_silent_venue_takes_the_request_and_never_answers(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.SLOW)

    with pytest.raises(TimeoutError):
        async with impatient():
            await person.describe(venue.issue())

    assert [seen.answered_code for seen in venue.requests] == [None]


async def test_a_silent_venue_can_be_left_with_requests_waiting(
    clock: Clock,
) -> None:
    async with aiohttp.ClientSession() as session:
        async with KuCoin.open(clock=clock) as venue:
            venue.faults.add(Fault.SLOW, host=Host.SPOT)
            waiting = asyncio.create_task(session.get(f"{venue.url}/api/v1/timestamp").__aenter__())
            async with session.get(f"{venue.futures_url}/api/v1/timestamp"):
                pass
        with pytest.raises(aiohttp.ClientError):
            await waiting


@pytest.mark.parametrize("path", ["/api/v1/timestamp", "/api/v1/status"])
async def test_a_late_answer_is_whole(venue: KuCoin, person: Person, path: str) -> None:
    venue.faults.add(Fault.LATE, path="/api/v1/timestamp", seconds=30)
    venue.faults.add(Fault.LATE, path="/api/v1/status", seconds=0.001)

    if path == "/api/v1/status":
        assert (await person.ask(path)).code == "200000"
        return
    with pytest.raises(TimeoutError):
        async with impatient():
            await person.ask(path)


async def test_every_answer_waits_for_the_latency(venue: KuCoin, person: Person) -> None:
    venue.latency_s = 30
    with pytest.raises(TimeoutError):
        async with impatient():
            await person.ask("/api/v1/timestamp")

    venue.latency_s = 0

    assert (await person.ask("/api/v1/timestamp")).code == "200000"


async def test_a_trickling_answer_begins_and_does_not_end(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.TRICKLE)
    async with person.session.get(f"{venue.url}/api/v1/timestamp") as response:
        first = await response.content.readexactly(2)
        with pytest.raises(TimeoutError):
            async with impatient():
                await response.read()

    assert (response.status, first) == (200, b'{"')


async def test_an_answer_breaks_off_in_the_middle(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.DISCONNECT_MID_BODY)
    async with person.session.get(f"{venue.url}/api/v1/timestamp") as response:
        with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
            await response.read()

    assert response.status == 200


async def test_a_venue_speaks_tls(clock: Clock) -> None:
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)

    async with KuCoin.open(tls=theirs, clock=clock) as venue, aiohttp.ClientSession() as session:
        assert venue.url.startswith("https://")
        async with session.get(f"{venue.url}/api/v1/timestamp", ssl=ours) as response:
            assert (await response.json())["code"] == "200000"
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(f"{venue.futures_url}/api/v1/timestamp")
        venue.faults.add(Fault.DOWN, path="/api/v1/timestamp")
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{venue.eu_url}/api/v1/timestamp", ssl=ours)


async def test_two_venues_live_side_by_side(clock: Clock) -> None:
    async with KuCoin.open(clock=clock) as one, KuCoin.open(clock=clock) as other:
        addresses = {*one.settings.values(), *other.settings.values()}
        one.faults.add(Fault.DOWN)
        address = f"{other.url}/api/v1/timestamp"
        async with aiohttp.ClientSession() as session, session.get(address) as response:
            assert json.loads(await response.read())["code"] == "200000"

    assert len(addresses) == 6


async def test_a_request_that_is_no_http_does_no_harm(venue: KuCoin, person: Person) -> None:
    port = int(venue.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(struct.pack("!4I", 1, 2, 3, 4) + b"\r\n\r\n")

    answered = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert b"400" in answered.splitlines()[0]
    assert (await person.ask("/api/v1/timestamp")).code == "200000"

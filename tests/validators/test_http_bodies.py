"""What comes back is bounded, unpacked with care, and an error where it breaks."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable

import httpx
import pytest

from tests.validators.wire import Wire, answer, wire
from validators.http import (
    LIMIT_BYTES,
    UnreadableBodyError,
    read_only_client,
)

TOO_LONG = b" " * (LIMIT_BYTES + 1)
UNREADABLE = [
    pytest.param(answer(TOO_LONG), id="too long"),
    pytest.param(answer(gzip.compress(TOO_LONG), "Content-Encoding: gzip\r\n"), id="a bomb"),
    pytest.param(answer(b"{}", "Content-Encoding: br\r\n"), id="unasked"),
    pytest.param(
        answer(gzip.compress(b"{}") + gzip.compress(TOO_LONG), "Content-Encoding: gzip\r\n"), id="more behind"
    ),
    pytest.param(answer(gzip.compress(b"{}")[:-6], "Content-Encoding: gzip\r\n"), id="cut off inside"),
    pytest.param(answer(b"no gzip", "Content-Encoding: gzip\r\n"), id="not packed at all"),
]


@pytest.mark.parametrize("reply", UNREADABLE)
async def test_a_body_too_long_or_packed_oddly_is_not_read(reply: bytes) -> None:
    async with wire(reply) as served, read_only_client([f"{served.url}/a"]) as client:
        with pytest.raises(UnreadableBodyError):
            await client.get(f"{served.url}/a")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])
async def test_a_small_body_that_was_packed_is_read(pack: Callable[[bytes], bytes]) -> None:
    reply = answer(pack(b'{"a": 1}'), "Content-Encoding: gzip\r\n")
    async with wire(reply) as served, read_only_client([f"{served.url}/a"]) as client:
        assert (await client.get(f"{served.url}/a")).json() == {"a": 1}


async def test_a_body_of_exactly_the_limit_is_read() -> None:
    async with wire(answer(b" " * LIMIT_BYTES)) as served, read_only_client([f"{served.url}/a"]) as client:
        assert len((await client.get(f"{served.url}/a")).content) == LIMIT_BYTES


async def _endless(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"4000\r\n" + b" " * 0x4000 + b"\r\n")
        await writer.drain()


async def test_a_body_without_end_is_left_at_the_limit() -> None:
    async with wire(_endless) as served, read_only_client([f"{served.url}/a"]) as client:
        with pytest.raises(UnreadableBodyError):
            await client.get(f"{served.url}/a")


BROKEN = [
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}", id="cut off"),
    pytest.param(b"garbage\r\n\r\n", id="no HTTP"),
    pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", id="endless header"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="bad chunk"),
    pytest.param(b"", id="nothing"),
]


@pytest.mark.parametrize("said", BROKEN)
async def test_an_answer_that_breaks_is_an_error_of_transport(said: bytes) -> None:
    async def speak(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()

    async with wire(speak) as served, read_only_client([f"{served.url}/a"]) as client:
        with pytest.raises(httpx.TransportError) as raised:
            await client.get(f"{served.url}/a")
    assert not isinstance(raised.value, httpx.TimeoutException)


async def test_nobody_there_is_not_called_slow(served: Wire) -> None:
    gone = f"http://127.0.0.1:{served.port}/a"
    served.port = 0
    async with wire(answer()) as other:
        gone = f"{other.url}/a"
    async with read_only_client([gone]) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(gone)

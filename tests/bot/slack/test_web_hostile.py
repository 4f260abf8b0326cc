"""Whoever reaches the port sends what they like: packed, broken, endless or slow; it costs us little."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.web import Door, Readiness, Web
from tests.bot.log_steps import Lines

MARK = b"canary-5d1f"
HEAD = b"POST /slack/events HTTP/1.1\r\nHost: x\r\n"
BOMB = gzip.compress(b"\0" * 50_000_000)
PATIENCE_S = 10


async def _ready() -> Readiness:
    return Readiness({})


async def _nothing() -> None:
    return None


@pytest.fixture
async def port(lines: Lines) -> AsyncIterator[int]:
    """A door that nothing signed comes to, and that waits for a tenth of a second."""
    bolt = AsyncApp(client=AsyncWebClient(token="xoxb-not-used"), request_verification_enabled=False)
    door = Door(bolt, SecretStr("s"), lambda: True, body_within_s=0.1)
    async with Web(_ready, CollectorRegistry(), _nothing, door).serving("127.0.0.1", 0) as opened:
        yield opened


async def answered(port: int, sent: bytes) -> bytes:
    """What comes back until the other side has nothing to say for now."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(PATIENCE_S):
        writer.write(sent)
        said = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return said


def packed(how: bytes, body: bytes) -> bytes:
    return HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (how, len(body)) + body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(packed(b"gzip", MARK), 401, id="gzip that is none"),
        pytest.param(packed(b"deflate", MARK), 401, id="deflate that is none"),
        pytest.param(packed(b"br", MARK), 401, id="a packing that is unknown here"),
        pytest.param(packed(b"gzip", BOMB), 401, id="a bomb, left as small as it came"),
        pytest.param(HEAD + b"Content-Length: 100\r\n\r\n" + MARK, 408, id="a body that stops coming"),
        pytest.param(HEAD + b"Content-Length: 5000000\r\n\r\n" + MARK, 408, id="a long one that does"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + MARK, 400, id="chunks of no size"),
        pytest.param(HEAD + b"Content-Length: many\r\n\r\n" + MARK, 400, id="a length that is no number"),
        pytest.param(HEAD + b"X-A: " + b"c" * 20_000 + b"\r\n\r\n", 400, id="a header without end"),
    ],
)
async def test_it_is_refused_at_once_and_its_content_is_not_logged(
    port: int, lines: Lines, sent: bytes, status: int
) -> None:
    assert b" %d " % status in (await answered(port, sent)).splitlines()[0]
    assert (await answered(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert MARK.decode() not in lines.getvalue()


async def test_no_crash_is_told_of_a_body_that_was_broken_off(port: int, lines: Lines) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"Content-Length: 100\r\n\r\n" + MARK)
    await writer.drain()
    writer.transport.abort()
    while "delivery_refused" not in lines.getvalue():  # noqa: ASYNC110 - the other side has to notice first
        await asyncio.sleep(0.01)

    assert '"level": "error"' not in lines.getvalue()

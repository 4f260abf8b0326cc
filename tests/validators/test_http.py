"""The client that can only read: nothing else leaves, and nothing endless comes back."""

from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import trustme

from tests.validators.wire import Wire, answer, wire
from validators.http import (
    LIMIT_BYTES,
    RefusedToSendError,
    UnreadableBodyError,
    is_safe_origin,
    read_only_client,
    shared_ssl_context,
)


@pytest.fixture
async def served() -> AsyncIterator[Wire]:
    async with wire(answer(b'{"a": 1}')) as server:
        yield server


async def test_a_read_of_an_allowed_address_is_answered(served: Wire) -> None:
    async with read_only_client([f"{served.url}/a"]) as client:
        response = await client.get(f"{served.url}/a?x=1")

    assert response.json() == {"a": 1}
    assert served.requests[0].startswith(b"GET /a?x=1 HTTP/1.1")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", "TRACE"])
async def test_nothing_but_get_leaves_this_process(served: Wire, method: str) -> None:
    async with read_only_client([f"{served.url}/a"]) as client:
        request = client.build_request("GET", f"{served.url}/a")
        request.method = method
        with pytest.raises(RefusedToSendError, match=method):
            await client.send(request)

    assert served.requests == []


ADDRESSES = [
    "http://localhost:{port}/b",
    "http://localhost:{port}/a/",
    "http://localhost:{port}/a/../b",
    "http://localhost:{port}/%61",
    "http://localhost:{port}//a",
    "http://127.0.0.1:{port}/a",
    "https://localhost:{port}/a",
    "http://user:word@localhost:{port}/a",
    "http://localhost:1/a",
    "https://example.com/a",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_no_address_but_those_on_the_list_is_asked(served: Wire, address: str) -> None:
    async with read_only_client([f"{served.url}/a"]) as client:
        with pytest.raises(RefusedToSendError):
            await client.get(address.format(port=served.port))

    assert served.requests == []


async def _chunks() -> AsyncIterator[bytes]:
    yield b"x"


@pytest.mark.parametrize(
    "body", [{"content": b"x"}, {"json": {}}, {"data": {"a": "b"}}, {"content": _chunks}]
)
async def test_a_read_carries_no_body(served: Wire, body: dict[str, Any]) -> None:
    told = {name: value() if callable(value) else value for name, value in body.items()}
    async with read_only_client([f"{served.url}/a"]) as client:
        with pytest.raises(RefusedToSendError, match="body"):
            await client.request("GET", f"{served.url}/a", **told)

    assert served.requests == []


async def test_a_redirect_is_not_followed(served: Wire) -> None:
    served.says = answer(b"", f"Location: {served.url}/a\r\n", "302 Found")
    async with read_only_client([f"{served.url}/a"]) as client:
        response = await client.get(f"{served.url}/a")

    assert response.status_code == 302
    assert len(served.requests) == 1


async def test_the_same_small_headers_are_sent_each_time(served: Wire) -> None:
    served.says = answer(b"{}", "Set-Cookie: who=you; Path=/\r\n")
    async with read_only_client([f"{served.url}/a"]) as client:
        await client.get(f"{served.url}/a")
        await client.get(f"{served.url}/a")

    assert served.requests[0] == served.requests[1]
    assert b"keydesk/" in served.requests[0]
    assert b"ookie" not in served.requests[0]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
async def test_no_proxy_of_the_environment_gets_a_key(
    served: Wire, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async with wire(answer(b"stolen")) as proxy:
        monkeypatch.setenv(name, proxy.url)
        async with read_only_client([f"{served.url}/a"]) as client:
            response = await client.get(f"{served.url}/a")

    assert response.json() == {"a": 1}
    assert proxy.requests == []


async def test_connections_are_shared_and_kept(served: Wire) -> None:
    async with read_only_client([f"{served.url}/a"]) as client:
        for _ in range(3):
            await client.get(f"{served.url}/a")

    assert len(served.requests) == 3
    assert served.connections == 1


TOO_LONG = b" " * (LIMIT_BYTES + 1)
UNREADABLE = [
    pytest.param(answer(TOO_LONG), id="too long"),
    pytest.param(answer(gzip.compress(TOO_LONG), "Content-Encoding: gzip\r\n"), id="a bomb"),
    pytest.param(
        answer(gzip.compress(b"{}") + gzip.compress(TOO_LONG), "Content-Encoding: br\r\n"), id="unasked"
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


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def _served_by(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_a_certificate_that_we_trust_is_accepted(authority: trustme.CA) -> None:
    tls = _served_by(authority, "localhost")
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(wire(answer(), tls))
        ours = read_only_client([f"{served.url}/a"], ssl_context=_trusting(authority))
        client = await stack.enter_async_context(ours)
        assert (await client.get(f"{served.url}/a")).status_code == 200


@pytest.mark.parametrize(("name", "trusted"), [("localhost", False), ("elsewhere.example", True)])
async def test_nothing_is_sent_to_a_machine_that_cannot_prove_its_name(
    authority: trustme.CA, name: str, trusted: bool
) -> None:
    context = _trusting(authority) if trusted else shared_ssl_context()
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(wire(answer(), _served_by(authority, name)))
        ours = read_only_client([f"{served.url}/a"], ssl_context=context)
        client = await stack.enter_async_context(ours)
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{served.url}/a")
    assert served.requests == []


def test_there_is_one_context_and_it_verifies() -> None:
    assert shared_ssl_context() is shared_ssl_context()
    assert shared_ssl_context().verify_mode is ssl.CERT_REQUIRED
    assert shared_ssl_context().check_hostname


SAFE = [
    "https://api.kucoin.com",
    "https://x:8443",
    "http://127.0.0.1:9",
    "http://localhost",
    "http://[::1]:5",
]
UNSAFE = [
    "http://api.kucoin.com",
    "http://127.0.0.1.example.com",
    "http://0.0.0.0:1",
    "ftp://127.0.0.1",
    "https://user:word@api.kucoin.com",
    "https://api.kucoin.com/?a=b",
    "https://api.kucoin.com#x",
    "api.kucoin.com",
    "https://",
    "https://[::1",
    "https://x:99999999",
    "",
]


@pytest.mark.parametrize("url", SAFE)
def test_keys_may_go_to_https_and_to_this_machine(url: str) -> None:
    assert is_safe_origin(url)


@pytest.mark.parametrize("url", UNSAFE)
def test_keys_may_go_nowhere_else(url: str) -> None:
    assert not is_safe_origin(url)
    with pytest.raises(ValueError, match="https"):
        read_only_client([url])


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


async def test_no_header_of_a_request_is_logged(served: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with read_only_client([f"{served.url}/a"]) as client:
        await client.get(f"{served.url}/a", headers={"KC-API-PASSPHRASE": "canary-7"})

    assert b"canary-7" in served.requests[0]
    assert caplog.records, "nothing was logged, so silence proves nothing"
    assert "canary-7" not in caplog.text

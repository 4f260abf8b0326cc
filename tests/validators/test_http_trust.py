"""Keys go only to machines that prove their name, and to our own."""

from __future__ import annotations

import ssl
from contextlib import AsyncExitStack

import aiohttp
import httpx
import pytest
import trustme

from tests.validators.wire import answer, wire
from validators.http import (
    _ssl_context,
    is_safe_origin,
    read_only_client,
    shared_ssl_context,
)


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


def test_no_variable_of_the_environment_names_our_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/authorities.pem")
    with pytest.raises(OSError, match="No such file"):
        httpx.create_ssl_context()

    _ssl_context.cache_clear()
    assert shared_ssl_context().get_ca_certs()


class Failing(httpx.AsyncBaseTransport):
    """Fails as aiohttp's transport does: one class of httpx for many reasons."""

    def __init__(self, reason: Exception) -> None:
        self._reason = reason

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("") from self._reason


REASONS = [
    (aiohttp.ServerTimeoutError(), httpx.ConnectTimeout),
    (aiohttp.ServerDisconnectedError(), httpx.ConnectError),
    (TimeoutError(), httpx.ConnectTimeout),
]


@pytest.mark.parametrize(("reason", "expected"), REASONS, ids=["slow", "gone", "deadline"])
async def test_slow_and_gone_are_told_apart(reason: Exception, expected: type[Exception]) -> None:
    async with read_only_client(["https://x/a"], transport=Failing(reason)) as client:
        with pytest.raises(expected) as raised:
            await client.get("https://x/a")
    assert type(raised.value) is expected


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
    "https://x:65536",
    "https://x:0",
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

"""Real mail servers on this machine, with TLS, STARTTLS and AUTH."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP

from tests.bot.mail.postbox import Postbox

ELSEWHERE = "mail.hashdata.example"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """What a client needs to believe the test's mail servers."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="session")
def certified(authority: trustme.CA) -> ssl.SSLContext:
    """What a mail server needs to be believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(ELSEWHERE, "localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def listen() -> AsyncIterator[Callable[..., Awaitable[int]]]:
    """Start a server on a free port of this machine; gives the port."""
    async with AsyncExitStack() as stack:

        async def start(
            protocol: Callable[[], asyncio.BaseProtocol], tls: ssl.SSLContext | None = None
        ) -> int:
            loop = asyncio.get_running_loop()
            server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
            await stack.enter_async_context(server)
            return int(server.sockets[0].getsockname()[1])

        yield start


@pytest.fixture
def serve(
    listen: Callable[..., Awaitable[int]], postbox: Postbox, certified: ssl.SSLContext
) -> Callable[..., Awaitable[int]]:
    """Start a well-behaved mail server: ``plain``, ``starttls`` or ``tls``."""

    async def start(protection: str, *, login: bool = False) -> int:
        starttls = certified if protection == "starttls" else None
        options: dict[str, Any] = {
            "tls_context": starttls,
            "authenticator": postbox.authenticate,
            "auth_required": login,
            "auth_require_tls": starttls is not None,
            "enable_SMTPUTF8": True,
        }
        return await listen(lambda: _smtp(postbox, options), certified if protection == "tls" else None)

    return start


def _smtp(postbox: Postbox, options: dict[str, Any]) -> SMTP:
    with warnings.catch_warnings():
        # It warns of logins without STARTTLS, which is what some tests are about.
        warnings.simplefilter("ignore")
        return SMTP(postbox, **options)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """A host name that is not this machine's, although it leads here."""
    real = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **options: Any) -> Any:
        return real("127.0.0.1" if host == ELSEWHERE else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return ELSEWHERE

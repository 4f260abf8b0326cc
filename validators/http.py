"""The client that can only read: GET without a body, to addresses on a list, bounded in bytes.

What is refused is refused before anything is sent, so a check cannot write even by mistake.
httpx is the interface; aiohttp carries the bytes, because httpx's own pool loses connections
for ever when a deadline cancels a request that waits for one (encode/httpcore#1093).
"""

from __future__ import annotations

import asyncio
import functools
import ssl
import threading
import zlib
from collections.abc import AsyncIterable, Iterable
from ipaddress import ip_address

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

LIMIT_BYTES = 256 * 1024
"""The most that is read of one body, as sent and after decompression."""
USER_AGENT = "keydesk/0.1 (reads only; Support@HashData.co)"
KEEP_WARM_S = 60.0
"""How long a connection without work stays open."""
CONNECTIONS = 200

Address = tuple[str, str, int, str]
"""Scheme, host, port and path."""


class RefusedToSendError(Exception):
    """The request was not a read of an address on the list; nothing has left this process."""


class UnreadableBodyError(httpx.TransportError):
    """The body is too long, or packed in a way that we did not ask for."""


def read_only_client(
    allowed: Iterable[str],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    ssl_context: ssl.SSLContext | None = None,
    connections: int = CONNECTIONS,
) -> httpx.AsyncClient:
    """A client that can do nothing but GET the *allowed* addresses (URLs without query).

    It follows no redirect, verifies certificates, and takes no proxy, certificate or password
    from the environment. It has no time limit of its own: the caller bounds the whole.
    Connections are opened by the first request and shared by all.

    Args:
        transport: Stands in for the network, behind the same guard; for tests.
        ssl_context: Instead of the shared one, which trusts certifi's authorities.
        connections: How many may be open at a time; what comes beyond waits its turn.

    Raises:
        ValueError: an address is neither https nor on this machine.
    """
    return httpx.AsyncClient(
        transport=ReadOnlyTransport(map(_address, allowed), transport, ssl_context, connections),
        headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
        timeout=None,  # noqa: S113 - the checker's budget bounds the whole, which no time-out of httpx does
    )


def is_safe_origin(url: str) -> bool:
    """Whether keys may be sent there: https, or a machine's own loopback."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    if parsed.userinfo or parsed.query or parsed.fragment or not parsed.host:
        return False
    if parsed.port is not None and not 0 < parsed.port < 65536:
        return False
    return parsed.scheme == "https" or (parsed.scheme == "http" and _is_loopback(parsed.host))


class ReadOnlyTransport(httpx.AsyncBaseTransport):
    """Stands before the network: refuses what is not a read, and bounds what comes back."""

    def __init__(
        self,
        allowed: Iterable[Address],
        inner: httpx.AsyncBaseTransport | None,
        ssl_context: ssl.SSLContext | None,
        connections: int,
    ) -> None:
        self._allowed = frozenset(allowed)
        self._inner = inner
        self._ssl_context = ssl_context
        self._connections = connections
        self._opening = asyncio.Lock()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a read and return its whole answer.

        Raises:
            RefusedToSendError: it is no read of an allowed address.
            httpx.TransportError: no whole, readable answer came back.
        """
        self._refuse_all_but_reads(request)
        inner = self._inner or await self._open()
        try:
            response = await inner.handle_async_request(request)
            try:
                body = await _whole_body(response)
            finally:
                await response.aclose()
        except httpx.TimeoutException as error:
            # The transport calls every failed connection a time-out; only its cause tells them apart.
            cause = error.__cause__
            if isinstance(cause, aiohttp.ClientError) and not isinstance(cause, TimeoutError):
                raise httpx.ConnectError(type(cause).__name__) from None
            raise
        except (aiohttp.ClientError, OSError) as error:
            # A malformed head is not translated at all.
            raise httpx.RemoteProtocolError(type(error).__name__) from None
        return httpx.Response(response.status_code, headers=_plain_headers(response), content=body)

    async def aclose(self) -> None:
        if self._inner is not None:
            await self._inner.aclose()

    def _refuse_all_but_reads(self, request: httpx.Request) -> None:
        if request.method != "GET":
            raise RefusedToSendError(f"{request.method} is not a read")
        if _address_of(request.url) not in self._allowed or request.url.userinfo:
            raise RefusedToSendError(f"{request.url.host} {request.url.path} is not on the list")
        if not isinstance(request.stream, httpx.ByteStream) or request.content:
            raise RefusedToSendError("a read has no body")

    async def _open(self) -> httpx.AsyncBaseTransport:
        async with self._opening:
            if self._inner is None:
                # Reading the authorities takes up to 0.3 s, so it neither blocks the loop nor the start.
                context = self._ssl_context
                if context is None:
                    context = await asyncio.to_thread(shared_ssl_context)
                self._inner = _aiohttp_transport(context, self._connections)
        return self._inner


_MAKING = threading.Lock()


def shared_ssl_context() -> ssl.SSLContext:
    """The one context of this process: certifi's authorities, host names checked. For any thread."""
    with _MAKING:  # whoever comes meanwhile waits for it, instead of making a second one
        return _ssl_context()


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _aiohttp_transport(context: ssl.SSLContext, connections: int) -> AiohttpTransport:
    connector = aiohttp.TCPConnector(
        ssl=context, limit=connections, keepalive_timeout=KEEP_WARM_S, ttl_dns_cache=300
    )
    session = aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False
    )
    return AiohttpTransport(verify=context, trust_env=False, client=session)


async def _whole_body(response: httpx.Response) -> bytes:
    stream = response.stream
    if not isinstance(stream, AsyncIterable):
        raise UnreadableBodyError("no body to wait for")
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > LIMIT_BYTES:
            raise UnreadableBodyError("the body is too long")
    return _unpacked(bytes(body), response.headers.get("content-encoding", "identity"))


def _unpacked(body: bytes, packing: str) -> bytes:
    """*body* as it was before packing; never more than the limit, however small it came."""
    if packing.strip().lower() in ("", "identity"):
        return body
    if packing.strip().lower() not in ("gzip", "deflate"):
        raise UnreadableBodyError("packed in a way that was not asked for")
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, whichever it is
    try:
        plain = unpacker.decompress(body, LIMIT_BYTES)
    except zlib.error:
        raise UnreadableBodyError("damaged packing") from None
    if not unpacker.eof or unpacker.unused_data:
        raise UnreadableBodyError("the body is too long or cut off, or more follows it")
    return plain


def _plain_headers(response: httpx.Response) -> list[tuple[bytes, bytes]]:
    about_transfer = (b"content-encoding", b"content-length", b"transfer-encoding", b"set-cookie")
    return [(name, value) for name, value in response.headers.raw if name.lower() not in about_transfer]


def _address(url: str) -> Address:
    if not is_safe_origin(url):
        raise ValueError("an address must begin with https://, or be on this machine")
    return _address_of(httpx.URL(url))


def _address_of(url: httpx.URL) -> Address:
    port = url.port or {"https": 443, "http": 80}.get(url.scheme, 0)
    return url.scheme, url.host, port, url.raw_path.partition(b"?")[0].decode("ascii")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

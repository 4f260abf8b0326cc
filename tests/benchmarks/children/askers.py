"""Each candidate's shortest way to learn whether one key works, as its own documents show it.

Every check is of a key never seen before, so a candidate that binds its client to a key makes a new
one, and closes it. Nothing is imported before it is asked for: each environment has its own.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

Ask = Callable[[str, str, str], Awaitable[None]]
AskInThread = Callable[[str, str, str], None]
Addresses = dict[str, str]
CLOSING: set[asyncio.Future[None]] = set()


def trust_what_we_are_told() -> None:
    """All use one bundle: certifi's authorities and the local one, so that its cost is the real one."""
    try:
        certifi = import_module("certifi")
    except ImportError:
        return
    setattr(certifi, "where", lambda: os.environ["SSL_CERT_FILE"])  # noqa: B010 - typed code refuses the short form


@asynccontextmanager
async def ours(addresses: Addresses) -> AsyncIterator[Ask]:
    """The whole check: two requests side by side, every finding, every line of the checklist."""
    check = import_module("validators.kucoin.check")
    exchange = import_module("validators.exchange")
    secret = import_module("pydantic").SecretStr
    verdict = import_module("validators.diagnosis").Verdict
    async with check.connect(addresses) as checker:

        async def ask(key: str, password: str, passphrase: str) -> None:
            given = exchange.Credentials(secret(key), secret(password), secret(passphrase))
            found = await checker.check(given, "spot_margin")
            assert found.verdict is verdict.PASSED, found.findings

        yield ask


@asynccontextmanager
async def floor(addresses: Addresses) -> AsyncIterator[Ask]:
    """One round trip and nothing else: a request by hand on one open connection."""
    spot = urlsplit(addresses["KUCOIN_API_URL"])
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    reader, writer = await asyncio.open_connection(spot.hostname, spot.port, ssl=context)

    async def ask(key: str, password: str, passphrase: str) -> None:
        path = "/api/v1/accounts"
        headers = {"Host": spot.netloc, **_signed(path, key, password, passphrase)}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        assert b"200000" in await reader.readexactly(int(length.split(b":")[1]))

    yield ask
    writer.close()


@asynccontextmanager
async def raw_httpx(addresses: Addresses) -> AsyncIterator[Ask]:
    """The unit of cost: one signed request of httpx on its default transport, on a warm connection."""
    httpx = import_module("httpx")
    url = addresses["KUCOIN_API_URL"]
    async with httpx.AsyncClient() as client:

        async def ask(key: str, password: str, passphrase: str) -> None:
            path = "/api/v1/accounts"
            answer = await client.get(url + path, headers=_signed(path, key, password, passphrase))
            assert answer.json()["code"] == "200000", answer.text

        yield ask


@asynccontextmanager
async def ccxt_lean(addresses: Addresses) -> AsyncIterator[Ask]:
    yield _ccxt(addresses, "private_get_accounts")


@asynccontextmanager
async def ccxt_balance(addresses: Addresses) -> AsyncIterator[Ask]:
    yield _ccxt(addresses, "fetch_balance")


def _ccxt(addresses: Addresses, method: str) -> Ask:
    kucoin = import_module("ccxt.async_support").kucoin
    spot, futures = addresses["KUCOIN_API_URL"], addresses["KUCOIN_FUTURES_API_URL"]

    async def ask(key: str, password: str, passphrase: str) -> None:
        client = kucoin({"apiKey": key, "secret": password, "password": passphrase, "enableRateLimit": False})
        names = client.urls["api"]
        client.urls["api"] = {name: futures if name.startswith("futures") else spot for name in names}
        try:
            await getattr(client, method)()
        finally:
            _closing(client.close())

    return ask


def _closing(close: Coroutine[Any, Any, None]) -> None:
    """The verdict is there before the client is closed (ccxt waits a quarter of a second for that)."""
    task = asyncio.ensure_future(close)
    CLOSING.add(task)
    task.add_done_callback(CLOSING.discard)


@asynccontextmanager
async def python_kucoin(addresses: Addresses) -> AsyncIterator[Ask]:
    module = import_module("kucoin.async_client")
    refused = import_module("kucoin.exceptions").KucoinAPIException

    async def ask(key: str, password: str, passphrase: str) -> None:
        client = module.AsyncClient(key, password, passphrase)
        client.API_URL = addresses["KUCOIN_API_URL"]
        try:
            # python-kucoin 2.2.0 names no key version and signs no passphrase, so KuCoin refuses every
            # key of today (400004). The way to the answer is as long, so it is measured all the same.
            with suppress(refused):
                await client.get_accounts()
        finally:
            _closing(client.session.close())

    yield ask


def universal_sdk(addresses: Addresses) -> AskInThread:
    api = import_module("kucoin_universal_sdk.api")
    option = import_module("kucoin_universal_sdk.model")
    wanted = import_module("kucoin_universal_sdk.generate.account.account")

    def ask(key: str, password: str, passphrase: str) -> None:
        built = option.ClientOptionBuilder().set_key(key).set_secret(password).set_passphrase(passphrase)
        built.set_spot_endpoint(addresses["KUCOIN_API_URL"])
        built.set_futures_endpoint(addresses["KUCOIN_FUTURES_API_URL"])
        built.set_transport_option(option.TransportOptionBuilder().build())
        service = api.DefaultClient(built.build()).rest_service()
        service.get_account_service().get_account_api().get_spot_account_list(
            wanted.GetSpotAccountListReqBuilder().build()
        )

    return ask


def one_session_each(addresses: Addresses) -> AskInThread:
    """rotki's way: a session of its own for each key, one signed read of the accounts."""
    return _by_requests(addresses, ["/api/v1/accounts"])


def two_reads_one_session(addresses: Addresses) -> AskInThread:
    """The same with two reads, one after the other: as much as ours asks."""
    return _by_requests(addresses, ["/api/v1/accounts", "/api/v1/user/api-key"])


def _by_requests(addresses: Addresses, paths: list[str]) -> AskInThread:
    requests = import_module("requests")
    spot = addresses["KUCOIN_API_URL"]

    def ask(key: str, password: str, passphrase: str) -> None:
        session = requests.session()
        for path in paths:
            answer = session.get(
                spot + path, headers=_signed(path, key, password, passphrase), timeout=(30, 30)
            )
            assert answer.json()["code"] == "200000", answer.text

    return ask


def _signed(path: str, key: str, secret: str, passphrase: str) -> dict[str, str]:
    """KuCoin docs, authentication."""
    stamp = str(int(time.time() * 1000))
    return {
        "Content-Type": "application/json",
        "KC-API-KEY": key,
        "KC-API-KEY-VERSION": "2",
        "KC-API-TIMESTAMP": stamp,
        "KC-API-SIGN": _mac(secret, f"{stamp}GET{path}"),
        "KC-API-PASSPHRASE": _mac(secret, passphrase),
    }


def _mac(secret: str, text: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


CANDIDATES: dict[str, tuple[Any, bool]] = {
    "ours": (ours, True),
    "floor": (floor, True),
    "raw_httpx": (raw_httpx, True),
    "python_kucoin": (python_kucoin, True),
    "universal_sdk": (universal_sdk, False),
    "rotki": (one_session_each, False),
    "two_reads": (two_reads_one_session, False),
    "ccxt_lean": (ccxt_lean, True),
    "ccxt_balance": (ccxt_balance, True),
}

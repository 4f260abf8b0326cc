"""A venue whose clock stands still, and a person who signs requests without the venue's own code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDictProxy
from yarl import URL

from bot.demo.kucoin import IssuedKey, KuCoin


@dataclass
class Clock:
    """Stands still until a test moves it; seconds since 1970."""

    now_s: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(frozen=True)
class Reply:
    status: int
    raw: bytes
    headers: CIMultiDictProxy[str]

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        return str(self.body["code"])

    @property
    def data(self) -> Any:
        return self.body["data"]


@dataclass
class Person:
    """Asks the venue by hand. Signs as KuCoin's page on authentication says, and no better."""

    venue: KuCoin
    clock: Clock
    session: aiohttp.ClientSession
    default_headers: dict[str, str] = field(default_factory=dict)

    async def ask(
        self,
        target: str,
        key: IssuedKey | None = None,
        host: str = "spot",
        method: str = "GET",
        data: bytes | None = None,
        **spoilt: Any,
    ) -> Reply:
        """Send one request; `spoilt` goes to `signed_headers`."""
        assert key or not spoilt, "nothing is signed without a key, so nothing can be spoilt"
        headers = self.signed_headers(key, target, method, **spoilt) if key else {}
        url = {"spot": self.venue.url, "futures": self.venue.futures_url, "eu": self.venue.eu_url}[host]
        request = self.session.request(
            method, URL(url + target, encoded=True), headers=headers, data=data, allow_redirects=False
        )
        async with request as response:
            return Reply(response.status, await response.read(), response.headers)

    def signed_headers(
        self,
        key: IssuedKey,
        target: str,
        method: str = "GET",
        *,
        version: str | None = "3",
        off_by_ms: int = 0,
        secret: str | None = None,
        sign_secret: str | None = None,
        passphrase: str | None = None,
        key_id: str | None = None,
        without: tuple[str, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> dict[str, str]:
        """The five headers, each of which a test may spoil."""
        told = str(int(self.clock.now_s * 1000) + off_by_ms)
        secret = secret or key.secret
        made = {
            "KC-API-KEY": key_id or key.key,
            "KC-API-SIGN": mac(sign_secret or secret, told + method + target),
            "KC-API-TIMESTAMP": told,
            "KC-API-PASSPHRASE": mac(secret, passphrase or key.passphrase),
            "Content-Type": "application/json",
        }
        made |= {"KC-API-KEY-VERSION": version} if version else {}
        made |= headers or {}
        return {name: text for name, text in made.items() if name not in without}

    async def describe(self, key: IssuedKey, **spoilt: Any) -> Reply:
        """Ask a key for its own description."""
        return await self.ask("/api/v1/user/api-key", key, **spoilt)


def mac(secret: str, text: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)).decode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def venue(clock: Clock) -> AsyncIterator[KuCoin]:
    async with KuCoin.open(clock=clock) as venue:
        yield venue


@pytest.fixture
async def person(venue: KuCoin, clock: Clock) -> AsyncIterator[Person]:
    async with aiohttp.ClientSession() as session:
        session._retry_connection = False  # aiohttp asks once more by itself, which hides a reset
        yield Person(venue, clock, session)

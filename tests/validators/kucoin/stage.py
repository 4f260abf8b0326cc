"""A KuCoin made of scripted answers: healthy until a test says otherwise, strict about what it is asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from itertools import chain, repeat
from typing import Any

import httpx
import respx
from pydantic import SecretStr

from validators.diagnosis import Diagnosis, Requirement, State
from validators.exchange import Credentials, Reachability
from validators.kucoin.check import KuCoinChecker, connect
from validators.kucoin.venue import (
    ACCOUNTS,
    FUTURES_HISTORY,
    FUTURES_OVERVIEW,
    MY_ADDRESS,
    OWN_KEY,
    OWN_KEY_AT_EU,
    READS,
    TIMES,
    Read,
)

KEY = "6a864380d5eaf900017f3e82"  # made on 20 August 2026
SECRET = "f03a5284-5c39-4aaa-9b20-dea10bdcf8e3"
PASSPHRASE = "correct-horse-7"
CREDENTIALS = Credentials(SecretStr(KEY), SecretStr(SECRET), SecretStr(PASSPHRASE))
NOW_S = 1_795_305_600.0  # 22 November 2026
NOW_MS = int(NOW_S * 1000)
DAY_MS = 86_400_000
OUR_ADDRESS = "203.0.113.77"

Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def ok(data: Any) -> httpx.Response:
    return httpx.Response(200, json={"code": "200000", "data": data})


def refused(code: str | None, words: str = "", status: int = 400, **headers: str) -> httpx.Response:
    body = {"msg": words} if code is None else {"code": code, "msg": words}
    return httpx.Response(status, json=body, headers=headers)


def page(status: int, text: str = "<html><body>Attention Required</body></html>") -> httpx.Response:
    return httpx.Response(status, html=text)


def described(without: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """The description of a right key, as JKorf/Kucoin.Net recorded one, with *changes*."""
    told = {
        "remark": "How To Guide",
        "apiKey": KEY,
        "apiVersion": 3,
        "permission": "General",
        "createdAt": 1_787_241_600_000,
        "uid": 157267400,
        "isMaster": True,
        "region": "ID",
        "kycStatus": 1,
        "siteType": "global",
        "expiredAt": None,
    } | changes
    return {name: value for name, value in told.items() if name not in without}


HEALTHY: dict[Read, httpx.Response] = {
    OWN_KEY: ok(described()),
    OWN_KEY_AT_EU: refused("400003", "The API key does not exist or site mismatch.", 401),
    ACCOUNTS: ok([{"id": "1", "currency": "USDT", "type": "main", "balance": "1"}]),
    FUTURES_OVERVIEW: ok({"currency": "USDT", "accountEquity": 0}),
    FUTURES_HISTORY: ok({"hasMore": False, "dataList": []}),
    MY_ADDRESS: ok(OUR_ADDRESS),
    **{time: ok(NOW_MS) for time in TIMES},
}


class KuCoin:
    """Answers as told and remembers what it was asked."""

    def __init__(self) -> None:
        self._router = respx.MockRouter(assert_all_called=False)
        self._routes = {
            read: self._router.get(read.host.default + read.path, params=httpx.QueryParams(read.query))
            for read in READS
        }
        for read, healthy in HEALTHY.items():
            self.says(read, healthy)

    def says(self, read: Read, *replies: Reply) -> None:
        """Answer *read* by each of *replies* in turn, and by the last for ever."""
        self._routes[read].mock(side_effect=_in_turn(replies))

    def asked(self, read: Read) -> list[httpx.Request]:
        return [call.request for call in self._routes[read].calls]

    async def check(self, account: str = "spot_margin", credentials: Credentials = CREDENTIALS) -> Diagnosis:
        async with self._connected() as checker:
            return await checker.check(credentials, account)

    async def reachability(self) -> list[Reachability]:
        async with self._connected() as checker:
            return await checker.reachability()

    def _connected(self) -> AbstractAsyncContextManager[KuCoinChecker]:
        return connect(
            {},
            transport=httpx.MockTransport(self._router.async_handler),
            local_s=lambda: NOW_S,
            budget_s=2.0,
            pauses_s=(0.0, 0.0),
        )


def _in_turn(replies: tuple[Reply, ...]) -> Callable[[httpx.Request], httpx.Response]:
    left = chain(replies, repeat(replies[-1]))

    def reply(request: httpx.Request) -> httpx.Response:
        told = next(left)
        if isinstance(told, Exception):
            raise told
        return told(request) if callable(told) else told

    return reply


def state(diagnosis: Diagnosis, line: Requirement) -> State:
    return next(s.state for s in diagnosis.standings if s.requirement is line)


def lines(diagnosis: Diagnosis, wanted: State) -> set[Requirement]:
    return {standing.requirement for standing in diagnosis.standings if standing.state is wanted}

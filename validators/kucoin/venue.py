"""Asks KuCoin: one request → one `Answer`, whatever happens on the way. Returns, never raises."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import httpx

from validators.diagnosis import Cause
from validators.exchange import Endpoint
from validators.http import UnreadableBodyError, is_safe_origin
from validators.kucoin.answers import Answer, no_answer, read_answer
from validators.kucoin.endpoints import ENDPOINTS, EU, FUTURES, SPOT


class Read(NamedTuple):
    """One thing that may be asked. Query values hold letters, digits, ``-`` and ``_`` only."""

    host: Endpoint
    path: str
    query: str = ""


OWN_KEY = Read(SPOT, "/api/v1/user/api-key")
OWN_KEY_AT_EU = Read(EU, "/api/v1/user/api-key")
ACCOUNTS = Read(SPOT, "/api/v1/accounts")
FUTURES_OVERVIEW = Read(FUTURES, "/api/v1/account-overview", "currency=USDT")
FUTURES_HISTORY = Read(FUTURES, "/api/v1/transaction-history", "maxCount=1")
TIMES = tuple(Read(host, "/api/v1/timestamp") for host in ENDPOINTS)
MY_ADDRESS = Read(SPOT, "/api/v1/my-ip")
READS = (OWN_KEY, OWN_KEY_AT_EU, ACCOUNTS, FUTURES_OVERVIEW, FUTURES_HISTORY, *TIMES, MY_ADDRESS)
"""Everything that is ever asked."""

PAUSES_S = (0.15, 0.4)
"""Before the first and the second repetition; each is spread by half."""


class Target(NamedTuple):
    """Where a read goes: as the guard lists it, as it is sent, and as the evidence names it."""

    address: str
    url: httpx.URL
    asked: str


def targets(changed: Mapping[str, str]) -> dict[Read, Target]:
    """Where each read goes, with the endpoints that the operator *changed* (by setting).

    Raises:
        ValueError: an address is neither https nor on this machine; the message names its setting.
    """
    roots = {host: (changed.get(host.setting) or host.default).rstrip("/") for host in ENDPOINTS}
    for host, root in roots.items():
        if not is_safe_origin(root):
            raise ValueError(f"{host.setting} must begin with https://, or be an address of this machine")
    return {read: _target(roots[read.host] + read.path, read.query) for read in READS}


def _target(address: str, query: str) -> Target:
    url = httpx.URL(f"{address}?{query}" if query else address)
    return Target(address, url, f"GET {url.netloc.decode('ascii')}{url.path}")


@dataclass(frozen=True, slots=True)
class Venue:
    """KuCoin, as far as it can be read.

    Attributes:
        client: From `read_only_client`, for the addresses of `targets`.
        pauses_s: Before each repetition of a request that met trouble of KuCoin's own.
    """

    client: httpx.AsyncClient
    targets: Mapping[Read, Target]
    pauses_s: tuple[float, ...] = PAUSES_S

    async def ask(self, read: Read, auth: httpx.Auth | None, deadline: float) -> list[Answer]:
        """Ask until it makes no sense to ask again; the last answer counts, all are evidence.

        Args:
            deadline: In the loop's time; what is not answered by then was too slow.
        """
        answers = [await self._ask_once(read, auth, deadline)]
        for pause_s in self.pauses_s:
            spread_s = pause_s * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, keeps no secret
            if not answers[-1].again or asyncio.get_running_loop().time() + spread_s > deadline:
                break
            await asyncio.sleep(spread_s)
            answers.append(await self._ask_once(read, auth, deadline))
        return answers

    async def _ask_once(self, read: Read, auth: httpx.Auth | None, deadline: float) -> Answer:
        target, began = self.targets[read], time.monotonic()
        try:
            async with asyncio.timeout_at(deadline):
                response = await self.client.get(target.url, auth=auth)
        except (TimeoutError, httpx.TimeoutException):
            return no_answer(target.asked, Cause.TOO_SLOW, _ms_since(began))
        except (UnreadableBodyError, httpx.DecodingError):
            return no_answer(target.asked, Cause.NOT_UNDERSTOOD, _ms_since(began))
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return no_answer(target.asked, Cause.UNREACHABLE, _ms_since(began), again=True)
        return read_answer(
            target.asked, response.status_code, response.headers, response.content, _ms_since(began)
        )


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)

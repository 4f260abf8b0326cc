"""The venue itself: three ports, the keys it issued, and what it has seen."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiohttp import web

from bot.demo.kucoin.answers import ROWS, Answer, not_found, refusal
from bot.demo.kucoin.endpoints import ENDPOINTS, Call, Endpoint, Host
from bot.demo.kucoin.faults import Fault, Faults, Trouble
from bot.demo.kucoin.gates import refused_with
from bot.demo.kucoin.keys import IssuedKey, Terms
from bot.demo.kucoin.ports import LOOPBACK, Port
from bot.demo.kucoin.presets import CALLER, PRESETS
from bot.demo.kucoin.quotas import Quotas
from bot.demo.kucoin.sabotage import cloudfront_403, instead_of_an_answer, spoilt
from bot.demo.kucoin.sending import reset, sent

SETTING_OF_HOST = {
    Host.SPOT: "KUCOIN_API_URL",
    Host.FUTURES: "KUCOIN_FUTURES_API_URL",
    Host.EU: "KUCOIN_EU_API_URL",
}


@dataclass(slots=True)
class SeenRequest:
    """One request as the venue remembers it; never a secret, a passphrase or a signature.

    Attributes:
        at: The venue's clock, seconds since 1970.
        host: spot, futures or eu.
        key_id: KC-API-KEY where it is a key of this venue; else its first four characters, for a
            client who swaps the fields sends a secret there.
        version: KC-API-KEY-VERSION.
        answered_code: The code of the answer; None while and where none is given.
    """

    at: float
    host: str
    method: str
    path: str
    query: str
    key_id: str | None
    version: str | None
    answered_code: str | None = None


class KuCoin:
    """A KuCoin on this machine. Made by `open`.

    Attributes:
        faults: What goes wrong.
        latency_s: Waited before each answer.
        caller_ip: Whom it takes the caller to be.
        quotas_apply: False lets a load test ask without end.
        requests: Every request, oldest first; may be cleared.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.faults = Faults(self._open_or_close_ports)
        self.latency_s = 0.0
        self.caller_ip = LOOPBACK
        self.quotas_apply = True
        self.requests: list[SeenRequest] = []
        self._clock = clock
        self._keys: dict[str, IssuedKey] = {}
        self._known: set[str] = set()
        self._quotas = Quotas()
        self._ports: dict[Host, Port] = {}
        self._closing = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
        ports: tuple[int, int, int] = (0, 0, 0),
    ) -> AsyncIterator[KuCoin]:
        """Serve on loopback; `ports` are those of spot, futures and EU, 0 for any."""
        venue = cls(clock)
        for host, number in zip(Host, ports, strict=True):
            # A client who hangs up ends what is done for it, be it waiting for ever.
            server = web.Server(partial(venue._answered, host), handler_cancellation=True, access_log=None)
            venue._ports[host] = Port(server, tls, number)
        venue._open_or_close_ports()
        try:
            yield venue
        finally:
            venue._closing.set()
            for port in venue._ports.values():
                await port.give_up()

    @property
    def url(self) -> str:
        return self._ports[Host.SPOT].url

    @property
    def futures_url(self) -> str:
        return self._ports[Host.FUTURES].url

    @property
    def eu_url(self) -> str:
        return self._ports[Host.EU].url

    @property
    def settings(self) -> dict[str, str]:
        """What the program must be told to talk to this venue."""
        return {setting: self._ports[host].url for host, setting in SETTING_OF_HOST.items()}

    def issue(
        self, preset: str = "general_only", *, created_at: datetime | None = None, **terms: Any
    ) -> IssuedKey:
        """A new key as a preset says, with other `Terms` where they are named.

        Raises:
            KeyError: no such preset.
            TypeError, ValueError: see `Terms.changed`.
        """
        kind = PRESETS[preset]
        now = datetime.fromtimestamp(self._clock(), UTC)
        agreed = kind.terms
        if kind.expires_in is not None:
            agreed = agreed.changed(expires_at=now + kind.expires_in)
        key = IssuedKey.minted(self._with_caller(agreed.changed(**terms)), created_at or now - kind.age)
        self._keys[key.key] = key
        self._known.add(key.key)
        return key

    def edit(self, key: IssuedKey, **terms: Any) -> None:
        """Change a key on the API page; its secret stays. Raises as `issue` does."""
        key.terms = self._with_caller(key.terms.changed(**terms))

    def delete(self, key: IssuedKey) -> None:
        """Delete a key on the API page; twice is once."""
        self._keys.pop(key.key, None)

    def _with_caller(self, terms: Terms) -> Terms:
        listed = (self.caller_ip if address == CALLER else address for address in terms.ip_whitelist)
        return terms.changed(ip_whitelist=tuple(listed))

    def _open_or_close_ports(self) -> None:
        for host, port in self._ports.items():
            if self.faults.closes(host):
                port.close()
            else:
                port.open()

    async def _answered(self, host: Host, request: web.BaseRequest) -> web.StreamResponse:
        endpoint = ENDPOINTS[host].get(request.path) if request.method == "GET" else None
        with_key = endpoint is not None and endpoint.permission is not None
        troubles = self.faults.striking(host, request.path, with_key)
        struck = frozenset(trouble.fault for trouble in troubles)
        call = self._call(host, request, troubles, struck)
        seen = self._seen(call)
        late_s = sum(trouble.seconds for trouble in troubles if trouble.fault is Fault.LATE)
        if wait_s := self.latency_s + late_s:
            await asyncio.sleep(wait_s)
        if Fault.DOWN in struck or Fault.SLOW in struck:
            return await self._unanswered(struck, request)
        answer = instead_of_an_answer(troubles, call) or self._honest(call, endpoint, request)
        answer = spoilt(troubles, answer)
        seen.answered_code = answer.code
        return await sent(answer, struck, request, self._closing)

    async def _unanswered(self, struck: frozenset[Fault], request: web.BaseRequest) -> web.StreamResponse:
        if Fault.DOWN not in struck:
            await self._closing.wait()
        reset(request.transport)
        return web.Response()

    def _call(
        self, host: Host, request: web.BaseRequest, troubles: list[Trouble], struck: frozenset[Fault]
    ) -> Call:
        skew_s = sum(trouble.seconds for trouble in troubles if trouble.fault is Fault.CLOCK_SKEW)
        return Call(
            host=host,
            method=request.method,
            path=request.path,
            target=request.raw_path,
            query=request.query,
            headers=request.headers,
            caller_ip=self.caller_ip,
            now_s=self._clock() + skew_s,
            key=self._keys.get(request.headers.get("KC-API-KEY", "")),
            struck=struck,
        )

    def _seen(self, call: Call) -> SeenRequest:
        key_id = call.headers.get("KC-API-KEY")
        if key_id is not None and key_id not in self._known:
            key_id = f"{key_id[:4]}…"
        seen = SeenRequest(
            at=call.now_s,
            host=call.host.value,
            method=call.method,
            path=call.path,
            query=call.target.partition("?")[2],
            key_id=key_id,
            version=call.headers.get("KC-API-KEY-VERSION"),
        )
        self.requests.append(seen)
        return seen

    def _honest(self, call: Call, endpoint: Endpoint | None, request: web.BaseRequest) -> Answer:
        if endpoint is None:
            return not_found()
        if request.can_read_body:
            return cloudfront_403()
        if endpoint.permission and (code := refused_with(call, endpoint)):
            return refusal(ROWS[code], call.caller_ip)
        return self._within_quota(call, endpoint)

    def _within_quota(self, call: Call, endpoint: Endpoint) -> Answer:
        if not self.quotas_apply:
            return endpoint.read(call)
        who = str(call.key.uid) if endpoint.permission and call.key else call.caller_ip
        allowance = self._quotas.spend(endpoint.pool, who, endpoint.weight, call.now_s)
        answer = refusal(ROWS["429000"], call.caller_ip) if allowance.remaining < 0 else endpoint.read(call)
        return answer.with_headers(**allowance.headers())

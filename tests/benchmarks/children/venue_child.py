"""The local KuCoin of a benchmark, in a process of its own: over TLS, told what to do line by line.

Each line in is JSON with one of ``issue`` (how many keys), ``latency_ms`` or ``count`` (how many
requests came since it was last asked). Each line out is the answer.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from typing import Any

from bot.demo.kucoin.answers import Answer, success
from bot.demo.kucoin.endpoints import ENDPOINTS, Call, Endpoint
from bot.demo.kucoin.venue import KuCoin

ALSO_ASKED = {
    "/api/ua/v1/account/mode": {"selfAccountMode": "CLASSIC"},
    "/api/v1/contracts/active": [],
    "/api/v1/market/allTickers": {"time": 0, "ticker": []},
    "/api/v2/symbols": [],
    "/api/v3/currencies": [],
    "/api/v3/margin/symbols": {"timestamp": 0, "items": []},
    "/api/v1/isolated/symbols": [],
    "/api/v1/hf/accounts/opened": True,
}
"""What ccxt reads before a balance. Empty here, so its real cost is higher than measured."""


def answer_also(path: str, data: Any) -> None:
    def read(_: Call) -> Answer:
        return success(data)

    for host in ENDPOINTS.values():
        host[path] = Endpoint(read, None, "Public", 0)


async def serve(certificate: str) -> None:
    for path, data in ALSO_ASKED.items():
        answer_also(path, data)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    async with KuCoin.open(tls) as venue:
        venue.quotas_apply = False
        say({name: url.replace("127.0.0.1", "localhost") for name, url in venue.settings.items()})
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(done(venue, json.loads(line)))


def done(venue: KuCoin, told: dict[str, Any]) -> Any:
    if "latency_ms" in told:
        venue.latency_s = told["latency_ms"] / 1000
    if "issue" in told:
        issued = [venue.issue() for _ in range(told["issue"])]
        return [[key.key, key.secret, key.passphrase] for key in issued]
    if "count" in told:
        seen = len(venue.requests)
        venue.requests.clear()
        return seen
    return None


def say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))

"""How long a check takes in round trips, and what it costs in raw requests; all measured in one run.

Run by hand: ``uv run python tests/benchmarks/bench_check.py``. The server is a process of its own,
speaks TLS, and answers after a fixed latency. Goals: at most 1.15 round trips at 100 ms on a warm
connection, and at most 2.5 times the processor time of one raw httpx request.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing.connection import Connection

import httpx
import trustme
from pydantic import SecretStr

from validators.exchange import Credentials
from validators.kucoin.check import connect
from validators.kucoin.endpoints import ENDPOINTS

KEY = "6a864380d5eaf900017f3e82"
CREDENTIALS = Credentials(
    SecretStr(KEY), SecretStr("f03a5284-5c39-4aaa-9b20-dea10bdcf8e3"), SecretStr("correct-horse-7")
)
DESCRIPTION = {
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
}
MOST_ROUND_TRIPS, MOST_RAW_REQUESTS = 1.15, 2.5

Deed = Callable[[], Awaitable[object]]


def _body(path: bytes) -> bytes:
    if path.endswith(b"/user/api-key"):
        return json.dumps({"code": "200000", "data": DESCRIPTION}).encode()
    if path.endswith(b"/timestamp"):
        return json.dumps({"code": "200000", "data": int(time.time() * 1000)}).encode()
    if path.endswith(b"/account-overview"):
        return b'{"code":"200000","data":{"currency":"USDT"}}'
    return b'{"code":"200000","data":[]}'


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, latency_s: float) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(latency_s)
            body = _body(head.split(b" ")[1].split(b"?")[0])
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve(latency_s: float, certificate: str, ready: Connection) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(
        lambda reader, writer: _answer(reader, writer, latency_s), "127.0.0.1", 0, ssl=context
    )
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def serve(latency_s: float, certificate: str, ready: Connection) -> None:
    """Answer like a healthy KuCoin, for ever; runs in a process of its own."""
    asyncio.run(_serve(latency_s, certificate, ready))


@contextmanager
def venue(latency_s: float, certificate: str) -> Iterator[str]:
    """A KuCoin of that latency; gives its address."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=serve, args=(latency_s, certificate, theirs), daemon=True)
    process.start()
    try:
        yield f"https://localhost:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


@asynccontextmanager
async def deeds(url: str, context: ssl.SSLContext) -> AsyncIterator[dict[str, Deed]]:
    """What is compared, each on warm connections of its own."""
    everywhere = {endpoint.setting: url for endpoint in ENDPOINTS}
    raw_url = f"{url}/api/v1/accounts"
    async with connect(everywhere, ssl_context=context) as checker, httpx.AsyncClient(verify=context) as raw:
        yield {
            "one raw httpx request": lambda: raw.get(raw_url),
            "check of Spot/Margin": lambda: checker.check(CREDENTIALS, "spot_margin"),
            "check of Futures": lambda: checker.check(CREDENTIALS, "futures"),
        }


async def wall_ms(deed: Deed, times: int) -> float:
    """The median of the time that *deed* takes."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await deed()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


async def processor_ms(deed: Deed, times: int) -> float:
    """What one *deed* costs this process, as the least of five series."""
    series = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(times):
            await deed()
        series.append((time.process_time() - began) * 1000 / times)
    return min(series)


async def measured(
    url: str, context: ssl.SSLContext, measure: Callable[[Deed, int], Awaitable[float]], times: int
) -> dict[str, float]:
    """One figure for each deed, after a warm-up."""
    async with deeds(url, context) as compared:
        for deed in compared.values():
            await wall_ms(deed, 5)
        return {name: await measure(deed, times) for name, deed in compared.items()}


def table(walls: dict[str, float], costs: dict[str, float], latency_ms: int) -> Iterator[str]:
    """The figures, as multiples of one raw request's."""
    raw_wall, raw_cost = walls["one raw httpx request"], costs["one raw httpx request"]
    yield f"{'':24}{'wall ms':>10}{f'÷ {latency_ms} ms':>10}{'÷ raw':>8}{'CPU ms':>10}{'÷ raw':>8}"
    for name, wall in walls.items():
        shares = f"{wall / latency_ms:>10.3f}{wall / raw_wall:>8.3f}{costs[name]:>10.3f}"
        yield f"{name:24}{wall:>10.1f}{shares}{costs[name] / raw_cost:>8.2f}"


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--latency-ms", type=int, default=100)
    asked.add_argument("--times", type=int, default=300)
    told = asked.parse_args()
    authority = trustme.CA()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with tempfile.TemporaryDirectory() as folder:
        certificate = f"{folder}/server.pem"
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
        with venue(told.latency_ms / 1000, certificate) as url:
            walls = asyncio.run(measured(url, context, wall_ms, 20))
        with venue(0, certificate) as url:
            costs = asyncio.run(measured(url, context, processor_ms, told.times))
    sys.stdout.writelines(f"{line}\n" for line in table(walls, costs, told.latency_ms))
    trips = max(walls.values()) / told.latency_ms
    requests = max(costs.values()) / costs["one raw httpx request"]
    return int(trips > MOST_ROUND_TRIPS or requests > MOST_RAW_REQUESTS)


if __name__ == "__main__":
    sys.exit(main())

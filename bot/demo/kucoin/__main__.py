"""Serve a KuCoin on this machine and print a key of every kind as JSON lines.

python -m bot.demo.kucoin --latency-ms 100 --ports 8101 8102 8103
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import ssl

from bot.demo.kucoin.presets import PRESETS
from bot.demo.kucoin.venue import KuCoin


def main() -> None:
    """Serve until interrupted or terminated."""
    asyncio.run(serve(_arguments()))


async def serve(told: argparse.Namespace) -> None:
    """Print the settings, then the keys, then serve."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with KuCoin.open(_tls(told), ports=tuple(told.ports)) as venue:
        venue.latency_s = told.latency_ms / 1000
        venue.quotas_apply = not told.no_quotas
        print(json.dumps({"settings": venue.settings}), flush=True)
        for line in _keys(venue, told.copies):
            print(json.dumps(line), flush=True)
        await stop.wait()


def _keys(venue: KuCoin, copies: int) -> list[dict[str, str]]:
    """`copies` of every preset; quotas count per account, so a load test wants many."""
    issued = [(slug, venue.issue(slug)) for slug in PRESETS for _ in range(copies)]
    return [
        {"preset": slug, "key": key.key, "secret": key.secret, "passphrase": key.passphrase}
        for slug, key in issued
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.demo.kucoin", description=__doc__)
    parser.add_argument("--ports", type=int, nargs=3, default=(0, 0, 0), metavar=("SPOT", "FUTURES", "EU"))
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--copies", type=int, default=1, help="keys of each kind")
    parser.add_argument("--no-quotas", action="store_true", help="never answer 429000 by itself")
    parser.add_argument("--tls-cert", help="PEM file; with --tls-key")
    parser.add_argument("--tls-key", help="PEM file; with --tls-cert")
    told = parser.parse_args()
    if (told.tls_cert is None) is not (told.tls_key is None):
        parser.error("--tls-cert and --tls-key go together")
    return told


def _tls(told: argparse.Namespace) -> ssl.SSLContext | None:
    if told.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(told.tls_cert, told.tls_key)
    return context


if __name__ == "__main__":
    main()

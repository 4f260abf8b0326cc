"""Two replicas behind one workspace under load: is everybody answered, exactly once, and in time?

    uv run python tests/benchmarks/bench_load.py                       50 a second for 60 s
    uv run python tests/benchmarks/bench_load.py --soak 10000          memory, over so many tests

Deliveries alternate between the replicas, over signed HTTP and on PostgreSQL. Slack, KuCoin, the
database and the clients share this machine's processors with them, so a table of who used how much
belongs to the answer. Exit code 1 where a client was lost or told twice, where an acknowledgement
took more than 3 seconds, or where memory kept growing; in the second case lower rates are tried,
and the highest one that was kept is told.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import psutil

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests import postgres_server
from tests.benchmarks.bench_idle import AS_USUAL
from tests.benchmarks.load import Load, load
from tests.postgres_server import Server
from tests.promise.axe import axed

MOST_GROWTH = 1.15
"""Memory in the last quarter of a soak, compared with the second: the first warms caches up."""
SEARCH_S = 20.0
LEAST_RATE = 1.0


async def measured(url: str, database: int, rate: float, count: int) -> Load:
    """Start two replicas and load them; *database* is the process that keeps PostgreSQL."""
    async with axed(url, "http", **AS_USUAL) as axe:
        replicas = [psutil.Process((await axe.start()).process.pid) for _ in range(2)]
        return await load(axe.stage, rate, count, replicas=replicas, database=psutil.Process(database))


def on_fresh_database(server: Server, rate: float, count: int) -> Load:
    """`measured`, printed."""
    with postgres_server.fresh_database(server.port) as url:
        gc.disable()  # walking through a workspace of 50,000 people holds this process up for seconds
        done = asyncio.run(measured(url, server.keeper.pid, rate, count))
    print(f"{rate:g} a second, {count} submissions\n{done}\n", flush=True)
    return done


def searched(rate: float) -> Iterable[float]:
    """The rates to try below one that was too much, in the order of trying."""
    while (rate := rate / 2) >= LEAST_RATE:
        yield rate
        if rate * 0.75 >= LEAST_RATE:
            yield rate * 0.75


def highest_kept(server: Server, rate: float) -> float | None:
    """The highest of the rates below *rate* that are tried at which every answer was in time."""
    for lower in sorted(searched(rate), reverse=True):
        done = on_fresh_database(server, lower, max(1, int(lower * SEARCH_S)))
        if done.right and done.in_time:
            return lower
    return None


def verdict(done: Load, *, soak: bool) -> list[str]:
    """What was not kept, in sentences."""
    broken = []
    if not done.right:
        broken.append(f"NOT KEPT: {done.lost} lost, {done.doubled} told twice, {done.silent} saw nothing.")
    if not done.in_time:
        broken.append(
            f"NOT KEPT: {done.late} of {done.asked} deliveries were not answered within 3 s, "
            f"and {done.turned_away} clients were told to try again."
        )
    if soak and done.growth > MOST_GROWTH:
        broken.append(f"NOT KEPT: memory grew {done.growth:.2f} times.")
    return broken


def main(arguments: list[str] | None = None) -> int:
    """Measure and print tables, the last line being the answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=float, default=50.0, help="submissions a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--soak", type=int, default=0, help="so many submissions, however long it takes")
    parser.add_argument("--no-search", action="store_true", help="try no lower rates")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server.running())
        count = options.soak or max(1, int(options.rate * options.seconds))
        done = on_fresh_database(server, options.rate, count)
        broken = verdict(done, soak=bool(options.soak))
        print(*broken or [f"Kept at {options.rate:g} a second."], sep="\n", flush=True)
        if not done.in_time and not options.no_search:
            print(f"Held with every answer in time: {highest_kept(server, options.rate) or 'none'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

"""What a keydesk costs that has nothing to do: processor and memory.

    uv run python tests/benchmarks/bench_idle.py [--seconds 20]

The promise: at most 5 % of one core and 150 MiB, on either database. Exit code 1 where it is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.tempo import USUAL_TEMPO
from tests import postgres_server
from tests.promise.axe import axed

MOST_CPU, MOST_MIB = 0.05, 150.0
SETTLE_S = 5.0
AS_USUAL = {name: getattr(USUAL_TEMPO, name) for name in ("pace_s", "sweep_s", "farewell_s")}


@dataclass(frozen=True)
class Cost:
    """What an idle process used.

    Attributes:
        cpu: Share of one core.
        mib: Resident memory.
    """

    cpu: float
    mib: float

    @property
    def kept(self) -> bool:
        return self.cpu <= MOST_CPU and self.mib <= MOST_MIB


async def cost_of_idling(database_url: str | None, seconds: float, settle_s: float = SETTLE_S) -> Cost:
    """Start one, leave it alone, and look after *seconds* how much processor time it has used."""
    async with axed(database_url, **AS_USUAL) as axe:
        process = psutil.Process((await axe.start()).process.pid)
        await asyncio.sleep(settle_s)
        before = process.cpu_times()
        await asyncio.sleep(seconds)
        after = process.cpu_times()
        used_s = after.user + after.system - before.user - before.system
        return Cost(used_s / seconds, process.memory_info().rss / 2**20)


def main(arguments: list[str] | None = None) -> int:
    """Measure on both databases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args(arguments)
    print(f"{'':12} {'of a core':>10} {'memory':>12}")
    kept = True
    for name in ("SQLite", "PostgreSQL"):
        with ExitStack() as stack:
            url = None
            if name == "PostgreSQL":
                server = stack.enter_context(postgres_server.running())
                url = stack.enter_context(postgres_server.fresh_database(server.port))
            cost = asyncio.run(cost_of_idling(url, options.seconds))
        print(f"{name:12} {cost.cpu:9.1%} {cost.mib:8.0f} MiB{'' if cost.kept else '   more than promised'}")
        kept = kept and cost.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())

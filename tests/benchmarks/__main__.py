"""Every benchmark by one command: prints tables, writes JSON to ``.bench/``.

    uv run python -m tests.benchmarks [NAME …] [--full]

Every figure is a ratio within one run, taken in turn with what it is compared to; ± is what the run
itself saw of noise. Exit code 1 where a goal is missed by more than that.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from bot.log import configure
from tests.benchmarks.figures import Table


def benchmarks(*, full: bool, submissions: int | None = None) -> dict[str, Callable[[], Table]]:
    """Each by its name; imported when asked for."""
    from tests.benchmarks.deliveries import deliveries
    from tests.benchmarks.imports import imports
    from tests.benchmarks.many import many
    from tests.benchmarks.size import memory, size
    from tests.benchmarks.start import start
    from tests.benchmarks.verdict import verdict
    from tests.benchmarks.whole import whole

    return {
        "verdict": verdict,
        "start": start,
        "many": many,
        "whole": whole,
        "deliveries": deliveries,
        "memory": lambda: memory(submissions or (50_000 if full else 1_000)),
        "size": lambda: size(1_000_000 if full else 100_000),
        "imports": imports,
    }


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help="of benchmarks; all of them without")
    parser.add_argument("--full", action="store_true", help="50,000 submissions and 1,000,000 attempts")
    parser.add_argument("--submissions", type=int, help="so many for the memory, instead of 1,000")
    told = parser.parse_args()
    known = benchmarks(full=told.full, submissions=told.submissions)
    if unknown := set(told.names) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    configure("ERROR", "console")
    kept = True
    for name in told.names or known:
        table = known[name]()
        table.keep()
        print(table, flush=True)
        kept = kept and all(goal.kept for goal in table.goals)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())

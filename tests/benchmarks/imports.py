"""The start of ``keydesk serve``: what it imports, by package, and that nothing heavy is among it unused."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections import Counter

from tests.benchmarks.figures import Goal, Ratio, Table, middle
from tests.benchmarks.talking import TOP
from tests.promise.axe import axed

ROUNDS = 3
UNUSED = ("matplotlib", "numpy", "aiosmtplib", "bot.demo", "opentelemetry", "pandas", "respx", "pytest")
"""Needed for a chart, a demo or a test, never for the start."""
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")
SHOWN = 14


def imported(module: str) -> Counter[str]:
    """Microseconds that each module of *module*'s start takes by itself."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        capture_output=True,
        text=True,
        cwd=TOP,
        check=True,
    )
    return Counter({name: int(own) for own, name in LINE.findall(done.stderr)})


def unused(modules: Counter[str]) -> list[str]:
    """What is imported and should not be."""
    return sorted(name for name in modules if name.startswith(UNUSED))


def imports(rounds: int = ROUNDS) -> Table:
    """Each package's share of the import of everything that `keydesk serve` needs."""
    imported("bot.serving")  # once before, so that the files are read and compiled
    runs = [imported("bot.serving") for _ in range(rounds)]
    shares = [_by_package(run) for run in runs]
    packages = sorted(shares[0], key=lambda name: -middle([share[name] for share in shares]))
    rows = [[name, f"{middle([share[name] for share in shares]):.1%}"] for name in packages[:SHOWN]]
    rows.append(["all imports, of the time from start to ready", str(_of_the_start(rounds))])
    goals = [Goal("modules that are imported and not used", Ratio(len(unused(runs[0])), 0), at_most=0)]
    return Table("imports", "Imports of keydesk serve", ["package", "share of the time"], rows, goals)


def _of_the_start(rounds: int) -> Ratio:
    """How much of the time until it is ready goes into imports; the rest is database, engine and Slack."""
    taken = [(_seconds_to_import(), asyncio.run(_seconds_to_ready())) for _ in range(rounds)]
    return Ratio.of([importing for importing, _ in taken], [ready for _, ready in taken])


def _seconds_to_import() -> float:
    """Until all is imported: to end a process takes time too, which is no part of a start."""
    began = time.perf_counter()
    code = "import bot.serving; print('done', flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=TOP, stdout=subprocess.PIPE) as child:
        if child.stdout is None or child.stdout.readline() != b"done\n":
            raise RuntimeError("the import did not end")
        return time.perf_counter() - began


async def _seconds_to_ready() -> float:
    async with axed() as axe:
        began = time.perf_counter()
        await axe.start()
        return time.perf_counter() - began


def _by_package(modules: Counter[str]) -> Counter[str]:
    total = sum(modules.values())
    packages: Counter[str] = Counter()
    for name, own in modules.items():
        packages[name.partition(".")[0]] += own / total  # type: ignore[assignment] # shares, not counts
    return packages

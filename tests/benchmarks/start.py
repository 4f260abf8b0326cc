"""One check from the start of a process to its end: ``keydesk check`` against the peers."""

from __future__ import annotations

import os
import subprocess
import time
from collections import defaultdict

from tests.benchmarks.figures import Goal, Ratio, Table, middle
from tests.benchmarks.peers import OURS, PEERS, Candidate, NotInstalled, python_of
from tests.benchmarks.talking import CHILDREN, TOP, Venue, venue

ROUNDS = 5
LATENCY_MS = 100


def start(rounds: int = ROUNDS, candidates: tuple[Candidate, ...] = (OURS, *PEERS)) -> Table:
    """Imports, trust, connection, verdict, words: all that a person waits for at a prompt."""
    taken: dict[str, list[float]] = defaultdict(list)
    missing: dict[str, str] = {}
    with venue() as local:
        local.latency(LATENCY_MS)
        for _ in range(rounds):
            for candidate in candidates:
                try:
                    taken[candidate.name].append(_once(candidate, local))
                except (NotInstalled, subprocess.CalledProcessError) as why:
                    missing[candidate.name] = type(why).__name__
    peers = [name for name in taken if name != "ours" and name not in missing]
    titles = {candidate.name: candidate.title for candidate in candidates}
    rows = [[titles[name], str(Ratio.of(walls, taken["ours"]))] for name, walls in taken.items()]
    rows += [[titles[name], why] for name, why in missing.items()]
    goals = []
    if peers:
        fastest = min(peers, key=lambda name: middle(taken[name]))
        ratio = Ratio.of(taken["ours"], taken[fastest])
        goals.append(Goal(f"keydesk check ÷ the fastest peer ({fastest})", ratio, at_most=1.0))
    return Table("start", "From process start", ["one check", "÷ keydesk check"], rows, goals)


def _once(candidate: Candidate, local: Venue) -> float:
    key = local.keys(1)[0]
    is_ours = candidate is OURS
    given = ["terminal"] if is_ours else [candidate.name, *key]
    began = time.perf_counter()
    subprocess.run(
        [str(python_of(candidate)), str(CHILDREN / "once.py"), *given],
        input="\n".join(key) + "\n" if is_ours else "",
        env={**os.environ, **local.environment},
        cwd=TOP,
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - began

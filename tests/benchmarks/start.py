"""One check from the start of a process to its end: our two commands against the peers."""

from __future__ import annotations

import os
import subprocess
import time
from collections import defaultdict

from tests.benchmarks.figures import Goal, Ratio, Table, middle
from tests.benchmarks.peers import PEERS, Candidate, NotInstalled, python_of
from tests.benchmarks.talking import CHILDREN, TOP, Venue, venue

ROUNDS = 5
LATENCY_MS = 100
KEYDESK = Candidate("keydesk", "keydesk check (2 requests)")
COMMANDS = (KEYDESK, Candidate("validators", "python -m validators (2 requests)"))
ONE_REQUEST = "rotki"
"""Rotki asks one question today; asked twice it learns what ours learns. Ours is held to both."""


def start(rounds: int = ROUNDS, peers: tuple[Candidate, ...] = PEERS) -> Table:
    """Imports, trust, connection, verdict, words: all that a person waits for at a prompt."""
    taken: dict[str, list[float]] = defaultdict(list)
    missing: dict[str, str] = {}
    with venue() as local:
        local.latency(LATENCY_MS)
        for _ in range(rounds):
            for candidate in (*COMMANDS, *peers):
                try:
                    taken[candidate.name].append(_once(candidate, local))
                except (NotInstalled, subprocess.CalledProcessError) as why:
                    missing[candidate.name] = type(why).__name__
    titles = {candidate.name: candidate.title for candidate in (*COMMANDS, *peers)}
    whole = {name: walls for name, walls in taken.items() if name not in missing}
    rows = [[titles[name], str(Ratio.of(walls, taken[KEYDESK.name]))] for name, walls in whole.items()]
    rows += [[titles[name], why] for name, why in missing.items()]
    return Table("start", "From process start", ["one check", "÷ keydesk check"], rows, _goals(whole, titles))


def _goals(taken: dict[str, list[float]], titles: dict[str, str]) -> list[Goal]:
    """Each of our commands against the fastest peer, of all and of those that ask as much."""
    ours = [command.name for command in COMMANDS]
    peers = sorted((name for name in taken if name not in ours), key=lambda name: middle(taken[name]))
    asking_twice = [name for name in peers if name != ONE_REQUEST]
    fastest = dict.fromkeys(peers[:1] + asking_twice[:1])
    return [
        Goal(f"{titles[mine]} ÷ {titles[peer]}", Ratio.of(taken[mine], taken[peer]), at_most=1.0)
        for peer in fastest
        for mine in ours
    ]


def _once(candidate: Candidate, local: Venue) -> float:
    key = local.keys(1)[0]
    is_ours = candidate in COMMANDS
    given = [candidate.name] if is_ours else [candidate.name, *key]
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

"""1, 10, 100 and 1,000 checks at once in one process: how many a second, and what each costs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from tests.benchmarks.figures import Goal, Ratio, Table, middle
from tests.benchmarks.peers import OURS, PEERS, Candidate
from tests.benchmarks.talking import Talker, Venue, venue
from tests.benchmarks.verdict import LATENCY_MS, started

SIZES = (1, 10, 100, 1000)
ROUNDS = 3
AT_LEAST = 3.0
"""Times as many a second as any peer, wherever both are limited by their own processor time."""

Found = dict[tuple[str, int], list[dict[str, Any]]]


def many(
    rounds: int = ROUNDS, candidates: tuple[Candidate, ...] = (OURS, *PEERS), sizes: tuple[int, ...] = SIZES
) -> Table:
    """Rate and cost by how many are in flight; peers up to what they can bear."""
    found: Found = {}
    with venue() as local, ExitStack() as stack:
        talkers, missing = started(stack, local, candidates)
        local.latency(LATENCY_MS)
        able = {candidate.name: candidate.most_at_once for candidate in candidates}
        for _ in range(rounds):
            for at_once in sizes:
                for name, talker in talkers.items():
                    if at_once <= able[name]:
                        found.setdefault((name, at_once), []).append(_round(talker, local, at_once))
    titles = {candidate.name: candidate.title for candidate in candidates}
    rows = [[titles[name], *(_cell(found, name, size) for size in sizes)] for name in talkers]
    rows += [[titles[name], why, "", "", ""] for name, why in missing.items()]
    heads = ["checks a second ÷ ours · CPU of each ÷ ours at 10", *(f"{size:,} at once" for size in sizes)]
    return Table("many", "Many at once, 100 ms latency", heads, rows, _goals(found, sizes))


def _round(talker: Talker, local: Venue, at_once: int) -> dict[str, Any]:
    count = max(at_once, 3)
    told: dict[str, Any] = talker.ask(keys=local.keys(count), at_once=at_once)
    return told | {"rate": count / told["total_s"], "cpu": told["cpu_s"] / count}


def _of(found: Found, name: str, size: int, what: str) -> list[float]:
    return [told[what] for told in found[name, size]]


def _ratio(found: Found, what: str, one: tuple[str, int], other: tuple[str, int]) -> Ratio:
    return Ratio.of(_of(found, *one, what), _of(found, *other, what))


def _cell(found: Found, name: str, size: int) -> str:
    if (name, size) not in found:
        return "–"
    rate = _ratio(found, "rate", (name, size), ("ours", size)).value
    cost = _ratio(found, "cpu", (name, size), ("ours", 10)).value
    errors = sum(told["errors"] for told in found[name, size])
    return f"{rate:.2f} · {cost:.1f}{f' · {errors} errors' if errors else ''}"


def _goals(found: Found, sizes: tuple[int, ...]) -> list[Goal]:
    most = sizes[-1]
    growth = _ratio(found, "cpu", ("ours", most), ("ours", 10))
    goals = [Goal(f"CPU of each check at {most:,} at once ÷ at 10", growth, at_most=1.25)]
    errors = sum(told["errors"] for (name, _), rounds in found.items() if name == "ours" for told in rounds)
    goals.append(Goal("errors of ours", Ratio(errors, 0), at_most=0))
    peers = {name for name, _ in found if name != "ours"}
    for size in [size for size in sizes if size >= 100]:
        there = [name for name in peers if (name, size) in found]
        if there:
            best = max(there, key=lambda name: middle(_of(found, name, size, "rate")))
            ratio = _ratio(found, "rate", ("ours", size), (best, size))
            goals.append(
                Goal(f"checks a second at {size:,} ÷ the best peer ({best})", ratio, at_least=AT_LEAST)
            )
    return goals

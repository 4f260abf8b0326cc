"""One check in a warm process, and many at once: ours against the peers, on one local KuCoin."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from typing import Any

from tests.benchmarks.figures import Goal, Ratio, Table, middle
from tests.benchmarks.peers import FLOOR, OURS, PEERS, RAW, Candidate, NotInstalled, at_work, version_of
from tests.benchmarks.talking import Broken, Talker, Venue, venue

ROUNDS = 7
LATENCY_MS = 100

Rounds = dict[str, list[dict[str, Any]]]
Missing = dict[str, str]


def verdict(rounds: int = ROUNDS, candidates: tuple[Candidate, ...] = (FLOOR, RAW, OURS, *PEERS)) -> Table:
    """Wall, processor time, requests and round trips of one check, each of a key never seen before."""
    with venue() as local, ExitStack() as stack:
        talkers, missing = started(stack, local, candidates)
        slow = taken_in_turn(talkers, local, LATENCY_MS, rounds, each=4)
        fast = taken_in_turn(talkers, local, 0, rounds, each=10)
    titles = {candidate.name: candidate for candidate in candidates}
    rows = [_row(titles[name], slow, fast) for name in slow]
    rows += [[titles[name].title, why, "", "", "", "", ""] for name, why in missing.items()]
    heads = ["one check, warm, TLS", "requests", "÷ one trip, 100 ms", "CPU ÷ raw httpx"]
    heads += ["0 ms: ÷ ours", "errors", "version"]
    return Table("verdict", "One check", heads, rows, _goals(slow, fast))


def started(
    stack: ExitStack, local: Venue, candidates: tuple[Candidate, ...]
) -> tuple[dict[str, Talker], Missing]:
    """Those that work, warm; the others with the reason why they do not."""
    talkers: dict[str, Talker] = {}
    missing: Missing = {}
    for candidate in candidates:
        try:
            talkers[candidate.name] = stack.enter_context(at_work(candidate, local))
        except NotInstalled as why:
            missing[candidate.name] = f"not installed: {why}"
        except Broken as why:
            missing[candidate.name] = f"did not work: {str(why).splitlines()[0]}"
    return talkers, missing


def taken_in_turn(
    talkers: dict[str, Talker], local: Venue, latency_ms: float, rounds: int, each: int
) -> Rounds:
    """Every candidate once in each round, so that all meet the same machine."""
    local.latency(latency_ms)
    found: Rounds = defaultdict(list)
    for _ in range(rounds):
        for name, talker in talkers.items():
            local.requests()
            told = talker.ask(keys=local.keys(each), at_once=1)
            told["requests"] = local.requests() / each
            told["wall"] = min(told["wall_ms"])  # what others on this machine add is no part of it
            told["cpu"] = told["cpu_s"] * 1000 / each
            found[name].append(told)
    return found


def of_each(rounds: Rounds, name: str, what: str) -> list[float]:
    return [told[what] for told in rounds[name]]


def compared(rounds: Rounds, name: str, with_name: str, what: str) -> Ratio:
    return Ratio.of(of_each(rounds, name, what), of_each(rounds, with_name, what))


def _row(candidate: Candidate, slow: Rounds, fast: Rounds) -> list[str]:
    name = candidate.name
    return [
        candidate.title,
        f"{middle(of_each(slow, name, 'requests')):.0f}",
        str(compared(slow, name, FLOOR.name, "wall")),
        str(compared(fast, name, RAW.name, "cpu")),
        str(compared(fast, name, OURS.name, "wall")),
        str(sum(told["errors"] for told in [*slow[name], *fast[name]])),
        version_of(candidate),
    ]


def _goals(slow: Rounds, fast: Rounds) -> list[Goal]:
    goals = [
        Goal("whole check ÷ one round trip at 100 ms", compared(slow, "ours", "floor", "wall"), at_most=1.05),
        Goal("CPU of a whole check ÷ one raw httpx request", compared(fast, "ours", "raw_httpx", "cpu"), 1.5),
    ]
    peers = [peer.name for peer in PEERS if peer.name in slow]
    if peers:
        fastest = min(peers, key=lambda name: middle(of_each(slow, name, "wall")))
        ratio = compared(slow, "ours", fastest, "wall")
        goals.append(Goal(f"whole check ÷ the fastest peer ({fastest})", ratio, at_most=1.0))
    return goals

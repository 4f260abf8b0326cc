"""The promise under the axe: clients submit while keydesk is killed, frozen and started again.

    uv run python tests/promise/killing.py                            all of it, on both databases
    uv run python tests/promise/killing.py --kills 20 --only postgres takeover freeze

Prints a line for each kill and a table at the end: promised, lost, doubled. Exit code 1 where
anything was lost or doubled. PostgreSQL is Debian's, started on a free port for as long as it runs.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests import postgres_server
from tests.promise.axe import Axe, axed
from tests.promise.clients import Tally, judged, submit_all

OVER_S = 2.0
LATEST_KILL_S = 3.0
A_STAGE_LASTS = 10
"""Kills. With thousands of people on it the workspace itself would be what is slow."""


@dataclass(frozen=True)
class Scenario:
    """One way to harm keydesk.

    Attributes:
        replicas: How many run; one that was killed comes back only where it is the only one, or
            for the next kill.
        freeze_s: Frozen for so long instead of killed; longer than a lease, and than that of a lane.
    """

    title: str
    postgres: bool
    replicas: int = 1
    freeze_s: float | None = None
    tempo: dict[str, float] = field(default_factory=dict)


SCENARIOS = {
    "sqlite": Scenario("one process, SQLite, killed and started again", postgres=False),
    "postgres": Scenario("one process, PostgreSQL, killed and started again", postgres=True),
    "takeover": Scenario("two replicas, one killed for good", postgres=True, replicas=2),
    "freeze": Scenario(
        "two replicas, one frozen for longer than its leases",
        postgres=True,
        replicas=2,
        freeze_s=9.0,
        tempo={"lease_s": 3.0, "lane_s": 6.0},
    ),
}


async def one_run(axe: Axe, scenario: Scenario, clients: int, at_s: float, run: int) -> Tally:
    """*clients* submit within some seconds; one keydesk is harmed in between."""
    stage = axe.stage
    while len(axe.children) < scenario.replicas:
        await axe.start()
    people = [stage.slack.add_person(f"Client {run:03}-{place:02}") for place in range(clients)]
    submitting = asyncio.create_task(submit_all(stage, people, OVER_S))
    await asyncio.sleep(at_s)
    if scenario.freeze_s is not None:
        await axe.freeze(0, scenario.freeze_s)
    else:
        await axe.kill(0)
        if scenario.replicas == 1:
            await axe.start()
    return await judged(stage, people, await submitting)


async def sweep(scenario: Scenario, url: str | None, kills: Sequence[float], clients: int) -> Tally:
    """Harm after harm, at the given moments, on one stage."""
    total = Tally()
    mode = "http" if scenario.replicas > 1 else "socket"
    async with axed(url, mode, **scenario.tempo) as axe:
        for run, at_s in enumerate(kills):
            began = time.monotonic()
            tally = await one_run(axe, scenario, clients, at_s, run)
            total.add(tally)
            took_s = time.monotonic() - began
            print(f"{scenario.title}   at {at_s:4.2f} s   {tally}   {took_s:5.1f} s", flush=True)
            for name in (*tally.lost, *tally.doubled):
                print(f"   {name}", flush=True)
    return total


def swept(scenario: Scenario, kills: int, clients: int, seed: int) -> Tally:
    """All kills of one scenario, on a fresh stage and a fresh database every ten."""
    chance, total = random.Random(seed), Tally()
    moments = [chance.uniform(0.0, LATEST_KILL_S) for _ in range(kills)]
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server.running()) if scenario.postgres else None
        for start in range(0, kills, A_STAGE_LASTS):
            some = moments[start : start + A_STAGE_LASTS]
            with ExitStack() as fresh:
                url = fresh.enter_context(postgres_server.fresh_database(server.port)) if server else None
                total.add(asyncio.run(sweep(scenario, url, some, clients)))
    return total


def table(rows: Sequence[tuple[Scenario, int, int, Tally, float]]) -> str:
    """What came of it, a line for each scenario."""
    head = f"{'':52} {'kills':>6} {'clients':>8} {'promised':>9} {'lost':>5} {'doubled':>8} {'longest':>9}"
    lines = [
        f"{scenario.title:52} {kills:6} {kills * clients:8} {tally.promised:9} "
        f"{len(tally.lost):5} {len(tally.doubled):8} {tally.longest_s:7.1f} s"
        for scenario, kills, clients, tally, _ in rows
    ]
    return "\n".join([head, *lines])


def main(arguments: list[str] | None = None) -> int:
    """Run the sweeps and print their table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--clients", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=[*SCENARIOS], default=[*SCENARIOS])
    options = parser.parse_args(arguments)
    rows = []
    for name in options.only:
        began = time.monotonic()
        tally = swept(SCENARIOS[name], options.kills, options.clients, options.seed)
        rows.append((SCENARIOS[name], options.kills, options.clients, tally, time.monotonic() - began))
    print(table(rows), flush=True)
    return 1 if any(tally.lost or tally.doubled for *_, tally, _ in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

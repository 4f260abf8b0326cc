"""What the benchmarks promise, measured in short: a ratio may miss its bound by this run's noise alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import psutil
import pytest

from tests.benchmarks import deliveries, imports, many, size, start, verdict, whole
from tests.benchmarks.figures import Goal, Ratio, Table
from tests.benchmarks.peers import FLOOR, OURS, RAW, TWO_READS

Measure = Callable[[], Table]

MEASURES: dict[str, Measure] = {
    "one check": lambda: verdict.verdict(rounds=5, candidates=(FLOOR, RAW, OURS)),
    "from the start of a process": lambda: start.start(rounds=7, peers=(TWO_READS,)),
    "many at once": lambda: many.many(rounds=3, candidates=(OURS,), sizes=(10, 100)),
    "deliveries": lambda: deliveries.deliveries(rounds=9),
    "a long past": lambda: size.size(20_000, rounds=5),
    "imports": lambda: imports.imports(rounds=3),
}
WAITING: dict[str, Measure] = {"the whole way": lambda: whole.whole(rounds=9, in_flight=40)}
"""What waits for the disk and for every process of this machine: no ratio bears with neighbours there."""
QUIET_PERCENT = 25.0


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURES)
async def test_a_promised_ratio_is_kept_give_or_take_the_noise(name: str) -> None:
    await _kept(MEASURES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", WAITING)
async def test_a_promised_ratio_is_kept_on_a_machine_of_our_own(name: str) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.skip("other tests run beside this one")
    if (busy := await asyncio.to_thread(psutil.cpu_percent, 1.0)) > QUIET_PERCENT:
        pytest.skip(f"others use {busy:.0f} % of this machine")
    await _kept(WAITING[name])


async def _kept(measure: Measure) -> None:
    missed = await asyncio.to_thread(_missed, measure)
    if missed:
        # Somebody else may have had the machine for a moment; a real loss is there the second time as well.
        again = await asyncio.to_thread(_missed, measure)
        missed = {goal: told for goal, told in again.items() if goal in missed}

    assert not missed, list(missed.values())


def _missed(measure: Measure) -> dict[str, str]:
    table = measure()
    if not table.goals:
        pytest.skip("what it is compared to could not be installed here")
    return {goal.name: str(goal) for goal in table.goals if not goal.kept}


@pytest.mark.parametrize(
    ("ratio", "kept"),
    [(Ratio(1.0, 0.0), True), (Ratio(1.2, 0.25), True), (Ratio(1.2, 0.1), False)],
    ids=["within", "within the noise", "beyond the noise"],
)
def test_a_goal_is_missed_only_beyond_the_noise(ratio: Ratio, kept: bool) -> None:
    assert Goal("a ratio", ratio, at_most=1.05).kept is kept
    assert Goal("its inverse", Ratio(-ratio.value, ratio.noise), at_least=-1.05).kept is kept


def test_noise_is_what_pairs_of_one_run_differ_by() -> None:
    calm, rough = Ratio.of([2.0] * 8, [1.0] * 8), Ratio.of([1, 3, 1, 3, 1, 3, 1, 3], [1.0] * 8)

    assert (calm.value, calm.noise) == (2.0, 0.0)
    assert rough.noise > 0.5

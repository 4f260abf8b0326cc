"""What the benchmarks promise, measured in short: a ratio may miss its bound by this run's noise alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.benchmarks import imports, many, verdict
from tests.benchmarks.figures import Goal, Ratio, Table
from tests.benchmarks.peers import FLOOR, OURS, RAW

Measure = Callable[[], Table]

MEASURES: dict[str, Measure] = {
    "one check": lambda: verdict.verdict(rounds=5, candidates=(FLOOR, RAW, OURS)),
    "many at once": lambda: many.many(rounds=3, candidates=(OURS,), sizes=(10, 100)),
    "imports": lambda: imports.imports(rounds=3),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURES)
async def test_a_promised_ratio_is_kept_give_or_take_the_noise(name: str) -> None:
    missed = await asyncio.to_thread(_missed, MEASURES[name])
    if missed:
        # Somebody else may have had the machine for a moment; a real loss is there the second time as well.
        again = await asyncio.to_thread(_missed, MEASURES[name])
        missed = {goal: told for goal, told in again.items() if goal in missed}

    assert not missed, list(missed.values())


def _missed(measure: Measure) -> dict[str, str]:
    return {goal.name: str(goal) for goal in measure().goals if not goal.kept}


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

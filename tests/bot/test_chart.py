"""The chart can be read on any background, with any eyes, and without seeing it at all."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from bot.chart import DPI, LONGEST_ALT_TEXT, SIZE_IN, STYLES, ChartsNotInstalled, describe, draw
from bot.stats import WORDS, Stats
from bot.stats.numbers import periods_of
from validators.diagnosis import Requirement

UNTIL = datetime(2026, 11, 22, 19, tzinfo=UTC)


def failures(days: float = 7, *, requirements: int = 3, steps: int = 2, most: int = 5) -> Stats:
    """Stats of the last *days* in which each next requirement and step failed less often."""
    since = UNTIL - timedelta(days=days)
    periods = periods_of(since, UNTIL, UTC)

    def counts(rank: int) -> tuple[int, ...]:
        before_last = (max(0, most - rank - place % 3) for place in range(len(periods) - 1))
        return (*before_last, 1)

    return Stats(
        since=since,
        until=UNTIL,
        periods=periods,
        by_requirement={
            requirement: counts(n) for n, requirement in enumerate(list(Requirement)[:requirements])
        },
        by_step={f"Guide, Step {n + 1}": counts(n) for n in range(steps)},
    )


def pixels(png: bytes) -> Any:
    """Height × width × (red, green, blue, alpha), from 0 to 1."""
    return imread(BytesIO(png), format="png")


def shows(picture: Any, colour: str) -> bool:
    return bool((np.abs(picture[..., :3] - to_rgb(colour)).max(axis=-1) < 0.02).sum() > 50)


@pytest.fixture(scope="module")
def picture() -> Any:
    return pixels(draw(failures(), "Failed tests in 7 days"))


def test_a_chart_is_a_png_of_the_size_that_slack_shows_whole(picture: Any) -> None:
    height, width, _ = picture.shape

    assert (width, height) == (round(SIZE_IN[0] * DPI), round(SIZE_IN[1] * DPI))


def test_a_chart_brings_its_own_background(picture: Any) -> None:
    assert picture[..., 3].min() == 1, "a see-through chart cannot be read in dark mode"
    for corner in (picture[0, 0], picture[0, -1], picture[-1, 0], picture[-1, -1]):
        assert tuple(corner) == (1, 1, 1, 1)


def test_every_series_is_drawn(picture: Any) -> None:
    assert [shows(picture, colour) for colour, _pattern in STYLES[:4]] == [True, True, True, False]


def test_colour_is_never_the_only_sign() -> None:
    colours, patterns = zip(*STYLES, strict=True)

    assert len(set(patterns)) == len(set(colours)) == len(STYLES)


@pytest.mark.parametrize(
    "stats",
    [
        pytest.param(failures(0.5), id="half a day"),
        pytest.param(failures(31, requirements=9, steps=8), id="days"),
        pytest.param(failures(90, requirements=9, steps=12), id="weeks"),
        pytest.param(failures(2000, requirements=1, steps=1), id="years"),
        pytest.param(failures(30, requirements=0, steps=0), id="nothing failed"),
        pytest.param(failures(7, most=90_000), id="very many"),
    ],
)
def test_any_period_can_be_drawn(stats: Stats) -> None:
    assert pixels(draw(stats, "Any title"))[0, 0].tolist() == [1, 1, 1, 1]


def test_no_name_is_taken_for_a_formula() -> None:
    broken_formula = "$\\frac$"

    assert draw(replace(failures(), by_step={broken_formula: (1,) * 8}), broken_formula)


def test_the_same_numbers_make_the_same_file() -> None:
    assert draw(failures(), "One") == draw(failures(), "One")


async def test_several_people_may_ask_at_once() -> None:
    charts = await asyncio.gather(*(asyncio.to_thread(draw, failures(), "One") for _ in range(3)))

    assert len(set(charts)) == 1


def test_nothing_heavy_is_loaded_before_a_chart_is_drawn() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "import sys, bot.chart; print('matplotlib' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.strip() == "False"


def test_drawing_needs_no_screen_and_no_global_state() -> None:
    assert "matplotlib.figure" in sys.modules
    assert "matplotlib.pyplot" not in sys.modules


def test_a_missing_extra_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(ChartsNotInstalled):
        draw(failures(), "One")


def test_the_chart_is_told_in_words() -> None:
    stats = failures(7, requirements=2, steps=2)

    assert describe(stats) == (
        "Bar chart of failed tests, 15 Nov to 22 Nov 2026. "
        "By step of the guide: Guide, Step 1: 30 (most on 15 Nov: 5); Guide, Step 2: 23. "
        "By requirement that was not met: Key found: 30 (most on 15 Nov: 5); Secret matches: 23."
    )


@pytest.mark.parametrize(
    ("days", "when"),
    [
        (31, "most on 22 Oct:"),
        (90, "most in the week from 24 Aug:"),
        (800, "most in the four weeks from 13 Sep 2024:"),
    ],
)
def test_the_words_name_the_worst_period(days: int, when: str) -> None:
    assert when in describe(failures(days))


def test_the_words_say_when_nothing_failed() -> None:
    assert describe(failures(requirements=0, steps=0)) == (
        "Bar chart of failed tests, 15 Nov to 22 Nov 2026: there were none."
    )


def test_what_is_too_much_for_a_legend_is_told_together() -> None:
    told = describe(failures(90, requirements=9, steps=12))

    assert re.search(r"Guide, Step 7: \d+; 5 others: \d+\. By requirement", told)


def test_every_requirement_has_words() -> None:
    assert set(WORDS) == set(Requirement)


@settings(max_examples=50)
@given(names=st.lists(st.text(max_size=300), min_size=1, max_size=20, unique=True))
def test_the_words_fit_into_an_alt_text(names: list[str]) -> None:
    stats = failures(requirements=9)
    counts = next(iter(stats.by_requirement.values()))

    told = describe(
        Stats(
            stats.since,
            UNTIL,
            periods=stats.periods,
            by_requirement=stats.by_requirement,
            by_step=dict.fromkeys(names, counts),
        )
    )

    assert 0 < len(told) <= LONGEST_ALT_TEXT

"""The numbers as a picture: which step of the guide, and which requirement, people fail at.

matplotlib is an extra (``charts``) and slow to import, so it is imported when a chart is drawn.
`draw` takes about a second of CPU: run it in a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from bot.refusal import Refusal
from bot.stats import WORDS, Stats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE_IN, DPI, MARGIN_IN = (9.6, 8.4), 125, 0.15
MOST_SERIES = 7
MOST_TICKS = 9
FEWEST_PLACES = 5
LONGEST_ALT_TEXT = 2_000
"""Slack's limit for the alt text of an image block."""

INK, PAPER, LINE = "#1d1c1d", "#ffffff", "#c8c8c8"

# Okabe and Ito, "Color Universal Design": told apart with every kind of colour blindness. The
# patterns tell them apart without any colour.
STYLES = (
    ("#0072b2", ""),
    ("#e69f00", "//"),
    ("#009e73", ".."),
    ("#cc79a7", "xx"),
    ("#56b4e9", "\\\\"),
    ("#f0e442", "--"),
    ("#d55e00", "++"),
    ("#bbbbbb", "oo"),
)

# matplotlib is not safe for several threads at once ("Frequently Asked Questions").
_one_at_a_time = threading.Lock()


class ChartsNotInstalled(Refusal):
    """The extra ``charts`` is missing: the numbers can be told, but not drawn."""


def draw(stats: Stats, title: str) -> bytes:
    """A PNG of failures over time, by step of the guide and by requirement.

    It brings its own white background, so it reads the same in light and in dark.

    Raises:
        ChartsNotInstalled: matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError:
        raise ChartsNotInstalled("the extra charts is not installed") from None
    with _one_at_a_time:
        room = ConstrainedLayoutEngine(w_pad=MARGIN_IN, h_pad=MARGIN_IN)
        figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor=PAPER, layout=room)
        figure.suptitle(title, parse_math=False, color=INK, fontsize=15, fontweight="bold")
        upper, lower = figure.subplots(2, 1)
        _panel(upper, "Failures by step of the guide", stats.periods, stats.by_step)
        _panel(lower, "Failures by requirement that was not met", stats.periods, _by_words(stats))
        return _png(figure)


def describe(stats: Stats) -> str:
    """The chart in words, for those who cannot see it; at most 2,000 characters."""
    ends = stats.since, stats.until
    span = f"{_day(stats.since, ends)} to {stats.until.day} {stats.until:%b %Y}"
    if not stats.by_requirement:
        return f"Bar chart of failed tests, {span}: there were none."
    steps = _told(stats.by_step, stats.periods)
    requirements = _told(_by_words(stats), stats.periods)
    text = (
        f"Bar chart of failed tests, {span}. By step of the guide: {steps}. "
        f"By requirement that was not met: {requirements}."
    )
    return text if len(text) <= LONGEST_ALT_TEXT else f"{text[: LONGEST_ALT_TEXT - 1]}…"


def _told(counts: Mapping[str, tuple[int, ...]], periods: tuple[datetime, ...]) -> str:
    """Each name with its total, and the first with the period in which it was most frequent."""
    parts = [f"{name}: {sum(of_name)}" for name, of_name in _shown(counts).items()]
    of_name = next(iter(counts.values()))
    most = max(of_name)
    when = "on" if _span(periods) == "day" else f"in the {_span(periods)} from"
    parts[0] += f" (most {when} {_day(periods[of_name.index(most)], periods)}: {most})"
    return "; ".join(parts)


def _panel(
    axes: Axes, title: str, periods: tuple[datetime, ...], counts: Mapping[str, tuple[int, ...]]
) -> None:
    axes.set_title(title, loc="left", color=INK, fontsize=12)
    _frame(axes, periods)
    if not counts:
        axes.text(
            0.5, 0.5, "None in this time", transform=axes.transAxes, ha="center", color=INK, fontsize=12
        )
        axes.set_yticks([])
        return
    bottom = [0] * len(periods)
    for (name, of_name), style in zip(_shown(counts).items(), STYLES, strict=False):
        _bars(axes, f"{name} ({sum(of_name)})", of_name, bottom, style)
        bottom = [below + here for below, here in zip(bottom, of_name, strict=True)]
    axes.set_ylim(0, max(bottom) * 1.08)
    _legend(axes)


def _bars(axes: Axes, label: str, counts: tuple[int, ...], bottom: list[int], style: tuple[str, str]) -> None:
    # A bar of no height would still be a line.
    places = [place for place, count in enumerate(counts) if count]
    axes.bar(
        places,
        [counts[place] for place in places],
        bottom=[bottom[place] for place in places],
        label=label,
        color=style[0],
        hatch=style[1],
        edgecolor=INK,
    )


def _frame(axes: Axes, periods: tuple[datetime, ...]) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_facecolor(PAPER)
    most = MOST_TICKS if _same_year(periods) else MOST_TICKS // 2
    places = range(0, len(periods), -(-len(periods) // most))
    axes.set_xticks(places, [_day(periods[place], periods) for place in places])
    axes.set_xlim(-0.6, max(len(periods), FEWEST_PLACES) - 0.4)
    span = _span(periods)
    axes.set_xlabel("Day" if span == "day" else f"{span.capitalize()} from", color=INK)
    axes.set_ylabel("Failures", color=INK)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=LINE)
    axes.tick_params(colors=INK)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(axes: Axes) -> None:
    # Bars are stacked from below, so the list beside them reads from above.
    handles, labels = axes.get_legend_handles_labels()
    legend = axes.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1))
    legend.set_frame_on(False)
    for text in legend.get_texts():
        text.set_color(INK)
        text.set_parse_math(False)


def _png(figure: Figure) -> bytes:
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _by_words(stats: Stats) -> dict[str, tuple[int, ...]]:
    return {WORDS[requirement]: counts for requirement, counts in stats.by_requirement.items()}


def _shown(counts: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The most frequent ones by name; where there are more, the rest as one."""
    if len(counts) <= len(STYLES):
        return dict(counts)
    names = list(counts)
    rest = [counts[name] for name in names[MOST_SERIES:]]
    shown = {name: counts[name] for name in names[:MOST_SERIES]}
    return shown | {f"{len(rest)} others": tuple(map(sum, zip(*rest, strict=True)))}


def _day(moment: datetime, among: tuple[datetime, ...]) -> str:
    return f"{moment.day} {moment:%b}" if _same_year(among) else f"{moment.day} {moment:%b %Y}"


def _same_year(among: tuple[datetime, ...]) -> bool:
    return among[0].year == among[-1].year


def _span(periods: tuple[datetime, ...]) -> str:
    days = (periods[2] - periods[1]).days if len(periods) > 2 else 1
    return {0: "day", 1: "day", 7: "week"}.get(days, "four weeks")

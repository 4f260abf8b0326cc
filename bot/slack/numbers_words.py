"""The numbers of a period in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

from bot.slack.blocks import literal, when
from bot.slack.case_words import STATE_WORDS
from bot.stats import Spread, Stats
from validators.diagnosis import Requirement, Verdict
from validators.exchange import Exchange
from validators.guide_file import cited

K = TypeVar("K")

VERDICT_WORDS = {
    Verdict.PASSED: "passed",
    Verdict.NEEDS_A_FIX: "needed a fix",
    Verdict.COULD_NOT_TELL: "could not tell",
}
DATE = "{date_short}"
SHOWN_STEPS = 6


def steps_of(exchange: Exchange) -> dict[Requirement, str]:
    """The step of the guide that each requirement belongs to, such as "Guide, Step Four"."""
    asked = exchange.guide.words.requirements
    return {requirement: cited(asked[requirement].steps) for requirement in asked}


def numbers_text(stats: Stats, title: str) -> str:
    """Everything that the chart shows, and what it does not."""
    lines = [
        f"*{literal(title)}*, {when(stats.since, DATE)} to {when(stats.until, DATE)}",
        f"*Tests:* {stats.tests} by {_count(stats.clients, 'client')}" + _of(stats.verdicts, VERDICT_WORDS),
        f"*Cases:* {stats.opened} opened; {sum(stats.open_cases.values())} open now"
        + _of(stats.open_cases, STATE_WORDS),
        f"*Need support and nobody has them:* {stats.unclaimed}",
        f"*First response:* {_spread(stats.first_response)}",
        f"*Resolution:* {_spread(stats.resolution)}",
        f"*Failures by step of the guide:* {_steps(stats)}",
    ]
    return "\n".join(lines)


def span_words(span: timedelta) -> str:
    """A span as people say it: "40 s", "12 min", "3.5 h", "4.0 days"."""
    seconds = span.total_seconds()
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def _of(counts: Mapping[K, int], names: Mapping[K, str]) -> str:
    parts = [f"{counts[key]} {name.lower()}" for key, name in names.items() if counts.get(key)]
    return f" ({', '.join(parts)})" if parts else ""


def _spread(spread: Spread) -> str:
    if spread.median is None or spread.ninetieth is None:
        return "none in this time"
    return (
        f"median {span_words(spread.median)}, 90th percentile {span_words(spread.ninetieth)} "
        f"({_count(spread.count, 'case')})"
    )


def _steps(stats: Stats) -> str:
    totals = {step: sum(counts) for step, counts in stats.by_step.items()}
    ranked = sorted(totals.items(), key=lambda item: -item[1])[:SHOWN_STEPS]
    return "; ".join(f"{literal(step)}: {total}" for step, total in ranked) or "none in this time"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")

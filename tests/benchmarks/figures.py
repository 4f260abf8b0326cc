"""Figures and how they are written down: medians, ratios with their noise, tables, JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.benchmarks.peers import BENCH


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio measured several times in one run.

    Attributes:
        value: The median.
        noise: Half of the middle half's width: how far the next median may lie from this one.
    """

    value: float
    noise: float

    @classmethod
    def of(cls, ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
        """Of figures taken in pairs, one after the other, so that both met the same machine."""
        pairs = sorted(mine / other for mine, other in zip(ours, theirs, strict=True) if other)
        if len(pairs) < 3:
            return cls(statistics.median(pairs), 0.0)
        low, _, high = statistics.quantiles(pairs, n=4)
        return cls(statistics.median(pairs), (high - low) / 2)

    def __str__(self) -> str:
        return f"{self.value:.2f} ± {self.noise:.2f}"


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio and what was promised of it."""

    name: str
    ratio: Ratio
    at_most: float | None = None
    at_least: float | None = None

    @property
    def kept(self) -> bool:
        """Whether it is within its bound, give or take the noise of this very run."""
        if self.at_most is not None and self.ratio.value > self.at_most + self.ratio.noise:
            return False
        return self.at_least is None or self.ratio.value >= self.at_least - self.ratio.noise

    def __str__(self) -> str:
        bound = f"at most {self.at_most}" if self.at_most is not None else f"at least {self.at_least}"
        return f"{self.name}: {self.ratio} ({bound}){'' if self.kept else '  MISSED'}"


@dataclass(slots=True)
class Table:
    """One benchmark's figures."""

    name: str
    title: str
    heads: list[str]
    rows: list[list[str]]
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """As Markdown."""
        lines = [f"**{self.title}** (`uv run python -m tests.benchmarks {self.name}`)", ""]
        lines += [_row(self.heads), _row(["---"] + ["---:"] * (len(self.heads) - 1))]
        lines += [_row(row) for row in self.rows]
        if self.goals or self.notes:
            lines += ["", *(f"- {told}" for told in [*self.goals, *self.notes])]
        return "\n".join(lines) + "\n"

    def keep(self, folder: Path = BENCH) -> None:
        """Write it as JSON for whoever compares runs."""
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def middle(figures: Sequence[float]) -> float:
    return statistics.median(figures)

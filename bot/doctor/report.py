"""What the doctor says: one line for each thing that was looked at, for a person and for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How one thing stands. Released values are never renamed."""

    OK = "ok"
    MEND = "mend"
    """It is wrong; the line says exactly what to do."""
    UNSEEN = "unseen"
    """It could not be looked at until something else is mended, which the line names."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at.

    Attributes:
        area: ``settings``, ``slack``, ``staff``, ``database``, ``keys``, ``exchange``, ``mail`` or
            ``messages``; told in this order.
        name: What was looked at, the same in every run: "scope im:write".
        says: How it stands, or what to do. Holds no value of a setting.
    """

    area: str
    name: str
    state: State
    says: str


def ok(area: str, name: str, says: str) -> Line:
    return Line(area, name, State.OK, says)


def mend(area: str, name: str, says: str) -> Line:
    return Line(area, name, State.MEND, says)


def unseen(area: str, name: str, until: str) -> Line:
    """*until* completes "not looked at, because …"."""
    return Line(area, name, State.UNSEEN, f"Not looked at, because {until}.")


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the doctor looked at, in the order in which it is mended best."""

    lines: tuple[Line, ...]

    @property
    def healthy(self) -> bool:
        return all(line.state is State.OK for line in self.lines)

    @property
    def exit_code(self) -> int:
        """0 where every line is ok, else 1."""
        return 0 if self.healthy else 1

    def as_json(self) -> str:
        """``{"ok": …, "lines": [{"area", "name", "state", "says"}, …]}``."""
        lines = [
            {"area": line.area, "name": line.name, "state": line.state.value, "says": line.says}
            for line in self.lines
        ]
        return json.dumps({"ok": self.healthy, "lines": lines}, indent=2, ensure_ascii=False)

    def as_text(self) -> str:
        """For a terminal: areas, lines, and how many things there are to mend."""
        written: list[str] = []
        for area in dict.fromkeys(line.area for line in self.lines):
            written += ["", area.capitalize(), *_listed(line for line in self.lines if line.area == area)]
        return "\n".join([*written[1:], "", self._end()]) + "\n"

    def _end(self) -> str:
        count = sum(line.state is State.MEND for line in self.lines)
        if count == 0:
            return "All is well." if self.healthy else "Not everything could be looked at."
        return f"{count} {'thing' if count == 1 else 'things'} to mend."


_MARKS = {State.OK: "ok  ", State.MEND: "MEND", State.UNSEEN: "?   "}


def _listed(lines: Iterable[Line]) -> list[str]:
    return [f"  {_MARKS[line.state]}  {line.name}: {line.says}" for line in lines]

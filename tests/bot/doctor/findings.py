"""Reading the doctor's report in tests."""

from __future__ import annotations

from bot.doctor import Line, Report, State


def named(report: Report, name: str) -> Line:
    """The line of that name."""
    (line,) = [line for line in report.lines if line.name == name]
    return line


def to_mend(report: Report) -> dict[str, str]:
    """What is to be mended: name → what to do."""
    return {line.name: line.says for line in report.lines if line.state is State.MEND}


def unseen(report: Report) -> set[str]:
    return {line.name for line in report.lines if line.state is State.UNSEEN}

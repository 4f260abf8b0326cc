"""No line of the program hands a payload, or a part of one, to a log: read in the source, whatever runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
SHOWS_THAT_IT_IS_CAUGHT = TOP / "bot" / "demo" / "proving" / "at_rest.py"
SOURCES = sorted(
    path
    for part in ("bot", "validators")
    for path in (TOP / part).rglob("*.py")
    if path != SHOWS_THAT_IT_IS_CAUGHT
)
LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log", "msg"})
LOGS = frozenset({"log", "logger", "logging"})
PAYLOADS = frozenset(
    {"body", "payload", "view", "state", "values", "event", "headers", "request", "response"}
    | {"credentials", "secret", "passphrase", "key", "token", "raw", "data", "content", "given", "entered"}
)


def told(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each payload that is handed to a log as a whole."""
    for call in ast.walk(ast.parse(source)):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr not in LEVELS or not (names(call.func.value) & LOGS):
            continue
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            for name in handed_over(argument):
                yield call.lineno, name


def handed_over(argument: ast.expr) -> set[str]:
    """What is logged whole, in an f-string, or by a look into it; a number or word of its own is not."""
    if isinstance(argument, ast.JoinedStr):
        return set[str]().union(*(handed_over(part) for part in argument.values))
    if isinstance(argument, ast.FormattedValue):
        return handed_over(argument.value)
    if isinstance(argument, ast.Subscript):
        return names(argument.value) & PAYLOADS
    if isinstance(argument, ast.Name):
        return {argument.id} & PAYLOADS
    if isinstance(argument, ast.Attribute):
        return {argument.attr} & PAYLOADS
    return set()


def names(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} | {
        part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)
    }


@pytest.mark.parametrize(
    "line",
    [
        "log.info(body)",
        "log.warning('failed', body=gesture.body)",
        "self.logger.debug(f'got {payload}')",
        "log.error('x', view=body['view'])",
        "logging.info('%s', response.content)",
    ],
)
def test_it_would_be_found(line: str) -> None:
    assert list(told(line))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(TOP)))
def test_no_payload_is_handed_to_a_log(path: Path) -> None:
    assert list(told(path.read_text(encoding="utf-8"))) == []

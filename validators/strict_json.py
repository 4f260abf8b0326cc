"""Reads JSON from a stranger: a plain value, or `UNREADABLE`; never an exception.

Python's reader is kinder than the standard: it takes NaN, lets the last of two equal names win,
and recurses as deep as the sender likes. Each of these could make a hostile or broken answer
look like a good one, so none is read here.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

MAX_DEPTH = 32


class _Unreadable:
    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE: Final = _Unreadable()
"""The body was no JSON that we trust. It is a value of its own, since null is one of JSON's."""


def read_json(body: bytes) -> Any:
    """The value in *body*, or `UNREADABLE`."""
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return UNREADABLE
    return UNREADABLE if _is_too_deep(value) else value


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("a name stands twice")
    return named


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_no_name_twice, parse_constant=_no_constant, parse_float=_finite
)


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []

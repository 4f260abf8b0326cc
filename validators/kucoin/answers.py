"""Turns what came back for one request into an `Answer`: pure, total, and slow to blame."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from validators.diagnosis import Cause, Evidence
from validators.kucoin.codes import (
    MEANING_OF_STATUS,
    SUCCESS,
    WAIT_S_OF_CODE,
    Meaning,
    cause_of,
)
from validators.strict_json import read_json

MAX_CODE, MAX_WORDS = 64, 300
MAX_WAIT_S = 3600.0
_MAY_ASK_TO_WAIT = (Cause.RATE_LIMITED, Cause.VENUE_DOWN)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request came to.

    Attributes:
        cause: Why it is no success; None where KuCoin answered 200000.
        data: The ``data`` of a success, not yet trusted in any way.
        again: Whether asking again at once is worth it.
        retry_after_s: Seconds that KuCoin asked us to stay away.
    """

    cause: Cause | None
    evidence: Evidence
    data: Any = field(default=None, repr=False)
    again: bool = False
    retry_after_s: float | None = None


def read_answer(asked: str, status: int, headers: Mapping[str, str], body: bytes, took_ms: int) -> Answer:
    """Read one response. KuCoin's code comes before the HTTP status, since 200 may carry an error.

    Args:
        asked: Method, host and path, for the evidence.
    """
    value = read_json(body)
    told = value if isinstance(value, dict) else {}
    code, words = _text(told.get("code")), _text(told.get("msg"))
    evidence = Evidence(
        asked, status, plain(code, MAX_CODE) or None, plain(words, MAX_WORDS) or None, took_ms
    )
    if code == SUCCESS:
        return Answer(None, evidence, data=told.get("data"))
    meaning = cause_of(code, words) or _meaning_of_status(status, code)
    wait_s = _wait_s(headers, code) if meaning.cause in _MAY_ASK_TO_WAIT else None
    return Answer(meaning.cause, evidence, again=meaning.again, retry_after_s=wait_s)


def no_answer(asked: str, cause: Cause, took_ms: int, *, again: bool = False) -> Answer:
    """What stands for a request that was not answered in whole."""
    return Answer(cause, Evidence(asked, took_ms=took_ms), again=again)


def plain(text: str, limit: int) -> str:
    """*text* from a stranger, on one line, without control, format or half characters, cut at *limit*."""
    kept = "".join(" " if char.isspace() else char for char in text[: limit * 4])
    kept = "".join(char for char in kept if unicodedata.category(char)[0] != "C")
    return " ".join(kept.split())[:limit]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _meaning_of_status(status: int, code: str) -> Meaning:
    """What the HTTP status says where KuCoin's code says nothing."""
    if status >= 500:
        return Meaning(Cause.VENUE_DOWN, "RFC 9110", again=True)
    if not code and status in MEANING_OF_STATUS:
        return MEANING_OF_STATUS[status]
    return Meaning(Cause.NOT_UNDERSTOOD, "nobody")


def _wait_s(headers: Mapping[str, str], code: str) -> float | None:
    """KuCoin's own header counts in ms, the standard one in seconds."""
    for name, unit in (("gw-ratelimit-reset", 1000), ("retry-after", 1)):
        digits = headers.get(name, "").strip()
        if digits.isascii() and digits.isdigit() and len(digits) < 12:
            return min(int(digits) / unit, MAX_WAIT_S)
    return WAIT_S_OF_CODE.get(code)

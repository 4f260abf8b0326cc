"""What may stand in a log line, and what stands there instead of the rest. Pure."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

HIDDEN = "***"
LONGEST_TEXT = 2_000
LONGEST_FOREIGN_MESSAGE = 300
DEEPEST = 6
MOST_FRAMES = 30

_SECRET_PARTS = "secret passphrase password token authorization cookie credential"
_NAMES_OF_KEYS = "kc-api kc_api api_key apikey private_metadata initial_value"
_DENIED_PARTS = [*_SECRET_PARTS.split(), *_NAMES_OF_KEYS.split()]
_PAYLOADS = "body payload view values blocks text headers envelope args kwargs locals"
_DENIED_NAMES = frozenset(_PAYLOADS.split())

# Runs of exactly 32, 40 or 64 hexadecimal digits stay: ids and digests of our own.
_SHAPES: list[tuple[re.Pattern[str], str]] = [
    # A header and its value in any spelling: text, repr of a dict, repr of pairs of bytes, JSON.
    (re.compile(r"(?i)(kc-api-[a-z-]{1,30}[\\\"']*\s*[:=,]\s*b?[\\\"']*)[^\"'\\,\s})\]]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(\b(?:secret|passphrase|password)\b[\\\"']*\s*[:=]\s*b?[\\\"']*)[^\"'\\,\s})\]]+"),
     rf"\1{HIDDEN}"),
    (re.compile(r"\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]+"), f"xox?-{HIDDEN}"),
    (re.compile(r"\bxapp-[A-Za-z0-9-]+"), f"xapp-{HIDDEN}"),
    (re.compile(r"\bkd1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+"), f"kd1.{HIDDEN}"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])"), HIDDEN),
    (re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{24,31}(?![0-9a-f])"), HIDDEN),
]  # fmt: skip


def scrubbed(text: str) -> str:
    """*text* without anything that has the shape of a secret, and not endlessly long."""
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def redacted(value: object, depth: int = 0) -> object:
    """Plain data fit for a log line; of any other object its type's name alone."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | date | timedelta | PurePath):
        return scrubbed(str(value))
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {scrubbed(str(key)): _field(str(key), held, depth) for key, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(held, depth + 1) for held in value]
    return f"<{type(value).__name__}>"


def _field(name: str, value: object, depth: int) -> object:
    lowered = name.lower()
    if lowered in _DENIED_NAMES or any(part in lowered for part in _DENIED_PARTS):
        return HIDDEN
    return redacted(value, depth + 1)


def without_payload(message: str) -> str:
    """The first line of a library's message, up to where it begins to print data."""
    first = message.partition("\n")[0]
    words = re.split(r"\{|\[|<[A-Z]|exception=|error=|error: ", first, maxsplit=1)[0]
    cut = words if len(words) == len(message) else f"{words.rstrip(' (')} …"
    return cut[:LONGEST_FOREIGN_MESSAGE]


def told_exception(error: BaseException | None, depth: int = 0) -> dict[str, Any] | None:
    """Type and frames of *error* and of what caused it; its text only if it is one of ours."""
    if error is None or depth >= DEEPEST:
        return None
    kind = type(error)
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}", "frames": _frames(error)}
    if kind.__module__.partition(".")[0] in ("bot", "validators"):
        told["says"] = scrubbed(str(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["because"] = told_exception(cause, depth + 1)
    if isinstance(error, BaseExceptionGroup):
        told["among"] = [told_exception(part, depth + 1) for part in error.exceptions[:10]]
    return told


def _frames(error: BaseException) -> list[str]:
    """Innermost last. Neither lines of source nor variables: either may show what was handled."""
    frames = traceback.StackSummary.extract(
        traceback.walk_tb(error.__traceback__), lookup_lines=False, capture_locals=False
    )
    told = ["/".join(PurePath(f.filename).parts[-2:]) + f":{f.lineno} {f.name}" for f in frames]
    return told[-MOST_FRAMES:]


def exception_text(told: Mapping[str, Any], indent: str = "") -> str:
    """What `told_exception` made, as lines for a terminal."""
    head = f"{indent}{told['type']}" + (f": {told['says']}" if "says" in told else "")
    lines = [head, *(f"{indent}  at {frame}" for frame in told["frames"])]
    if told.get("because"):
        lines += [f"{indent}because of", exception_text(told["because"], indent + "  ")]
    lines += [exception_text(part, indent + "  ") for part in told.get("among", ()) if part]
    return "\n".join(lines)

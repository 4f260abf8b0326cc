"""How the engine writes things down: plain JSON, and of an exception its class and code only.

DBOS pickles by default. A pickled httpx error holds its request with all headers, so a
passphrase stood in clear in the engine's tables. Here nothing can be written but JSON.
"""

from __future__ import annotations

import json
import re
from typing import Any

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_ERROR = "__error__"


class RecordedError(Exception):
    """An exception of an earlier run: its class and code are all that was kept."""

    def __init__(self, kind: str, code: str) -> None:
        super().__init__(f"{kind} ({code})")
        self.kind, self.code = kind, code


def code_of(trouble: BaseException) -> str:
    """What may be said of an exception: its own `code` where that is one word, else its class.

    An exception that stands for several (DBOS's "retries exceeded") speaks for the last of them.
    """
    several = getattr(trouble, "errors", None)
    if isinstance(several, list) and several and isinstance(several[-1], BaseException):
        return code_of(several[-1])
    code = getattr(trouble, "code", None)
    if isinstance(code, str) and _CODE.fullmatch(code):
        return code
    return type(trouble).__name__


def written(value: Any) -> str:
    """The text that is stored for *value*.

    Raises:
        TypeError: *value* is not plain JSON. Its content is not part of the message.
    """
    if isinstance(value, dict) and _ERROR in value:
        raise TypeError(f"{_ERROR} marks exceptions and is no plain JSON")
    if isinstance(value, BaseException):
        value = {_ERROR: type(value).__name__, "code": code_of(value)}
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError):
        raise TypeError(f"{type(value).__name__} is not plain JSON") from None


def read(text: str) -> Any:
    """The value that `written` stored."""
    value = json.loads(text)
    if isinstance(value, dict) and _ERROR in value:
        return RecordedError(str(value[_ERROR]), str(value["code"]))
    return value

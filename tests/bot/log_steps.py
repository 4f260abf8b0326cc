"""Secrets that tests of the log try to get through, and how to look for them."""

from __future__ import annotations

import io
import json
from typing import Any

KEY = "6705f5c311545b000157d3eb"
SECRET = "8b2a8b2a-4b2a-4a2b-8a2b-8b2a4b2a8b2a"
PASSPHRASE = "canary passphrase"
BOT_TOKEN = "xoxb-2345-canary-token"
APP_TOKEN = "xapp-1-A02-canary-token"
EVERY_SECRET = (KEY, SECRET, "canary")

Lines = io.StringIO


def last(lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return found


def leaked(lines: Lines) -> list[str]:
    assert "CONTROL" in lines.getvalue(), "nothing was written, so silence proves nothing"
    return [secret for secret in EVERY_SECRET if secret in lines.getvalue()]

"""Whether a request is really Slack's: HMAC over the raw body, at most five minutes old.

Slack's documents, "Verifying requests from Slack": ``v0:{timestamp}:{body}``, SHA-256, hex,
compared in constant time. Bolt's own check logs the body of what it refuses, and answers 500 to a
time stamp that is no number; this one does neither.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from enum import StrEnum

from pydantic import SecretStr

WINDOW_S = 300


class Unsigned(StrEnum):
    """Why a request is refused; the only thing that is logged of it."""

    MISSING = "signature or time stamp missing"
    NOT_A_NUMBER = "time stamp is no number"
    STALE = "time stamp too old"
    FUTURE = "time stamp in the future"
    WRONG = "signature does not fit"


def refusal(secret: SecretStr, timestamp: str | None, signature: str | None, body: bytes) -> Unsigned | None:
    """Why this request is not Slack's; None where it is."""
    if not timestamp or not signature:
        return Unsigned.MISSING
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return Unsigned.NOT_A_NUMBER
    age_s = time.time() - int(timestamp)
    if age_s > WINDOW_S:
        return Unsigned.STALE
    if age_s < -WINDOW_S:
        return Unsigned.FUTURE
    signed = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.get_secret_value().encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        return Unsigned.WRONG
    return None

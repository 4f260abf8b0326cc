"""The first eight digits of a KuCoin key are its birthday, as in MongoDB's ObjectId.

KuCoin does not promise this. It held, to the second, for all seven keys whose description is
published (KuCoin's SDKs and docs, JKorf/Kucoin.Net), so it serves for hints and never decides.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from validators.kucoin.key_info import day

KEY_SHAPE = re.compile(r"[0-9a-f]{24}")
_OPENING_S = datetime(2017, 9, 1, tzinfo=UTC).timestamp()
_DAY_S = 86_400
LIMITS_IN_DAYS = (30, 90, 180, 360)
"""The lengths of validity that KuCoin offers (KuCoin docs, "Add Sub-Account API", field expire)."""


def made_at_s(key: str) -> int | None:
    """When the key was made, in Unix seconds; None where *key* has no such shape."""
    return int(key[:8], 16) if KEY_SHAPE.fullmatch(key) else None


def is_possible(made_s: int, now_s: float) -> bool:
    """Whether a key can be of that time: after KuCoin opened, and not of tomorrow."""
    return _OPENING_S <= made_s <= now_s + _DAY_S


def age_details(key: str, now_ms: int) -> dict[str, str]:
    """For a key that is not found: when it was made and which limit it has outlived, if any."""
    made_s, now_s = made_at_s(key), now_ms / 1000
    if made_s is None or not is_possible(made_s, now_s):
        return {}
    age = int(now_s - made_s) // _DAY_S
    outlived = [limit for limit in LIMITS_IN_DAYS if age >= limit]
    if not outlived:
        return {}
    return {"made": day(made_s * 1000), "age": str(age), "limit": str(outlived[-1])}

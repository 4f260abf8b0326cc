"""Whether a text seems to hold a key: for warnings, so it would rather miss one than cry wolf."""

from __future__ import annotations

import re
import time

from validators.kucoin.fields import cleaned
from validators.kucoin.object_id import is_possible, made_at_s

LONGEST = 50_000
_ADDRESS = re.compile(r"https?://[^\s<>|]+")
_KEY = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{24}(?![0-9A-Za-z])")
_SECRET = re.compile(r"(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])")
_TALK_OF_KEYS = re.compile(r"(?i)\b(?:secrets?|pass ?phrase|api[ _-]?keys?)\b")
# Everything that looks ahead is bounded: 40,000 characters of a stranger must not hold up everybody else.
_TOLD_PASSPHRASE = re.compile(
    r"(?i)\bpass ?phrase\s*[:=]\s*(?=\S{0,31}[0-9])(?=\S{0,31}[A-Za-z])\S{7,32}(?!\S)"
)


def looks_like_key(text: str) -> bool:
    """Whether *text* seems to hold a key or secret of this exchange.

    A key beside a secret does; either beside words such as "secret"; and a lone key, where its
    date is possible. Addresses are left out: they are full of identifiers.
    """
    plain = _ADDRESS.sub(" ", cleaned(text[:LONGEST]))
    keys, has_secret = _KEY.findall(plain), bool(_SECRET.search(plain))
    if (keys and has_secret) or _TOLD_PASSPHRASE.search(plain):
        return True
    if (keys or has_secret) and _TALK_OF_KEYS.search(plain):
        return True
    return any(_is_likely(key) for key in keys)


def could_be_secret(text: str) -> bool:
    """The same where it is written to us alone: there a bare UUID is a secret, not the number of a ticket."""
    plain = _ADDRESS.sub(" ", cleaned(text[:LONGEST]))
    return bool(_SECRET.search(plain)) or looks_like_key(text)


def _is_likely(key: str) -> bool:
    made_s = made_at_s(key)
    # Without a letter it is a number, such as an account or an order.
    return made_s is not None and is_possible(made_s, time.time()) and not key.isdigit()

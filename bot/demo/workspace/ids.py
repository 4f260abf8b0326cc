"""Ids that look like Slack's."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str) -> str:
    """Such as U0ABC12DEF."""
    return f"{prefix}0" + "".join(secrets.choice(ALPHABET) for _ in range(9))


def new_digits(count: int) -> str:
    """Digits, the first of which is not 0."""
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))

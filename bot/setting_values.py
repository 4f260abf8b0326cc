"""How the values of settings are written: durations, addresses, databases, tokens. Pure.

Each reader raises ValueError with a few words that never hold the value.
"""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST_DURATION = timedelta(days=366)
DURATION_WORDS = "a whole number with its unit: 90s, 30m, 1h or 3d"
ADDRESS_WORDS = "an https:// address (http:// only to this machine itself), without a password or a query"


def parse_duration(text: str) -> timedelta:
    """Read ``90s``, ``30m``, ``1h`` or ``3d``; also used for what staff type.

    Raises:
        ValueError: it is not written so, or longer than a year; the text is not repeated.
    """
    match = re.fullmatch(r"([0-9]{1,9})\s*([smhdSMHD])", text.strip())
    if match is None:
        raise ValueError("it has no unit" if text.strip().isdecimal() else "it is no duration")
    duration = timedelta(**{_UNITS[match[2].lower()]: int(match[1])})
    if duration > LONGEST_DURATION:
        raise ValueError("it is longer than a year")
    return duration


def _duration(given: object) -> object:
    return parse_duration(given) if isinstance(given, str) else given


def _duration_or_zero(given: object) -> object:
    return timedelta(0) if str(given).strip() == "0" else _duration(given)


def _some_time(duration: timedelta) -> timedelta:
    if duration <= timedelta(0):
        raise ValueError("it is not longer than nothing")
    return duration


def is_loopback(host: str | None) -> bool:
    """Whether *host* is this machine itself, by name or by number."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        _ = parts.port
    except ValueError:
        raise ValueError("it is no address") from None
    return parts


def _https(address: str) -> str:
    parts = _split(address)
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    if not secure or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("it is not such an address")
    return address.strip()


def with_slash(address: str) -> str:
    return address if address.endswith("/") else address + "/"


def database_address(url: SecretStr) -> SecretStr:
    text = url.get_secret_value().strip()
    is_file = text.startswith("sqlite:///") and text[10:].strip("/") not in ("", ":memory:")
    is_server = text.startswith(("postgresql://", "postgres://")) and bool(_split(text).path.strip("/"))
    if not (is_file or is_server):
        raise ValueError("it is neither")
    return SecretStr(text)


def mail_address(url: SecretStr) -> SecretStr:
    parts = _split(url.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("it is not such an address")
    return url


def starts_with(*prefixes: str) -> AfterValidator:
    def check(token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(prefixes):
            raise ValueError("it starts otherwise")
        return token

    return AfterValidator(check)


def upper(given: object) -> object:
    return given.upper() if isinstance(given, str) else given


Duration = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_some_time)]
DurationOrZero = Annotated[timedelta, BeforeValidator(_duration_or_zero)]
Address = Annotated[str, AfterValidator(_https)]

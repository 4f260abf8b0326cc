"""The shape of key, secret and passphrase: what cannot be right as typed, told at its field.

The sentences stand in ``guide.yml`` under ``shapes``, by the names of the rules below. Shapes: KuCoin
docs, "Add Sub-Account API" for the passphrase; the patterns of gitleaks and trufflehog for key
and secret, which KuCoin does not promise: these rows are only odd, and let through when repeated.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from pydantic import SecretStr

from validators.exchange import Credentials, ShapeFault
from validators.kucoin.object_id import KEY_SHAPE, is_possible, made_at_s

NAMES = ("key", "secret", "passphrase")
SECRET_SHAPE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LABEL = re.compile(r"""["']|(api|key|secret|pass|your)[ _-]?[a-z _-]{0,20}[:=：]""", re.IGNORECASE)
_PASSPHRASE_LABEL = re.compile(r"(api[ _-]?)?pass ?phrase\s*[:=：]", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_MASK = re.compile(r"\*{2,}|[•●∗＊…]|\.{3}|x{5,}", re.IGNORECASE)
_ONLY_MASK = re.compile(r"[*•●∗＊…]+")

Typed = Mapping[str, str]


class Rule(NamedTuple):
    """One row: the fields it judges and what makes it broken, given all cleaned values."""

    name: str
    fields: tuple[str, ...]
    is_broken: Callable[[str, str, Typed], bool]
    odd_only: bool = False


_KEY, _SECRET, _PASSPHRASE, _KEY_AND_SECRET = ("key",), ("secret",), ("passphrase",), ("key", "secret")

RULES = (
    Rule("empty", NAMES, lambda value, name, typed: not value),
    Rule("label", _KEY_AND_SECRET, lambda value, name, typed: bool(_LABEL.match(value))),
    Rule("label", _PASSPHRASE, lambda value, name, typed: bool(_PASSPHRASE_LABEL.match(value))),
    Rule("email", NAMES, lambda value, name, typed: bool(_EMAIL.fullmatch(value))),
    Rule("masked", _KEY_AND_SECRET, lambda value, name, typed: bool(_MASK.search(value))),
    Rule("masked", _PASSPHRASE, lambda value, name, typed: bool(_ONLY_MASK.fullmatch(value))),
    Rule("swapped", _KEY, lambda value, name, typed: bool(SECRET_SHAPE.fullmatch(value))),
    Rule(
        "swapped",
        _SECRET,
        lambda value, name, typed: bool(KEY_SHAPE.fullmatch(value)) and value != typed["key"],
    ),
    Rule("same_twice", ("secret", "passphrase"), lambda value, name, typed: value in _before(name, typed)),
    Rule("trading_password", _PASSPHRASE, lambda value, name, typed: bool(re.fullmatch(r"[0-9]{6}", value))),
    Rule("spaces", NAMES, lambda value, name, typed: any(char.isspace() for char in value)),
    Rule("foreign", NAMES, lambda value, name, typed: not value.isascii() or not value.isprintable()),
    Rule("too_short", _PASSPHRASE, lambda value, name, typed: len(value) < 7),
    Rule("too_long", _PASSPHRASE, lambda value, name, typed: len(value) > 32),
    Rule("too_long", _KEY_AND_SECRET, lambda value, name, typed: len(value) > 200),
    Rule("odd_key", _KEY, lambda value, name, typed: not KEY_SHAPE.fullmatch(value), odd_only=True),
    Rule("odd_date", _KEY, lambda value, name, typed: not _is_of_our_time(value), odd_only=True),
    Rule("odd_secret", _SECRET, lambda value, name, typed: not SECRET_SHAPE.fullmatch(value), odd_only=True),
)
"""Worst first. Of one field only what its first broken row does not already explain is told."""


def check_shape(
    raw: Mapping[str, str], sentence_of: Callable[[str], str], labels: Mapping[str, str]
) -> tuple[Credentials, list[ShapeFault]]:
    """Clean what was typed and judge every field, without a network.

    Args:
        raw: Field name → what was typed; an absent field is an empty one.
        sentence_of: Name of a rule → what the client reads, with ``{label}`` for the field's label.
        labels: Field name → its label.
    """
    typed = {name: cleaned(raw.get(name) or "") for name in NAMES}
    faults = [
        ShapeFault(name, rule.name, sentence_of(rule.name).replace("{label}", labels[name]), rule.odd_only)
        for name in NAMES
        for rule in _broken(name, typed)
    ]
    return Credentials(*(SecretStr(typed[name]) for name in NAMES)), faults


def cleaned(text: str) -> str:
    """*text* without invisible characters and without blanks at its ends."""
    return "".join(char for char in text if not _is_invisible(char)).strip()


def _is_invisible(char: str) -> bool:
    """Zero-width and direction marks, soft hyphens, byte-order marks, no-break spaces."""
    return unicodedata.category(char) == "Cf" or char in "\u00a0\u2007\u202f"


def _broken(name: str, typed: Typed) -> Iterable[Rule]:
    """The worst row that is broken; a merely odd value is told only where nothing else is wrong."""
    rows = (rule for rule in RULES if name in rule.fields and rule.is_broken(typed[name], name, typed))
    return list(rows)[:1]


def _before(name: str, typed: Typed) -> tuple[str, ...]:
    return tuple(typed[earlier] for earlier in NAMES[: NAMES.index(name)])


def _is_of_our_time(key: str) -> bool:
    made_s = made_at_s(key)
    return made_s is None or is_possible(made_s, time.time())

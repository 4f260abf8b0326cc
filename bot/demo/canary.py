"""Marked credentials, and a search for them in everything that keydesk can write, in every form.

A form is what a value becomes on its way into some file or message: base64 at any offset, hex, URL,
JSON, HTML, UTF-16, reversed, another case, or only a half of it. What the search would find is proved
by the tests before anything is concluded from silence.
"""

from __future__ import annotations

import base64
import html
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from urllib.parse import quote, quote_plus

from bot.demo.kucoin import IssuedKey, KuCoin
from bot.demo.kucoin.signing import signed

HALF = 11
"""Characters of a part that are searched for by themselves: more than the four at either end which
staff may see of a key, and far too many to come about by chance."""


def _base64(encode: Callable[[bytes], bytes], offset: int, text: str) -> bytes:
    """*text* in base64 with *offset* bytes before it, without the letters that depend on its neighbours."""
    raw = text.encode()
    whole = encode(b"\0" * offset + raw)
    return whole[(offset * 8 + 5) // 6 : (offset + len(raw)) * 8 // 6]


def _bytes(text: str) -> bytes:
    return text.encode()


FORMS: Mapping[str, Callable[[str], bytes]] = {
    "plain": _bytes,
    "upper case": lambda text: text.upper().encode(),
    "lower case": lambda text: text.lower().encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "URL": lambda text: quote(text, safe="").encode(),
    "URL path": lambda text: quote(text).encode(),
    "form": lambda text: quote_plus(text).encode(),
    "every byte in %": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    "JSON": lambda text: json.dumps(text)[1:-1].encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3].encode(),
    "repr": lambda text: repr(text)[1:-1].encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "Slack": lambda text: html.escape(text, quote=False).encode(),
    "reversed": lambda text: text[::-1].encode(),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    **{f"base64 at {offset}": partial(_base64, base64.b64encode, offset) for offset in range(3)},
    **{f"base64url at {offset}": partial(_base64, base64.urlsafe_b64encode, offset) for offset in range(3)},
}
"""Name of a form → what a text becomes in it."""


@dataclass(frozen=True)
class Canary:
    """Credentials that stand nowhere else: wherever they turn up, they came from us."""

    key: str
    secret: str
    passphrase: str

    @classmethod
    def of(cls, key: IssuedKey) -> Canary:
        """A key that the venue has issued, to be searched for."""
        return cls(key.key, key.secret, key.passphrase)

    @classmethod
    def made(cls) -> Canary:
        """Credentials of the right shape that no venue knows; the passphrase differs in every form."""
        return cls(f"6a864380{secrets.token_hex(8)}", _uuid(), _passphrase())

    def __repr__(self) -> str:
        return "Canary(**)"

    def written(self) -> Iterator[tuple[str, str]]:
        """What is searched for, and how it is called: each part, and each half of one."""
        for name in ("key", "secret", "passphrase"):
            part: str = getattr(self, name)
            yield name, part
            # Staff may see the key's first and last four characters.
            hidden = part[4:-4] if name == "key" else part
            yield f"first half of the {name}", hidden[:HALF]
            yield f"last half of the {name}", hidden[-HALF:]

    @cached_property
    def traces(self) -> dict[bytes, str]:
        """Every byte string that gives the credentials away → how it is called."""
        return {form(text): f"{name} ({how})" for name, text in self.written() for how, form in FORMS.items()}

    def found_in(self, data: bytes) -> list[str]:
        """What of the credentials stands in *data*, and in which form; never a value."""
        return sorted(name for trace, name in self.traces.items() if trace in data)

    def leaks(self, media: Iterable[tuple[str, bytes]]) -> list[str]:
        """One line for each place in which something was found, such as ``log: secret (hex)``."""
        return [f"{place}: {name}" for place, data in media for name in self.found_in(data)]


def marked(venue: KuCoin, preset: str = "general_only", **terms: Any) -> tuple[IssuedKey, Canary]:
    """A key that the venue knows, whose passphrase differs in every form; and the search for it."""
    key = venue.issue(preset, **terms)
    key.passphrase = _passphrase()
    key.passphrase_sign = signed(key.secret, key.passphrase)
    return key, Canary.of(key)


def _passphrase() -> str:
    """Of 24 characters, some of which become others in JSON, HTML, URLs and Slack's markup."""
    return f'Ca"n&r%<{secrets.token_hex(8)}'


def _uuid() -> str:
    digits = secrets.token_hex(16)
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", digits[16:20], digits[20:]))

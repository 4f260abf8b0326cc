"""What an exchange is to the rest of the program: fields to ask for, a check, and words.

A second exchange is one new folder beside ``kucoin/`` whose ``__init__`` holds an
`EXCHANGE`; `discover` finds it, and no existing file changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from validators.diagnosis import Cause, Diagnosis

if TYPE_CHECKING:
    from validators.guide import Guide


@dataclass(frozen=True, slots=True)
class Account:
    """A kind of account that a key can be tested for: slug ``spot_margin``, label "Spot/Margin"."""

    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the dialog. `name` is ``key``, ``secret`` or ``passphrase``."""

    name: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that operators may change: `setting` ``KUCOIN_API_URL`` and its default."""

    setting: str
    default: str


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What a client typed, cleaned. Nothing but the exchange's own signer looks inside."""

    key: SecretStr
    secret: SecretStr
    passphrase: SecretStr

    def __repr__(self) -> str:
        return "Credentials(**)"

    def to_dict(self) -> dict[str, str]:
        """In clear, for the vault to seal and for nothing else."""
        return {
            "key": self.key.get_secret_value(),
            "secret": self.secret.get_secret_value(),
            "passphrase": self.passphrase.get_secret_value(),
        }

    @classmethod
    def from_dict(cls, parts: Mapping[str, str]) -> Credentials:
        return cls(*(SecretStr(parts[name]) for name in ("key", "secret", "passphrase")))

    @property
    def masked_key(self) -> str:
        """First 4 and last 4 of the key, as staff may see it; less of a short one."""
        key = self.key.get_secret_value()
        return f"{key[:4]}…{key[-4:]}" if len(key) >= 16 else f"{key[:2]}…"


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """Why a field cannot be right as typed.

    Attributes:
        field: Name of the `Field`.
        rule: A stable word for the rule, such as ``"masked"``; for tests and counts.
        sentence: What the client reads at the field. Never holds the value.
        odd_only: True where the exchange does not promise this shape: a client who submits
            the same value a second time is let through.
    """

    field: str
    rule: str
    sentence: str
    odd_only: bool = False


@dataclass(frozen=True, slots=True)
class Reachability:
    """The exchange as our machine sees it, for ``doctor`` and ``readyz``. No key is needed.

    Attributes:
        offset_ms: Their clock minus ours; None where they did not answer.
        our_address: Our address as they see it.
        trouble: One plain sentence, or None where all is well.
        cause: What the trouble is; the guide says what staff may do about it.
        our_region: Where they take us to be; told by some only when they refuse the region.
    """

    host: str
    offset_ms: int | None = None
    our_address: str | None = None
    trouble: str | None = None
    cause: Cause | None = None
    our_region: str | None = None


class KeyChecker(Protocol):
    """A warm connection to one exchange. Safe to use for many checks at once."""

    async def check(self, credentials: Credentials, account: str) -> Diagnosis:
        """Ask the exchange about this key. Returns, never raises, whatever is answered."""
        ...

    async def reachability(self) -> list[Reachability]:
        """Ask each host what needs no key. Returns, never raises."""
        ...


def _never(text: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange.

    Attributes:
        slug: Name of its folder.
        title: As a client reads it.
        check_shape: Cleans the raw field values (by field name) and judges their shape, without
            a network. Returns the cleaned credentials and every fault, worst first per field.
        connect: Opens a checker; takes setting name → address for the endpoints to change.
        looks_like_key: Whether a text seems to hold a key, secret or the like of this exchange.
        read_guide: Reads its words, once; raises GuideError where they have a slip.
        could_be_secret: The same for what is written to us alone, where little but a secret has such a
            shape: rather once too often than never.
    """

    slug: str
    title: str
    accounts: tuple[Account, ...]
    fields: tuple[Field, ...]
    endpoints: tuple[Endpoint, ...]
    check_shape: Callable[[Mapping[str, str]], tuple[Credentials, list[ShapeFault]]]
    connect: Callable[[Mapping[str, str]], AbstractAsyncContextManager[KeyChecker]]
    looks_like_key: Callable[[str], bool]
    read_guide: Callable[[], Guide]
    could_be_secret: Callable[[str], bool] = _never

    @property
    def guide(self) -> Guide:
        """Its words."""
        return self.read_guide()

    def account_label(self, slug: str) -> str:
        """The account's label.

        Raises:
            LookupError: no such account.
        """
        for account in self.accounts:
            if account.slug == slug:
                return account.label
        raise LookupError(f"{self.title} has no account {slug!r}")


def discover() -> dict[str, Exchange]:
    """Every exchange that has a folder here, by slug, in the order of their titles."""
    import validators

    found = {}
    for module in pkgutil.iter_modules(validators.__path__):
        if module.ispkg:
            exchange = importlib.import_module(f"validators.{module.name}").EXCHANGE
            found[exchange.slug] = exchange
    return dict(sorted(found.items(), key=lambda item: item[1].title))

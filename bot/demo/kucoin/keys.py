"""Keys as this KuCoin issues them, and how it describes each one."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.demo.kucoin.signing import signed

# KuCoin lists permissions in no alphabetical order; recorded body in JKorf/Kucoin.Net, GetApiKeyInfo.txt.
PERMISSION_ORDER = (
    "General",
    "Futures",
    "Unified",
    "Spot",
    "Earn",
    "InnerTransfer",
    "Transfer",
    "LeadtradeFutures",
    "Margin",
    "Trade",
)
REGION_OF_SITE = {"global": "SG", "europe": "DE", "australia": "AU", "turkey": "TR", "thailand": "TH"}


class Absence(StrEnum):
    """How KuCoin spells "none": all three were seen in recorded bodies and in typed clients."""

    LEFT_OUT = "left_out"
    NULL = "null"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a key may do and for whom, as set on KuCoin's API page.

    Attributes:
        name: "API Name" on the page; 1 to 24 characters.
        permissions: As in the API: General, Spot, Margin, Futures, Unified, Earn, InnerTransfer,
            Transfer, LeadtradeFutures, Trade, or anything else.
        ip_whitelist: Addresses; empty for "No".
        expires_at: Aware; None for "Permanent". From then on the key answers 400003.
        site: global, europe, australia, turkey or thailand.
        frozen: The account is; 411100.
        kyc_missing: The account's identity check is; 400303.
        futures_only: Of the time when futures had keys of their own: unknown on the spot host.
        outlives_validity: Still answers although `expires_at` is past.
        no_longer_supported: Answers 400008.
        has_balances: False for an account in which nothing ever was.
        absence: How the description spells "none".
    """

    name: str = "How To Guide"
    permissions: frozenset[str] = frozenset({"General"})
    ip_whitelist: tuple[str, ...] = ()
    expires_at: datetime | None = None
    third_party_app: str | None = None
    is_master: bool = True
    sub_name: str | None = None
    site: str = "global"
    api_version: int = 3
    frozen: bool = False
    kyc_missing: bool = False
    futures_only: bool = False
    outlives_validity: bool = False
    no_longer_supported: bool = False
    has_balances: bool = True
    absence: Absence = Absence.LEFT_OUT

    def changed(self, **changes: Any) -> Terms:
        """These terms with some of them changed; collections of any kind are taken.

        Raises:
            TypeError: there is no such term, or a plain string stands for a collection.
            ValueError: the end date has no time zone, or the site is unknown.
        """
        for name, kind in (("permissions", frozenset), ("ip_whitelist", tuple)):
            if name in changes:
                changes[name] = kind(_collection(name, changes[name]))
        terms = replace(self, **changes)
        if terms.expires_at is not None and terms.expires_at.tzinfo is None:
            raise ValueError("expires_at needs a time zone")
        if terms.site not in REGION_OF_SITE:
            raise ValueError(f"site is one of {', '.join(REGION_OF_SITE)}")
        return terms


def _collection(name: str, given: Iterable[str]) -> Iterable[str]:
    if isinstance(given, str):
        raise TypeError(f"{name} is a collection of strings, not one string")
    return given


@dataclass(slots=True, repr=False, eq=False)
class IssuedKey:
    """One key with what its owner was shown once.

    Attributes:
        key: 24 hex digits; the first eight are its creation time, as in KuCoin's own.
        secret: A UUID.
        passphrase: 7 to 32 characters without a space.
        passphrase_sign: What KC-API-PASSPHRASE must hold.
        terms: What it may do; changed by `KuCoin.edit`.
        created_at: Whole seconds.
        uid: The account.
    """

    key: str
    secret: str
    passphrase: str
    terms: Terms
    created_at: datetime
    uid: int
    passphrase_sign: str = field(init=False)

    def __post_init__(self) -> None:
        self.passphrase_sign = signed(self.secret, self.passphrase)

    def __repr__(self) -> str:
        return f"IssuedKey({self.key[:4]}…{self.key[-4:]})"

    @classmethod
    def minted(cls, terms: Terms, created_at: datetime) -> IssuedKey:
        """A new key as KuCoin makes them: a MongoDB ObjectId, a UUID, a passphrase of one's own."""
        second = int(created_at.timestamp())
        return cls(
            key=f"{second:08x}{secrets.token_hex(8)}",
            secret=str(uuid.uuid4()),
            passphrase=f"Read-{secrets.token_urlsafe(9)}",
            terms=terms,
            created_at=datetime.fromtimestamp(second, UTC),
            uid=100_000_000 + secrets.randbelow(100_000_000),
        )

    def has_expired(self, now_s: float) -> bool:
        """Whether KuCoin no longer knows it; ``now_s`` in seconds since 1970."""
        end = self.terms.expires_at
        return end is not None and end.timestamp() <= now_s and not self.terms.outlives_validity

    def description(self) -> dict[str, Any]:
        """The ``data`` of "Get Apikey Info"; KuCoin docs, account-funding, and sieblyio's ``ApiKeyInfo``."""
        terms = self.terms
        described: dict[str, Any] = {
            "remark": terms.name,
            "apiKey": self.key,
            "apiVersion": terms.api_version,
            "permission": ",".join(sorted(terms.permissions, key=_place)),
            "ipWhitelist": ",".join(terms.ip_whitelist) or self._none(""),
            "createdAt": int(self.created_at.timestamp()) * 1000,
            "uid": self.uid,
            **self._place_in_family(),
            "region": REGION_OF_SITE[terms.site],
            "kycStatus": 0 if terms.kyc_missing else 1,
            "expiredAt": _ms(terms.expires_at) or self._none(None),
            "thirdPartyApp": terms.third_party_app or self._none(""),
            "siteType": terms.site,
        }
        return {name: value for name, value in described.items() if value is not Absence.LEFT_OUT}

    def _place_in_family(self) -> dict[str, Any]:
        terms = self.terms
        return {
            "isMaster": terms.is_master,
            "subName": terms.sub_name or self._none(""),
            "parentUid": self._none("") if terms.is_master else self.uid - 1,
        }

    def _none(self, empty: str | None) -> str | Absence | None:
        match self.terms.absence:
            case Absence.LEFT_OUT:
                return Absence.LEFT_OUT
            case Absence.NULL:
                return None
            case Absence.EMPTY:
                return empty


def _place(permission: str) -> tuple[int, str]:
    known = permission in PERMISSION_ORDER
    return (PERMISSION_ORDER.index(permission) if known else len(PERMISSION_ORDER), permission)


def _ms(moment: datetime | None) -> int | None:
    return int(moment.timestamp() * 1000) if moment else None

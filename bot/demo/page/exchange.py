"""The exchange's pane: make a key as somebody did, edit it as on KuCoin's API page, break the venue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.demo.kucoin import FAULT_TITLES, PRESETS, Fault, IssuedKey, KuCoin

Json = dict[str, Any]

ON_SCREEN = {
    "General": "General",
    "Spot": "Spot Trading",
    "Margin": "Margin Trading",
    "Futures": "Futures Trading",
    "Unified": "Unified Trading",
    "Earn": "Earn",
    "LeadtradeFutures": "Lead Trading",
    "InnerTransfer": "FlexTransfers",
    "Transfer": "Withdrawal",
}
"""Permissions as KuCoin's API page calls them (KuCoin support, article 360015102174)."""
ELSEWHERE = "203.0.113.154"
"""An address of nobody: RFC 5737."""
SHOWN_REQUESTS = 6
GROUPS = (
    (Fault.DOWN, "The way to KuCoin"),
    (Fault.RATE_LIMITED, "KuCoin has trouble, or takes us for trouble"),
    (Fault.KEY_NOT_FOUND, "KuCoin refuses this key"),
    (Fault.REGION_US, "KuCoin refuses us, or how we ask"),
    (Fault.NOT_JSON, "Answers that nobody understands"),
)
"""The first fault of each group, in the order of `Fault`."""


@dataclass(slots=True)
class OnDesk:
    """A key that was made here, and of which kind it was."""

    preset: str
    key: IssuedKey
    mended: bool = False


class Desk:
    """What the pane shows and does."""

    def __init__(self, kucoin: KuCoin, changed: Callable[[], None]) -> None:
        self._kucoin, self._changed = kucoin, changed
        self.keys: list[OnDesk] = []

    @property
    def current(self) -> OnDesk | None:
        """The key in the clipboard."""
        return self.keys[-1] if self.keys else None

    def told(self) -> Json:
        """All of it, for the page."""
        return {
            "presets": [{"slug": p.slug, "title": p.title, "deed": p.deed} for p in PRESETS.values()],
            "key": _described(self.current) if self.current else None,
            "faults": _grouped_faults(),
            "active": [{"slug": fault.value, "title": fault.title} for fault in self._active()],
            "requests": [
                {"what": f"{one.method} {one.path}", "host": one.host, "code": one.answered_code or "none"}
                for one in self._kucoin.requests[-SHOWN_REQUESTS:]
            ],
        }

    def do(self, told: Json) -> None:
        """Do what was pressed.

        Raises:
            ValueError: there is no such act, key or fault.
        """
        doing = {
            "make": self._make,
            "edit": self._edit,
            "renew": self._renew,
            "delete": self._delete,
            "break": self._break,
            "mend": self._mend,
        }.get(str(told.get("do")))
        if doing is None:
            raise ValueError("there is no such act")
        try:
            doing(told)
        except (LookupError, TypeError) as wrong:
            raise ValueError(f"that cannot be done: {wrong}") from None
        self._changed()

    def _make(self, told: Json) -> None:
        slug = str(told["preset"])
        self.keys.append(OnDesk(slug, self._kucoin.issue(slug)))

    def _edit(self, told: Json) -> None:
        """Permissions and addresses: all that KuCoin lets one change."""
        one = self._at_hand()
        ticked = {str(name) for name in told["permissions"]} & ON_SCREEN.keys()
        kept = one.key.terms.permissions - ON_SCREEN.keys()
        addresses = (one.key.terms.ip_whitelist or (ELSEWHERE,)) if told["restricted"] else ()
        self._kucoin.edit(one.key, permissions=ticked | kept, ip_whitelist=addresses)
        one.mended = True

    def _renew(self, told: Json) -> None:
        """A new key, just like the one at hand but permanent: KuCoin lets nobody change the validity."""
        one = self._at_hand()
        terms = replace(one.key.terms, expires_at=None, outlives_validity=False)
        fields = {name: getattr(terms, name) for name in terms.__slots__}
        self.keys.append(OnDesk(one.preset, self._kucoin.issue("general_only", **fields), mended=True))

    def _delete(self, told: Json) -> None:
        self._kucoin.delete(self._at_hand().key)
        self.keys.pop()

    def _break(self, told: Json) -> None:
        fault = Fault.code(str(told["fault"]))
        if fault not in self._kucoin.faults.active:
            self._kucoin.faults.add(fault)

    def _mend(self, told: Json) -> None:
        if "fault" in told:
            self._kucoin.faults.remove(Fault.code(str(told["fault"])))
        else:
            self._kucoin.faults.clear()

    def _active(self) -> list[Fault]:
        return list(dict.fromkeys(self._kucoin.faults.active))

    def _at_hand(self) -> OnDesk:
        if self.current is None:
            raise LookupError("no key was made yet")
        return self.current


def is_fine(one: OnDesk) -> bool:
    """Whether nothing stands in the key's way that its owner could have set otherwise."""
    terms = one.key.terms
    return terms.permissions == {"General"} and not terms.ip_whitelist and terms.expires_at is None


def _described(one: OnDesk) -> Json:
    terms = one.key.terms
    unknown = sorted(terms.permissions - ON_SCREEN.keys())
    return {
        "title": PRESETS[one.preset].title,
        "name": terms.name,
        "clipboard": [
            {"label": "API Key", "value": one.key.key},
            {"label": "API Secret", "value": one.key.secret},
            {"label": "API Passphrase", "value": one.key.passphrase},
        ],
        "permissions": [
            {"slug": slug, "title": title, "on": slug in terms.permissions}
            for slug, title in ON_SCREEN.items()
        ],
        "besides": unknown,
        "addresses": list(terms.ip_whitelist),
        "expires": terms.expires_at.date().isoformat() if terms.expires_at else None,
        "fine": is_fine(one),
    }


def _grouped_faults() -> list[Json]:
    groups: list[Json] = []
    titles = dict(GROUPS)
    for fault, words in FAULT_TITLES.items():
        if fault in titles:
            groups.append({"title": titles[fault], "faults": []})
        groups[-1]["faults"].append({"slug": fault.value, "title": words})
    return groups

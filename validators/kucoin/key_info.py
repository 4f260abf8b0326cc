"""The key's own description (`GET /api/v1/user/api-key`) → what it may do and how long it lives.

Fields and values: KuCoin docs, "Get Apikey Info"; the newer ones (expiredAt, thirdPartyApp,
siteType) from sieblyio/kucoin-api, type ApiKeyInfo. Absent, null and "" mean none. A value of
the wrong type is not understood, and what is not understood never passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from validators.diagnosis import Cause, Finding, Requirement
from validators.kucoin.answers import plain


class Power(NamedTuple):
    """What one permission allows: its name on KuCoin's screen, and the guide's name for it."""

    screen: str
    guide: str
    cause: Cause | None


_TRADE, _TRANSFER = ("Trade", Cause.CAN_TRADE), ("Transfer", Cause.CAN_TRANSFER)

# KuCoin docs, "Get Apikey Info" and the permission named beside each endpoint; the screen's names
# from KuCoin support 360015102174. The last four are names of old keys or of the docs only.
POWER_OF_PERMISSION = {
    "general": Power("General", "General", None),
    "transfer": Power("Withdrawal", "Transfer", Cause.CAN_WITHDRAW),
    "innertransfer": Power("FlexTransfers", *_TRANSFER),
    "spot": Power("Spot Trading", *_TRADE),
    "margin": Power("Margin Trading", *_TRADE),
    "futures": Power("Futures Trading", *_TRADE),
    "unified": Power("Unified Trading", *_TRADE),
    "earn": Power("Earn", *_TRADE),
    "leadtradefutures": Power("Lead Trading", *_TRADE),
    "trade": Power("Trade", *_TRADE),
    "withdrawal": Power("Withdrawal", "Transfer", Cause.CAN_WITHDRAW),
    "withdraw": Power("Withdrawal", "Transfer", Cause.CAN_WITHDRAW),
    "flextransfers": Power("FlexTransfers", *_TRANSFER),
}

LINE_OF_POWER = {
    Cause.CAN_WITHDRAW: Requirement.TRANSFER_OFF,
    Cause.CAN_TRANSFER: Requirement.TRANSFER_OFF,
    Cause.CAN_TRADE: Requirement.TRADE_OFF,
    Cause.UNKNOWN_PERMISSION: Requirement.TRADE_OFF,
}

TITLE_OF_SITE = {
    "turkey": "KuCoin Türkiye",
    "australia": "KuCoin Australia",
    "europe": "KuCoin EU",
    "thailand": "KuCoin Thailand",
}

KEY_VERSION_TODAY = 3
_OPENING_MS = int(datetime(2017, 9, 1, tzinfo=UTC).timestamp() * 1000)
_FAR_MS = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What KuCoin says of a key.

    Attributes:
        findings: Everything wrong or worth saying.
        unclear: Lines whose field could not be read, each with the reason.
        general_on: Whether General is among the permissions; None where that is unclear.
        address_bound: Whether anything ties the key to addresses; None where that is unclear.
        is_old: Whether the key is of a version before today's.
    """

    findings: tuple[Finding, ...]
    unclear: dict[Requirement, Cause]
    general_on: bool | None
    address_bound: bool | None
    is_old: bool


def read_key_info(data: Any, key: str, now_ms: int) -> KeyInfo | None:
    """Read the ``data`` of a success; None where it does not describe *key*."""
    if not is_description(data, key):
        return None
    findings: list[Finding] = []
    unclear: dict[Requirement, Cause] = {}
    general_on = _permissions(data.get("permission"), findings, unclear)
    _addresses(data, findings, unclear)
    _validity(data, now_ms, findings, unclear)
    findings += _notes(data)
    bound = any(f.requirement is Requirement.NO_IP_RESTRICTION for f in findings)
    return KeyInfo(
        findings=tuple(findings),
        unclear=unclear,
        general_on=general_on,
        address_bound=bound or (None if Requirement.NO_IP_RESTRICTION in unclear else False),
        is_old=any(f.cause is Cause.OLD_KEY_VERSION for f in findings),
    )


def is_description(data: Any, key: str) -> bool:
    """Whether *data* describes *key*, which KuCoin repeats in it."""
    return isinstance(data, dict) and data.get("apiKey") == key


def _permissions(value: Any, findings: list[Finding], unclear: dict[Requirement, Cause]) -> bool | None:
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else []
    names = [name for name in names if name]
    if not names:
        # General cannot be unticked, so an empty list is a change at KuCoin's, not a fault of the key.
        for line in (Requirement.GENERAL_ON, Requirement.TRADE_OFF, Requirement.TRANSFER_OFF):
            unclear[line] = Cause.NOT_UNDERSTOOD
        return None
    findings += _powers(names)
    if any(finding.cause is Cause.UNKNOWN_PERMISSION for finding in findings):
        unclear[Requirement.TRANSFER_OFF] = Cause.UNKNOWN_PERMISSION
    general_on = "general" in map(str.lower, names)
    if not general_on:
        findings.append(Finding(Cause.GENERAL_OFF, Requirement.GENERAL_ON))
    return general_on


def _powers(names: Iterable[str]) -> Iterable[Finding]:
    ticked: dict[Cause, dict[str, str]] = {}
    for name in names:
        shown = plain(name, 40)
        unknown = Power(f'"{shown}"', "", Cause.UNKNOWN_PERMISSION)
        power = POWER_OF_PERMISSION.get(name.lower(), unknown)
        if power.cause:
            ticked.setdefault(power.cause, {})[power.screen] = power.guide
    for cause, names_on_screen in ticked.items():
        yield Finding(cause, LINE_OF_POWER[cause], {"ticked": _listed(list(names_on_screen)[:10])})


def _addresses(data: dict[str, Any], findings: list[Finding], unclear: dict[Requirement, Cause]) -> None:
    app, listed = data.get("thirdPartyApp"), data.get("ipWhitelist")
    if isinstance(app, str) and app.strip():
        details = {"app": plain(app, 60) or "another platform"}
        findings.append(Finding(Cause.THIRD_PARTY_APP, Requirement.NO_IP_RESTRICTION, details))
    if isinstance(listed, str) and listed.strip(" ,"):
        findings.append(Finding(Cause.IP_RESTRICTED, Requirement.NO_IP_RESTRICTION))
    if not all(value is None or isinstance(value, str) for value in (app, listed)):
        unclear[Requirement.NO_IP_RESTRICTION] = Cause.NOT_UNDERSTOOD


def _validity(
    data: dict[str, Any], now_ms: int, findings: list[Finding], unclear: dict[Requirement, Cause]
) -> None:
    value = data.get("expiredAt")
    if value is None or value == "":
        if "expiredAt" not in data:
            findings.append(Finding(Cause.END_DATE_NOT_REPORTED, Requirement.PERMANENT))
        return
    end_ms = _whole(value)
    if end_ms is None or not _OPENING_MS <= end_ms <= _FAR_MS:
        unclear[Requirement.PERMANENT] = Cause.NOT_UNDERSTOOD
        return
    cause = Cause.EXPIRED if end_ms <= now_ms else Cause.WILL_EXPIRE
    findings.append(Finding(cause, Requirement.PERMANENT, {"date": day(end_ms)}))


def _notes(data: dict[str, Any]) -> Iterable[Finding]:
    if data.get("isMaster") is False:
        name = data.get("subName")
        shown = plain(name, 60) if isinstance(name, str) else ""
        yield Finding(Cause.SUB_ACCOUNT, details={"name": shown} if shown else {})
    site = data.get("siteType")
    if isinstance(site, str) and site.strip() and site.strip().lower() != "global":
        shown = plain(site, 40)
        yield Finding(Cause.OTHER_SITE, details={"site": TITLE_OF_SITE.get(shown.lower(), shown)})
    version = _whole(data.get("apiVersion"))
    if version is not None and version < KEY_VERSION_TODAY:
        yield Finding(Cause.OLD_KEY_VERSION, details={"version": str(version)[:8]})


def day(at_ms: int) -> str:
    """A day as people write it: "20 August 2026"."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at.day} {at:%B %Y}"


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _listed(names: list[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)

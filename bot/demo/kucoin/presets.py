"""Keys as people make them: each preset is one thing that somebody did on KuCoin's API page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.demo.kucoin.keys import Terms

CALLER = "caller"
"""In a list of addresses: the one that the venue takes the caller to have."""
SOMEBODY = "203.0.113.154"
"""An address of nobody: RFC 5737."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a good check says of it: for people to read, nothing here computes with it."""

    verdict: str
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of key.

    Attributes:
        title: As a person reads it.
        deed: One sentence that says what the person did.
        expires_in: From the moment of issue; negative for the past.
        age: How long ago it was made.
    """

    slug: str
    title: str
    deed: str
    terms: Terms
    expected: Expected
    expires_in: timedelta | None = None
    age: timedelta = field(default=timedelta(minutes=10))


_FINE = Expected("passed")
_DAYS_90 = timedelta(days=90)


def _broken(*requirements: str) -> Expected:
    return Expected("needs_a_fix", requirements)


# Slug, title, what the person did, the permission beside General.
_TRADING_ROWS = (
    ("spot_trading_on", "Spot trading on", "Ticked Spot Trading beside General.", "Spot"),
    (
        "futures_trading_on",
        "Futures trading on",
        "Ticked Futures Trading to make futures readable, which General already does.",
        "Futures",
    ),
    ("margin_trading_on", "Margin trading on", "Ticked Margin Trading beside General.", "Margin"),
    ("unified_on", "Unified on", "Ticked the trading of a unified account.", "Unified"),
    ("earn_on", "Earn on", "Ticked Earn beside General.", "Earn"),
    ("lead_trading_on", "Lead trading on", "Ticked lead trading, for others to copy.", "LeadtradeFutures"),
    (
        "old_trade_permission",
        "Old Trade permission",
        "Kept a key of when the box was Trade.",
        "Trade",
    ),
    ("unknown_permission", "Unknown permission", "Ticked a box that KuCoin has only just made.", "Teleport"),
)

_PERMISSIONS = (
    Preset("general_only", "General only", "Followed the guide to the letter.", Terms(), _FINE),
    *(
        Preset(slug, title, deed, Terms(permissions=frozenset({"General", ticked})), _broken("trade_off"))
        for slug, title, deed, ticked in _TRADING_ROWS
    ),
    Preset(
        "general_missing",
        "General missing",
        "Has a key from which General was taken away.",
        Terms(permissions=frozenset({"Spot"})),
        _broken("general_on"),
    ),
)

_MONEY = (
    Preset(
        "withdrawal_on",
        "Withdrawal on (IP forced)",
        "Ticked Withdrawal; KuCoin then wanted a list of addresses, and the person entered ours.",
        Terms(permissions=frozenset({"General", "Transfer"}), ip_whitelist=(CALLER,)),
        _broken("transfer_off", "no_ip_restriction"),
    ),
    Preset(
        "withdrawal_on_elsewhere",
        "Withdrawal on, address of somebody else",
        "Ticked Withdrawal; KuCoin then wanted a list of addresses, and the person entered their own.",
        Terms(permissions=frozenset({"General", "Transfer"}), ip_whitelist=(SOMEBODY,)),
        _broken("no_ip_restriction"),
    ),
    Preset(
        "flex_transfers_on",
        "FlexTransfers on",
        "Ticked FlexTransfers, which moves money between one's own accounts.",
        Terms(permissions=frozenset({"General", "InnerTransfer"})),
        _broken("transfer_off"),
    ),
    Preset(
        "everything_wrong",
        "everything wrong at once",
        "Ticked Spot Trading and Withdrawal, listed our address, and chose 90 days.",
        Terms(permissions=frozenset({"General", "Spot", "Transfer"}), ip_whitelist=(CALLER,)),
        _broken("trade_off", "transfer_off", "no_ip_restriction", "permanent"),
        expires_in=_DAYS_90,
    ),
)

_ADDRESS_AND_VALIDITY = (
    Preset(
        "ip_restricted",
        "IP restricted",
        "Restricted the key to an address at home.",
        Terms(ip_whitelist=(SOMEBODY,)),
        _broken("no_ip_restriction"),
    ),
    Preset(
        "ip_restricted_to_us",
        "IP restricted to us",
        "Restricted the key to addresses among which ours is, so that every request succeeds.",
        Terms(ip_whitelist=(SOMEBODY, CALLER)),
        _broken("no_ip_restriction"),
    ),
    Preset(
        "expires_in_90_days",
        "expires in 90 days",
        "Chose 90 days where the guide says Permanent.",
        Terms(),
        _broken("permanent"),
        expires_in=_DAYS_90,
    ),
    Preset(
        "expired",
        "expired",
        "Chose 90 days, more than 90 days ago.",
        Terms(),
        _broken("key_found"),
        expires_in=timedelta(days=-4),
        age=timedelta(days=94),
    ),
    Preset(
        "validity_in_the_past",
        "validity in the past in the description",
        "Chose 90 days, more than 90 days ago, and KuCoin has not noticed yet.",
        Terms(outlives_validity=True),
        _broken("permanent"),
        expires_in=timedelta(days=-4),
        age=timedelta(days=94),
    ),
)

_ACCOUNTS = (
    Preset(
        "empty_account",
        "General only, nothing in the account",
        "Followed the guide with an account that never held anything.",
        Terms(has_balances=False),
        _FINE,
    ),
    Preset(
        "third_party_app",
        "Link Third-Party app",
        "Chose Link Third-Party Applications instead of API-Based Trading.",
        Terms(third_party_app="CoinTracker"),
        _broken("no_ip_restriction"),
    ),
    Preset(
        "sub_account",
        "sub-account",
        "Made the key in a sub-account.",
        Terms(is_master=False, sub_name="taxes2026"),
        _FINE,
    ),
    Preset(
        "kucoin_eu",
        "of KuCoin EU",
        "Has an account at kucoin.eu, not at kucoin.com.",
        Terms(site="europe"),
        _broken("key_found"),
    ),
    Preset(
        "kucoin_australia",
        "of KuCoin Australia",
        "Has an account at KuCoin Australia, which shares the addresses of kucoin.com.",
        Terms(site="australia"),
        _FINE,
    ),
    Preset(
        "frozen",
        "frozen",
        "Has an account that KuCoin has frozen.",
        Terms(frozen=True),
        _broken("data_readable"),
    ),
    Preset(
        "identity_check_missing",
        "identity check missing",
        "Never finished KuCoin's identity check.",
        Terms(kyc_missing=True),
        _broken("data_readable"),
    ),
)

_OLD = (
    Preset(
        "old_version_2_key",
        "old version 2 key",
        "Uses a key of version 2, which still answers.",
        Terms(api_version=2),
        _FINE,
        age=timedelta(days=1100),
    ),
    Preset(
        "no_longer_supported",
        "no longer supported (400008)",
        "Uses a key of version 2, which KuCoin no longer takes.",
        Terms(api_version=2, no_longer_supported=True),
        _broken("data_readable"),
        age=timedelta(days=1100),
    ),
    Preset(
        "legacy_futures_only",
        "legacy futures-only",
        "Uses a key made when futures had keys of their own.",
        Terms(futures_only=True, api_version=2),
        _broken("key_found"),
        age=timedelta(days=1600),
    ),
)

PRESETS: dict[str, Preset] = {
    preset.slug: preset for preset in (*_PERMISSIONS, *_MONEY, *_ADDRESS_AND_VALIDITY, *_ACCOUNTS, *_OLD)
}

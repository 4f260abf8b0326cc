"""Each preset is a key as somebody made it, and the wire shows exactly what that person did."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.demo.kucoin import PRESETS, KuCoin, Preset

if TYPE_CHECKING:
    from tests.bot.demo.kucoin.conftest import Clock, Person

VERDICTS = {"passed", "needs_a_fix", "could_not_tell"}
REQUIREMENTS = {
    "key_found",
    "secret_matches",
    "passphrase_matches",
    "general_on",
    "trade_off",
    "transfer_off",
    "no_ip_restriction",
    "permanent",
    "data_readable",
}
DAY_MS = 86_400_000
SHOWN: dict[str, dict[str, Any]] = {
    "general_only": {"permission": "General", "apiVersion": 3, "isMaster": True, "siteType": "global"},
    "spot_trading_on": {"permission": "General,Spot"},
    "futures_trading_on": {"permission": "General,Futures"},
    "margin_trading_on": {"permission": "General,Margin"},
    "unified_on": {"permission": "General,Unified"},
    "earn_on": {"permission": "General,Earn"},
    "lead_trading_on": {"permission": "General,LeadtradeFutures"},
    "old_trade_permission": {"permission": "General,Trade"},
    "unknown_permission": {"permission": "General,Teleport"},
    "withdrawal_on": {"permission": "General,Transfer", "ipWhitelist": "127.0.0.1"},
    "flex_transfers_on": {"permission": "General,InnerTransfer"},
    "everything_wrong": {"permission": "General,Spot,Transfer", "ipWhitelist": "127.0.0.1"},
    "ip_restricted_to_us": {"permission": "General", "ipWhitelist": "203.0.113.154,127.0.0.1"},
    "expires_in_90_days": {"permission": "General"},
    "validity_in_the_past": {"permission": "General"},
    "empty_account": {"permission": "General"},
    "third_party_app": {"permission": "General", "thirdPartyApp": "CoinTracker"},
    "sub_account": {"permission": "General", "isMaster": False, "subName": "taxes2026"},
    "kucoin_australia": {"permission": "General", "siteType": "australia"},
    "old_version_2_key": {"permission": "General", "apiVersion": 2},
}
REFUSED = {
    "general_missing": (403, "400007"),
    "withdrawal_on_elsewhere": (403, "400006"),
    "ip_restricted": (403, "400006"),
    "expired": (401, "400003"),
    "kucoin_eu": (401, "400003"),
    "legacy_futures_only": (401, "400003"),
    "no_longer_supported": (400, "400008"),
    "frozen": (403, "411100"),
    "identity_check_missing": (403, "400303"),
}


def test_every_preset_has_a_test_here() -> None:
    assert set(SHOWN) | set(REFUSED) == set(PRESETS)
    assert not set(SHOWN) & set(REFUSED)


@pytest.mark.parametrize(("slug", "shown"), SHOWN.items())
async def test_a_key_shows_what_its_owner_did(
    venue: KuCoin, person: Person, slug: str, shown: dict[str, Any]
) -> None:
    described = (await person.describe(venue.issue(slug))).data

    assert {name: described[name] for name in shown} == shown


@pytest.mark.parametrize(("slug", "shown"), SHOWN.items())
async def test_a_key_shows_nothing_that_its_owner_did_not_do(
    venue: KuCoin, person: Person, slug: str, shown: dict[str, Any]
) -> None:
    described = (await person.describe(venue.issue(slug))).data
    ends = {"expires_in_90_days", "everything_wrong", "validity_in_the_past"}

    for name in ("ipWhitelist", "thirdPartyApp", "subName"):
        assert (name in described) is (name in shown)
    assert ("expiredAt" in described) is (slug in ends)


@pytest.mark.parametrize(("slug", "refused"), REFUSED.items())
async def test_a_key_that_cannot_be_read_is_refused(
    venue: KuCoin, person: Person, slug: str, refused: tuple[int, str]
) -> None:
    reply = await person.describe(venue.issue(slug))

    assert (reply.status, reply.code) == refused


@pytest.mark.parametrize("slug", PRESETS)
async def test_a_key_answers_on_the_futures_host_as_on_the_spot_host(
    venue: KuCoin, person: Person, slug: str
) -> None:
    """All but the key of the time when futures had keys of their own."""
    key = venue.issue(slug)

    spot = (await person.ask("/api/v1/accounts", key)).code
    futures = (await person.ask("/api/v1/account-overview?currency=USDT", key, host="futures")).code

    assert futures == ("200000" if slug == "legacy_futures_only" else spot)


async def test_a_key_of_kucoin_eu_answers_there(venue: KuCoin, person: Person) -> None:
    reply = await person.describe(venue.issue("kucoin_eu"), host="eu")

    assert (reply.code, reply.data["siteType"]) == ("200000", "europe")


@pytest.mark.parametrize(
    ("slug", "days"), [("expires_in_90_days", 90), ("everything_wrong", 90), ("validity_in_the_past", -4)]
)
async def test_an_end_date_is_counted_from_now(
    venue: KuCoin, person: Person, clock: Clock, slug: str, days: int
) -> None:
    described = (await person.describe(venue.issue(slug))).data

    assert described["expiredAt"] == int(clock.now_s * 1000) + days * DAY_MS


async def test_an_expired_key_was_made_when_it_had_90_days(venue: KuCoin, clock: Clock) -> None:
    key = venue.issue("expired")

    assert key.terms.expires_at == key.created_at + timedelta(days=90)
    assert key.created_at < datetime.fromtimestamp(clock.now_s, UTC) - timedelta(days=90)


@pytest.mark.parametrize("slug", PRESETS)
def test_a_key_was_made_in_kucoins_lifetime(venue: KuCoin, clock: Clock, slug: str) -> None:
    made = venue.issue(slug).created_at

    assert datetime(2017, 9, 1, tzinfo=UTC) < made < datetime.fromtimestamp(clock.now_s, UTC)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_can_be_read_by_people(preset: Preset) -> None:
    assert PRESETS[preset.slug] is preset
    assert re.fullmatch("[a-z][a-z0-9_]*", preset.slug)
    assert preset.title.strip()
    assert re.fullmatch(r"[A-Z][^.]*(\.com[^.]*|\.eu[^.]*)*\.", preset.deed), "one whole sentence"


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_what_is_expected_is_told_in_the_words_of_a_diagnosis(preset: Preset) -> None:
    expected = preset.expected

    assert expected.verdict in VERDICTS
    assert set(expected.broken) <= REQUIREMENTS
    assert expected.verdict != "passed" or not expected.broken


def test_titles_are_told_apart() -> None:
    assert len({preset.title for preset in PRESETS.values()}) == len(PRESETS)

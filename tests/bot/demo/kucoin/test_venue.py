"""Keys are issued, edited and deleted as on KuCoin's API page, and what was asked is remembered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.demo.kucoin import CALLER, KuCoin

if TYPE_CHECKING:
    from tests.bot.demo.kucoin.conftest import Clock, Person


def test_the_settings_lead_to_the_three_hosts(venue: KuCoin) -> None:
    assert venue.settings == {
        "KUCOIN_API_URL": venue.url,
        "KUCOIN_FUTURES_API_URL": venue.futures_url,
        "KUCOIN_EU_API_URL": venue.eu_url,
    }
    assert all(url.startswith("http://127.0.0.1:") for url in venue.settings.values())
    assert len(set(venue.settings.values())) == 3


async def test_a_key_is_issued_by_its_terms(venue: KuCoin, person: Person) -> None:
    key = venue.issue(permissions={"General", "Earn"}, name="Tax tool", is_master=False, sub_name="kids")

    described = (await person.describe(key)).data

    assert described["permission"] == "General,Earn"
    assert (described["remark"], described["subName"]) == ("Tax tool", "kids")


async def test_a_preset_is_issued_with_other_terms(venue: KuCoin, person: Person) -> None:
    key = venue.issue("spot_trading_on", name="Mine", ip_whitelist=[CALLER])

    described = (await person.describe(key)).data

    assert described["permission"] == "General,Spot"
    assert (described["remark"], described["ipWhitelist"]) == ("Mine", "127.0.0.1")


def test_a_key_is_made_when_asked(venue: KuCoin) -> None:
    made = datetime(2026, 8, 20, tzinfo=UTC)

    assert int(venue.issue(created_at=made).key[:8], 16) == made.timestamp()


def test_an_unknown_preset_is_refused(venue: KuCoin) -> None:
    with pytest.raises(LookupError, match="mood_trading_on"):
        venue.issue("mood_trading_on")


async def test_an_edited_key_passes_with_the_same_secret(venue: KuCoin, person: Person) -> None:
    key = venue.issue("everything_wrong")
    parts = (key.key, key.secret, key.passphrase)
    assert (await person.describe(key)).data["permission"] == "General,Spot,Transfer"

    venue.edit(key, permissions={"General"}, ip_whitelist=(), expires_at=None)

    described = (await person.describe(key)).data
    assert described["permission"] == "General"
    assert not {"ipWhitelist", "expiredAt"} & set(described)
    assert (key.key, key.secret, key.passphrase) == parts


async def test_a_restriction_is_lifted_by_an_edit(venue: KuCoin, person: Person) -> None:
    key = venue.issue("ip_restricted")
    assert (await person.describe(key)).code == "400006"

    venue.edit(key, ip_whitelist=())

    assert (await person.describe(key)).code == "200000"


def test_an_edit_that_cannot_be_meant_changes_nothing(venue: KuCoin) -> None:
    key = venue.issue()
    before = key.terms

    with pytest.raises(TypeError):
        venue.edit(key, permissions="General,Spot")

    assert key.terms is before


async def test_a_deleted_key_is_unknown(venue: KuCoin, person: Person) -> None:
    key, other = venue.issue(), venue.issue()
    assert (await person.describe(key)).code == "200000"

    venue.delete(key)
    venue.delete(key)

    assert (await person.describe(key)).code == "400003"
    assert (await person.describe(other)).code == "200000"


async def test_keys_of_another_venue_are_unknown(venue: KuCoin, person: Person, clock: Clock) -> None:
    async with KuCoin.open(clock=clock) as elsewhere:
        assert (await person.describe(elsewhere.issue())).code == "400003"


async def test_our_address_is_the_one_the_venue_sees(venue: KuCoin, person: Person) -> None:
    venue.caller_ip = "198.51.100.7"

    described = (await person.describe(venue.issue("ip_restricted_to_us"))).data

    assert described["ipWhitelist"] == "203.0.113.154,198.51.100.7"


async def test_what_was_asked_is_remembered(venue: KuCoin, person: Person, clock: Clock) -> None:
    key = venue.issue("spot_trading_on")
    await person.ask("/api/v1/timestamp")
    await person.ask("/api/v1/transaction-history?maxCount=1", key, host="futures", version="2")
    await person.describe(key, passphrase="wrong-one")

    public, private, refused = venue.requests

    assert (public.host, public.path, public.key_id, public.version) == (
        "spot",
        "/api/v1/timestamp",
        None,
        None,
    )
    assert (private.host, private.query, private.version) == ("futures", "maxCount=1", "2")
    assert (private.at, private.method, private.key_id) == (clock.now_s, "GET", key.key)
    assert [seen.answered_code for seen in venue.requests] == ["200000", "200000", "400004"]
    assert refused.key_id == key.key


async def test_no_secret_is_remembered(venue: KuCoin, person: Person) -> None:
    key = venue.issue()
    headers = person.signed_headers(key, "/api/v1/user/api-key")
    await person.describe(key)
    await person.describe(key, passphrase="another-one", version=None)
    await person.describe(key, headers={"KC-API-PASSPHRASE": key.passphrase}, version="1")

    remembered = repr(venue.requests)

    assert key.key in remembered, "nothing is remembered, so silence proves nothing"
    for hidden in (key.secret, key.passphrase, headers["KC-API-SIGN"], headers["KC-API-PASSPHRASE"]):
        assert hidden not in remembered


@pytest.mark.parametrize("part", ["secret", "passphrase"])
async def test_a_secret_in_the_wrong_field_is_not_remembered(
    venue: KuCoin, person: Person, part: str
) -> None:
    key = venue.issue()
    swapped = getattr(key, part)

    await person.describe(key, key_id=swapped)

    assert venue.requests[-1].key_id == f"{swapped[:4]}…"
    assert swapped not in repr(venue.requests)


async def test_a_deleted_key_is_still_known_by_name(venue: KuCoin, person: Person) -> None:
    key = venue.issue()
    venue.delete(key)

    await person.describe(key)

    assert venue.requests[-1].key_id == key.key


async def test_the_memory_can_be_cleared(venue: KuCoin, person: Person) -> None:
    await person.ask("/api/v1/timestamp")
    venue.requests.clear()
    await person.ask("/api/v1/status")

    assert [seen.path for seen in venue.requests] == ["/api/v1/status"]

"""Keys look like KuCoin's and describe themselves in its words."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.kucoin import Absence, IssuedKey, Terms

MADE = datetime(2026, 8, 20, 9, 30, 15, 250_000, tzinfo=UTC)
MAY_BE_NONE = ("ipWhitelist", "subName", "parentUid", "expiredAt", "thirdPartyApp")


def minted(**terms: Any) -> IssuedKey:
    return IssuedKey.minted(Terms().changed(**terms), MADE)


def test_a_key_is_an_object_id_that_tells_when_it_was_made() -> None:
    key = minted()

    assert re.fullmatch("[0-9a-f]{24}", key.key)
    assert int(key.key[:8], 16) == int(MADE.timestamp())
    assert key.description()["createdAt"] == int(key.key[:8], 16) * 1000


def test_a_secret_is_a_uuid_in_lower_case() -> None:
    secret = minted().secret

    assert str(uuid.UUID(secret)) == secret


def test_a_passphrase_is_one_that_kucoin_would_take() -> None:
    passphrase = minted().passphrase

    assert 7 <= len(passphrase) <= 32
    assert not re.search(r"\s", passphrase)
    assert not passphrase.isdigit()


def test_no_two_keys_share_anything() -> None:
    one, other = minted(), minted()

    assert one.key != other.key
    assert one.secret != other.secret
    assert one.passphrase != other.passphrase


def test_a_key_shown_by_accident_shows_no_secret() -> None:
    key = minted()

    shown = f"{key} {key!r} {[key]}"

    assert key.key[:4] in shown
    for hidden in (key.secret, key.passphrase, key.passphrase_sign, key.key):
        assert hidden not in shown


def test_a_permanent_key_of_a_main_account_leaves_out_what_it_has_not() -> None:
    """As in the one recorded body, JKorf/Kucoin.Net."""
    described = minted(name="123").description()

    assert list(described) == [
        "remark",
        "apiKey",
        "apiVersion",
        "permission",
        "createdAt",
        "uid",
        "isMaster",
        "region",
        "kycStatus",
        "siteType",
    ]
    assert described["remark"] == "123"
    assert described["isMaster"] is True
    assert described["siteType"] == "global"


@pytest.mark.parametrize(
    ("absence", "spelt"),
    [
        (Absence.NULL, dict.fromkeys(MAY_BE_NONE)),
        (Absence.EMPTY, dict.fromkeys(MAY_BE_NONE, "") | {"expiredAt": None}),
    ],
)
def test_none_is_spelt_as_asked(absence: Absence, spelt: dict[str, Any]) -> None:
    described = minted(absence=absence).description()

    assert {name: described[name] for name in MAY_BE_NONE} == spelt


@pytest.mark.parametrize("absence", Absence)
def test_what_is_there_is_told_however_none_is_spelt(absence: Absence) -> None:
    end = MADE + timedelta(days=90)
    key = minted(
        absence=absence,
        ip_whitelist=["203.0.113.4", "203.0.113.5"],
        expires_at=end,
        third_party_app="CoinTracker",
        is_master=False,
        sub_name="taxes",
    )

    described = key.description()

    assert described["ipWhitelist"] == "203.0.113.4,203.0.113.5"
    assert described["expiredAt"] == int(end.timestamp() * 1000)
    assert described["thirdPartyApp"] == "CoinTracker"
    assert described["subName"] == "taxes"
    assert described["parentUid"] != described["uid"]


@pytest.mark.parametrize(
    ("given_as", "told"),
    [
        ({"Spot", "General"}, "General,Spot"),
        (["Margin", "Earn", "General"], "General,Earn,Margin"),
        ({"Zeppelin", "Airship", "General"}, "General,Airship,Zeppelin"),
        ((), ""),
    ],
)
def test_permissions_are_told_in_kucoins_order_and_new_ones_last(given_as: Any, told: str) -> None:
    assert minted(permissions=given_as).description()["permission"] == told


@given(permissions=st.sets(st.text(st.characters(categories=["Lu", "Ll"]), min_size=1), max_size=6))
def test_every_permission_is_told_once(permissions: set[str]) -> None:
    told = minted(permissions=permissions).description()["permission"]

    assert sorted(told.split(",") if told else []) == sorted(permissions)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"permissions": "General,Spot"}, TypeError),
        ({"ip_whitelist": "203.0.113.4"}, TypeError),
        ({"colour": "red"}, TypeError),
        ({"expires_at": datetime(2027, 1, 1)}, ValueError),  # noqa: DTZ001 - it is what is refused
        ({"site": "moon"}, ValueError),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(terms: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        minted(**terms)


@pytest.mark.parametrize(
    ("after", "outlives", "expired"),
    [
        (timedelta(seconds=-1), False, False),
        (timedelta(0), False, True),
        (timedelta(days=1), False, True),
        (timedelta(days=1), True, False),
    ],
)
def test_a_key_expires_at_its_end_date(after: timedelta, outlives: bool, expired: bool) -> None:
    end = MADE + timedelta(days=90)
    key = minted(expires_at=end, outlives_validity=outlives)

    assert key.has_expired((end + after).timestamp()) is expired


def test_a_permanent_key_never_expires() -> None:
    assert not minted().has_expired((MADE + timedelta(days=36_500)).timestamp())


@pytest.mark.parametrize(("site", "region"), [("global", "SG"), ("europe", "DE"), ("australia", "AU")])
def test_an_account_is_of_its_site(site: str, region: str) -> None:
    described = minted(site=site).description()

    assert (described["siteType"], described["region"]) == (site, region)

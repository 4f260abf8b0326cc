"""A signed request meets KuCoin's gates in KuCoin's order, and each opens once its fault is mended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.kucoin import Fault, KuCoin

if TYPE_CHECKING:
    from tests.bot.demo.kucoin.conftest import Clock, Person

WRONG_SECRET = "00000000-1111-2222-3333-444444444444"
# Everything that can be wrong with a request, in the order in which it is met.
EVERYTHING: dict[str, Any] = {
    "without": ("KC-API-SIGN",),
    "off_by_ms": 6000,
    "version": "7",
    "key_id": "6b00000000000000000000ff",
    "passphrase": "another-one",
    "sign_secret": WRONG_SECRET,
}
MENDED_TERMS: tuple[dict[str, Any], ...] = (
    {"no_longer_supported": False},
    {"ip_whitelist": ()},
    {"frozen": False},
    {"permissions": {"General"}},
)
ORDER_OF_REQUEST = ["400001", "400002", "400009", "400003", "400004", "400005"]
ORDER_OF_TERMS = ["400008", "400006", "411100", "400007", "200000"]
HEADERS = ("KC-API-KEY", "KC-API-SIGN", "KC-API-TIMESTAMP", "KC-API-PASSPHRASE")


async def test_a_right_request_passes_every_gate(venue: KuCoin, person: Person) -> None:
    reply = await person.describe(venue.issue())

    assert (reply.status, reply.code) == (200, "200000")


async def test_the_gates_stand_in_kucoins_order(venue: KuCoin, person: Person) -> None:
    key = venue.issue(
        permissions={"Spot"}, ip_whitelist=["203.0.113.9"], frozen=True, no_longer_supported=True
    )
    met = [(await person.describe(key, **EVERYTHING)).code]
    for mended in range(1, len(EVERYTHING) + 1):
        still_wrong = dict(list(EVERYTHING.items())[mended:])
        met.append((await person.describe(key, **still_wrong)).code)
    for terms in MENDED_TERMS:
        venue.edit(key, **terms)
        met.append((await person.describe(key)).code)

    assert met == ORDER_OF_REQUEST + ORDER_OF_TERMS


@pytest.mark.parametrize("missing", HEADERS)
async def test_a_missing_header_is_told_first(venue: KuCoin, person: Person, missing: str) -> None:
    key = venue.issue()

    left_out = await person.describe(key, without=(missing,))
    empty = await person.describe(key, headers={missing: ""})

    assert (left_out.status, left_out.code) == (400, "400001")
    assert empty.code == "400001"


@pytest.mark.parametrize(
    ("off_by_ms", "code"),
    [(0, "200000"), (5000, "200000"), (-5000, "200000"), (5001, "400002"), (-5001, "400002")],
)
async def test_a_clock_may_be_five_seconds_off(
    venue: KuCoin, person: Person, off_by_ms: int, code: str
) -> None:
    assert (await person.describe(venue.issue(), off_by_ms=off_by_ms)).code == code


@pytest.mark.parametrize("told", ["yesterday", "-1", "1e12", "1795000000000.5", "9" * 5000, "٣"])
async def test_a_timestamp_that_is_none_is_refused(venue: KuCoin, person: Person, told: str) -> None:
    reply = await person.describe(venue.issue(), headers={"KC-API-TIMESTAMP": told})

    assert (reply.status, reply.code) == (400, "400002")


@pytest.mark.parametrize(
    ("version", "code"),
    [("3", "200000"), ("2", "200000"), ("4", "400009"), ("three", "400009"), ("", "400009")],
)
async def test_versions_two_and_three_are_taken(
    venue: KuCoin, person: Person, version: str, code: str
) -> None:
    assert (await person.describe(venue.issue(), headers={"KC-API-KEY-VERSION": version})).code == code


@pytest.mark.parametrize("version", ["1", None])
async def test_a_passphrase_in_clear_is_refused(venue: KuCoin, person: Person, version: str | None) -> None:
    key = venue.issue()

    clear = await person.describe(key, version=version, headers={"KC-API-PASSPHRASE": key.passphrase})
    hashed = await person.describe(key, version=version)

    assert (clear.status, clear.code) == (401, "400004")
    assert hashed.code == "400004", "version 1 is over, whatever it sends"


@pytest.mark.parametrize(
    ("fault", "refused", "taken"),
    [(Fault.REFUSES_VERSION_3, "3", "2"), (Fault.REFUSES_VERSION_2, "2", "3")],
)
async def test_a_version_may_fall_out_of_favour(
    venue: KuCoin, person: Person, fault: Fault, refused: str, taken: str
) -> None:
    key = venue.issue()
    venue.faults.add(fault)

    assert (await person.describe(key, version=refused)).code == "400009"
    assert (await person.describe(key, version=taken)).code == "200000"


async def test_a_wrong_secret_is_first_seen_at_the_passphrase(venue: KuCoin, person: Person) -> None:
    reply = await person.describe(venue.issue(), secret=WRONG_SECRET)

    assert (reply.status, reply.code) == (401, "400004")
    assert reply.body["msg"] == "Invalid KC-API-PASSPHRASE"


async def test_a_passphrase_is_case_sensitive(venue: KuCoin, person: Person) -> None:
    key = venue.issue()

    assert (await person.describe(key, passphrase=key.passphrase.swapcase())).code == "400004"


async def test_a_signature_of_another_target_is_refused(venue: KuCoin, person: Person) -> None:
    key = venue.issue()
    elsewhere = person.signed_headers(key, "/api/v1/transaction-history")

    without_query = await person.ask(
        "/api/v1/transaction-history?maxCount=1", key, host="futures", headers=elsewhere
    )
    with_query = await person.ask("/api/v1/transaction-history?maxCount=1", key, host="futures")

    assert (without_query.status, without_query.code) == (401, "400005")
    assert with_query.code == "200000"


async def test_the_target_is_signed_as_it_was_sent(venue: KuCoin, person: Person) -> None:
    reply = await person.ask("/api/v1/account-overview?currency=%55SDT", venue.issue(), host="futures")

    assert (reply.code, reply.data["currency"]) == ("200000", "USDT")


async def test_an_address_that_is_not_listed_is_told(venue: KuCoin, person: Person) -> None:
    venue.caller_ip = "2001:db8::7"

    reply = await person.describe(venue.issue("ip_restricted"))

    assert (reply.status, reply.code) == (403, "400006")
    assert reply.body["msg"] == "Invalid request ip, the current clientIp is:2001:db8::7"


@pytest.mark.parametrize(
    ("site", "answers_at"),
    [
        ("global", {"spot", "futures"}),
        ("australia", {"spot", "futures"}),
        ("europe", {"eu"}),
        ("turkey", set()),
        ("thailand", set()),
    ],
)
async def test_a_key_is_known_at_its_own_site_only(
    venue: KuCoin, person: Person, site: str, answers_at: set[str]
) -> None:
    key = venue.issue(site=site)
    probes = {"spot": "/api/v1/accounts", "futures": "/api/v1/transaction-history", "eu": "/api/v1/accounts"}

    codes = {host: (await person.ask(path, key, host=host)).code for host, path in probes.items()}

    assert codes == {host: "200000" if host in answers_at else "400003" for host in probes}


async def test_a_legacy_futures_key_is_known_on_the_futures_host_only(venue: KuCoin, person: Person) -> None:
    key = venue.issue("legacy_futures_only")

    assert (await person.describe(key)).code == "400003"
    assert (await person.ask("/api/v1/transaction-history", key, host="futures")).code == "200000"
    assert (await person.describe(key, host="eu")).code == "400003"


async def test_a_key_stops_answering_when_its_time_has_come(
    venue: KuCoin, person: Person, clock: Clock
) -> None:
    key = venue.issue("expires_in_90_days")
    assert (await person.describe(key)).code == "200000"

    clock.now_s += timedelta(days=90).total_seconds()

    assert (await person.describe(key)).code == "400003"


async def test_a_key_is_case_sensitive(venue: KuCoin, person: Person) -> None:
    key = venue.issue()

    assert (await person.describe(key, key_id=key.key.upper() + "A")).code == "400003"


async def test_the_futures_overview_may_want_the_futures_permission(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.FUTURES_NEEDS_PERMISSION)
    reader, trader = venue.issue(), venue.issue("futures_trading_on")
    overview, history = "/api/v1/account-overview?currency=USDT", "/api/v1/transaction-history?maxCount=1"

    assert (await person.ask(overview, reader, host="futures")).code == "400007"
    assert (await person.ask(history, reader, host="futures")).code == "200000"
    assert (await person.ask(overview, trader, host="futures")).code == "200000"
    assert (await person.describe(reader)).code == "200000"


header_text = st.text(
    st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=40
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sent=st.fixed_dictionaries(dict.fromkeys((*HEADERS, "KC-API-KEY-VERSION"), header_text)))
def test_whatever_a_stranger_sends_is_refused_in_kucoins_words(sent: dict[str, str]) -> None:
    from bot.demo.kucoin.answers import ROWS
    from bot.demo.kucoin.endpoints import ENDPOINTS, Call, Host
    from bot.demo.kucoin.gates import refused_with

    path = "/api/v1/user/api-key"
    call = Call(Host.SPOT, "GET", path, path, {}, sent, "127.0.0.1", 1e9, None, frozenset())

    assert refused_with(call, ENDPOINTS[Host.SPOT][path]) in ROWS

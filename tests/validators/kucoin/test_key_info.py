"""What the key's own description says: permissions, addresses, validity, linked platforms."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validators.kucoin.stage import DAY_MS, KEY, NOW_MS, KuCoin, described, lines, ok, state
from validators.diagnosis import Cause, Kind, Requirement, State, Verdict
from validators.kucoin import EXCHANGE
from validators.kucoin.key_info import POWER_OF_PERMISSION, read_key_info
from validators.kucoin.venue import ACCOUNTS, OWN_KEY

TRADE, TRANSFER = Requirement.TRADE_OFF, Requirement.TRANSFER_OFF

# KuCoin docs, "Get Apikey Info" and the endpoints' permissions; the screen's names from KuCoin support.
PERMISSIONS = [
    ("Spot", Cause.CAN_TRADE, TRADE, "Spot Trading"),
    ("Margin", Cause.CAN_TRADE, TRADE, "Margin Trading"),
    ("Futures", Cause.CAN_TRADE, TRADE, "Futures Trading"),
    ("Unified", Cause.CAN_TRADE, TRADE, "Unified Trading"),
    ("Earn", Cause.CAN_TRADE, TRADE, "Earn"),
    ("LeadtradeFutures", Cause.CAN_TRADE, TRADE, "Lead Trading"),
    ("Trade", Cause.CAN_TRADE, TRADE, "Trade"),
    ("InnerTransfer", Cause.CAN_TRANSFER, TRANSFER, "FlexTransfers"),
    ("FlexTransfers", Cause.CAN_TRANSFER, TRANSFER, "FlexTransfers"),
    ("Transfer", Cause.CAN_WITHDRAW, TRANSFER, "Withdrawal"),
    ("Withdrawal", Cause.CAN_WITHDRAW, TRANSFER, "Withdrawal"),
    ("Withdraw", Cause.CAN_WITHDRAW, TRANSFER, "Withdrawal"),
    ("Convert", Cause.UNKNOWN_PERMISSION, TRADE, '"Convert"'),
]


@pytest.mark.parametrize("spelt", [str, str.upper, str.lower])
@pytest.mark.parametrize(("permission", "cause", "line", "on_screen"), PERMISSIONS)
async def test_any_permission_but_general_is_a_danger_named_as_on_the_screen(
    kucoin: KuCoin, permission: str, cause: Cause, line: Requirement, on_screen: str, spelt: Any
) -> None:
    kucoin.says(OWN_KEY, ok(described(permission=f"General,{spelt(permission)}")))
    diagnosis = await kucoin.check()
    told = EXCHANGE.guide.explain(diagnosis)

    assert diagnosis.dangerous
    assert diagnosis.causes == (cause,)
    assert lines(diagnosis, State.BROKEN) == {line}
    assert on_screen.lower() in " ".join(told.advice[0].do).lower()
    assert "delete" in told.opening


def test_every_permission_of_the_table_is_tried_here() -> None:
    assert set(POWER_OF_PERMISSION) == {"general"} | {p.lower() for p, *_ in PERMISSIONS if p != "Convert"}


async def test_the_words_of_screen_and_guide_stand_side_by_side(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(permission="General,Spot,Margin,Transfer")))
    told = EXCHANGE.guide.explain(await kucoin.check())

    assert "untick Spot Trading and Margin Trading, which the guide calls Trade" in str(told.advice[1].do)
    assert "Withdrawal is ticked, which the guide calls Transfer" in str(told.advice[0].do)


async def test_three_boxes_are_listed_as_people_list_them(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(permission="General,Spot,Margin,Futures,Spot")))

    listed = (await kucoin.check()).findings[0].details["ticked"]
    assert listed == "Spot Trading, Margin Trading and Futures Trading"


async def test_an_unknown_permission_leaves_open_whether_it_moves_money(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(permission="General,Teleport")))
    diagnosis = await kucoin.check()

    assert state(diagnosis, TRANSFER) is State.UNKNOWN
    assert "Teleport" in diagnosis.findings[0].details["ticked"]


async def test_a_hostile_permission_is_shown_cut_and_clean(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(permission="General,\x1b]0;\u202eevil\n" + "x" * 9000)))
    shown = (await kucoin.check()).findings[0].details["ticked"]

    assert len(shown) < 60
    assert shown.isprintable()


async def test_a_key_without_general_says_so(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(permission="Spot")))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.CAN_TRADE, Cause.GENERAL_OFF)
    assert state(diagnosis, Requirement.GENERAL_ON) is State.BROKEN


async def test_addresses_are_a_fault_even_where_ours_is_among_them(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(ipWhitelist="203.**.154,103.**.34")))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.IP_RESTRICTED,)
    assert state(diagnosis, Requirement.DATA_READABLE) is State.MET
    assert "154" not in repr(EXCHANGE.guide.explain(diagnosis))


VALIDITY = [
    (NOW_MS + 90 * DAY_MS, Cause.WILL_EXPIRE, "20 February 2027"),
    (NOW_MS + 1000, Cause.WILL_EXPIRE, "22 November 2026"),
    (NOW_MS - 4 * DAY_MS, Cause.EXPIRED, "18 November 2026"),
    (NOW_MS, Cause.EXPIRED, "22 November 2026"),
]


@pytest.mark.parametrize(("end_ms", "cause", "date"), VALIDITY)
async def test_a_limited_validity_is_told_with_its_date(
    kucoin: KuCoin, end_ms: int, cause: Cause, date: str
) -> None:
    kucoin.says(OWN_KEY, ok(described(expiredAt=end_ms)))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (cause,)
    assert state(diagnosis, Requirement.PERMANENT) is State.BROKEN
    assert date in EXCHANGE.guide.explain(diagnosis).advice[0].headline


async def test_a_linked_platform_is_named(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(thirdPartyApp="3Commas")))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.THIRD_PARTY_APP,)
    assert state(diagnosis, Requirement.NO_IP_RESTRICTION) is State.BROKEN
    assert "3Commas" in EXCHANGE.guide.explain(diagnosis).advice[0].headline


async def test_everything_wrong_is_told_at_once_and_the_worst_first(kucoin: KuCoin) -> None:
    wrong = described(permission="General,Spot,Transfer", ipWhitelist="1.2.3.4", expiredAt=NOW_MS + DAY_MS)
    kucoin.says(OWN_KEY, ok(wrong))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (
        Cause.CAN_WITHDRAW,
        Cause.CAN_TRADE,
        Cause.IP_RESTRICTED,
        Cause.WILL_EXPIRE,
    )
    assert EXCHANGE.guide.explain(diagnosis).opening.startswith("This key can withdraw your money.")


NOT_UNDERSTOOD = [
    ({"permission": ["General"]}, {TRADE, TRANSFER}),
    ({"permission": {"General": True}}, {TRADE, TRANSFER}),
    ({"permission": 7}, {TRADE, TRANSFER}),
    ({"permission": None}, {TRADE, TRANSFER}),
    ({"permission": ""}, {TRADE, TRANSFER}),
    ({"permission": " , "}, {TRADE, TRANSFER}),
    ({"ipWhitelist": ["1.2.3.4"]}, {Requirement.NO_IP_RESTRICTION}),
    ({"ipWhitelist": []}, {Requirement.NO_IP_RESTRICTION}),
    ({"ipWhitelist": False}, {Requirement.NO_IP_RESTRICTION}),
    ({"ipWhitelist": 0}, {Requirement.NO_IP_RESTRICTION}),
    ({"thirdPartyApp": {"name": "x"}}, {Requirement.NO_IP_RESTRICTION}),
    ({"thirdPartyApp": 1}, {Requirement.NO_IP_RESTRICTION}),
    ({"expiredAt": "2026-01-01"}, {Requirement.PERMANENT}),
    ({"expiredAt": str(NOW_MS)}, {Requirement.PERMANENT}),
    ({"expiredAt": float(NOW_MS)}, {Requirement.PERMANENT}),
    ({"expiredAt": True}, {Requirement.PERMANENT}),
    ({"expiredAt": False}, {Requirement.PERMANENT}),
    ({"expiredAt": 0}, {Requirement.PERMANENT}),
    ({"expiredAt": -1}, {Requirement.PERMANENT}),
    ({"expiredAt": 10**30}, {Requirement.PERMANENT}),
]


@pytest.mark.parametrize(("changes", "unknown"), NOT_UNDERSTOOD)
async def test_a_field_of_the_wrong_kind_leaves_its_line_open_and_never_passes(
    kucoin: KuCoin, changes: dict[str, Any], unknown: set[Requirement]
) -> None:
    kucoin.says(OWN_KEY, ok(described(**changes)))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert diagnosis.causes == (Cause.NOT_UNDERSTOOD,)
    assert lines(diagnosis, State.UNKNOWN) == unknown


async def test_a_field_that_is_not_understood_does_not_hide_a_fault_beside_it(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(permission="General,Spot", expiredAt="soon")))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.NEEDS_A_FIX
    assert diagnosis.causes == (Cause.CAN_TRADE, Cause.NOT_UNDERSTOOD)


OTHER_DESCRIPTIONS = [
    described(apiKey=KEY[::-1]),
    described(apiKey=KEY.upper()),
    described(apiKey=None),
    described(("apiKey",)),
    {},
    None,
    [],
    "General",
    7,
    [described()],
]


@pytest.mark.parametrize("data", OTHER_DESCRIPTIONS)
async def test_a_description_of_another_key_proves_nothing_about_this_one(kucoin: KuCoin, data: Any) -> None:
    kucoin.says(OWN_KEY, ok(data))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert diagnosis.causes == (Cause.NOT_UNDERSTOOD,)
    assert state(diagnosis, TRADE) is State.UNKNOWN


@pytest.mark.parametrize("data", [None, {}, "[]", 0, [1], [[]], [None], [{}, 1], {"items": []}])
async def test_account_data_of_the_wrong_kind_is_not_proof(kucoin: KuCoin, data: Any) -> None:
    kucoin.says(ACCOUNTS, ok(data))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert lines(diagnosis, State.UNKNOWN) == {Requirement.DATA_READABLE}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("permission", "ipWhitelist", "expiredAt", "thirdPartyApp", "isMaster", "subName", "siteType")


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from([*FIELDS, "apiVersion", "apiKey"]), JSON))
def test_any_description_is_read_without_an_exception(changes: dict[str, Any]) -> None:
    info = read_key_info({"apiKey": KEY} | changes, KEY, NOW_MS)

    assert info is None or all(f.kind is not Kind.DOUBT for f in info.findings)


@settings(max_examples=100)
@given(st.text(max_size=40).filter(lambda text: text.strip().strip(",")))
def test_no_permission_but_general_alone_is_harmless(permission: str) -> None:
    info = read_key_info(described(permission=permission), KEY, NOW_MS)
    assert info is not None

    names = {name.strip().lower() for name in permission.split(",")} - {""}
    harmless = not info.findings and not info.unclear
    assert harmless == (names == {"general"})

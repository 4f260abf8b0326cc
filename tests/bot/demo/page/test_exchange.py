"""The exchange's pane: keys as people make them, edited as on KuCoin's page, and a venue to break."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.demo.kucoin import FAULT_TITLES, PRESETS, Fault, KuCoin
from bot.demo.page.exchange import ELSEWHERE, Desk, is_fine


@pytest.fixture
async def kucoin() -> AsyncIterator[KuCoin]:
    async with KuCoin.open() as venue:
        yield venue


@pytest.fixture
def told() -> list[None]:
    """How often the page was told of a change."""
    return []


@pytest.fixture
def desk(kucoin: KuCoin, told: list[None]) -> Desk:
    return Desk(kucoin, lambda: told.append(None))


def key(desk: Desk) -> dict[str, Any]:
    described: dict[str, Any] = desk.told()["key"]
    return described


def test_every_kind_of_key_is_offered_with_what_the_person_did(desk: Desk) -> None:
    offered = desk.told()["presets"]
    assert [one["slug"] for one in offered] == list(PRESETS)
    assert all(one["title"] and one["deed"].endswith(".") for one in offered)
    assert desk.told()["key"] is None


@pytest.mark.parametrize("slug", PRESETS)
def test_a_key_that_was_made_is_in_the_clipboard(desk: Desk, told: list[None], slug: str) -> None:
    desk.do({"do": "make", "preset": slug})
    assert desk.current is not None
    made = desk.current.key
    values = {one["label"]: one["value"] for one in key(desk)["clipboard"]}
    assert values == {
        "API Key": made.key,
        "API Secret": made.secret,
        "API Passphrase": made.passphrase,
    }
    assert len(told) == 1


def test_unticking_and_no_restriction_mend_a_key(desk: Desk) -> None:
    desk.do({"do": "make", "preset": "spot_trading_on"})
    desk.do({"do": "edit", "permissions": ["General", "Spot"], "restricted": True})
    assert key(desk)["addresses"] == [ELSEWHERE]
    assert not key(desk)["fine"]
    desk.do({"do": "edit", "permissions": ["General"], "restricted": False})
    assert [one["slug"] for one in key(desk)["permissions"] if one["on"]] == ["General"]
    assert (key(desk)["addresses"], key(desk)["fine"]) == ([], True)


def test_saving_keeps_the_addresses_and_the_permissions_the_page_does_not_show(desk: Desk) -> None:
    desk.do({"do": "make", "preset": "ip_restricted_to_us"})
    before = key(desk)["addresses"]
    desk.do({"do": "edit", "permissions": ["General"], "restricted": True})
    assert key(desk)["addresses"] == before
    desk.do({"do": "make", "preset": "unknown_permission"})
    desk.do({"do": "edit", "permissions": ["General"], "restricted": False})
    assert key(desk)["besides"] == ["Teleport"]


def test_the_validity_is_changed_by_a_new_key_alone(desk: Desk) -> None:
    desk.do({"do": "make", "preset": "expires_in_90_days"})
    before = key(desk)
    assert before["expires"] is not None
    desk.do({"do": "renew"})
    assert key(desk)["expires"] is None
    assert key(desk)["clipboard"] != before["clipboard"]
    assert desk.current is not None
    assert is_fine(desk.current)


def test_a_deleted_key_is_unknown_to_the_venue_and_gone_from_the_clipboard(desk: Desk) -> None:
    desk.do({"do": "make", "preset": "general_only"})
    desk.do({"do": "delete"})
    assert desk.told()["key"] is None


def test_every_fault_is_offered_once_in_a_group_with_a_title(desk: Desk) -> None:
    groups = desk.told()["faults"]
    offered = [one["slug"] for group in groups for one in group["faults"]]
    assert offered == [fault.value for fault in FAULT_TITLES]
    assert all(group["title"] for group in groups)


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.value)
async def test_a_fault_is_at_work_until_it_is_mended(desk: Desk, kucoin: KuCoin, fault: Fault) -> None:
    for _ in range(2):
        desk.do({"do": "break", "fault": fault.value})
    assert kucoin.faults.active == [fault]
    assert desk.told()["active"] == [{"slug": fault.value, "title": fault.title}]
    desk.do({"do": "mend", "fault": fault.value})
    assert desk.told()["active"] == []


async def test_all_can_be_mended_at_once(desk: Desk) -> None:
    for fault in (Fault.DOWN, Fault.SLOW):
        desk.do({"do": "break", "fault": fault.value})
    desk.do({"do": "mend"})
    assert desk.told()["active"] == []


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"do": "nonsense"},
        {"do": "make"},
        {"do": "make", "preset": "nonsense"},
        {"do": "break", "fault": "nonsense"},
        {"do": "edit", "permissions": ["General"], "restricted": False},
        {"do": "renew"},
        {"do": "delete"},
    ],
)
def test_what_cannot_be_done_is_refused(desk: Desk, told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no such act|cannot be done"):
        desk.do(told)

"""Quotas are those of KuCoin's lowest level: points per account and pool in windows of 30 seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.demo.kucoin import KuCoin
from bot.demo.kucoin.quotas import POINTS, WINDOW_S, Quotas

if TYPE_CHECKING:
    from tests.bot.demo.kucoin.conftest import Clock, Person


def test_points_are_spent_until_there_are_none() -> None:
    quotas = Quotas()
    left = [quotas.spend("Management", "1", 20, 0).remaining for _ in range(101)]

    assert left[0] == 1980
    assert left[99] == 0
    assert left[100] < 0


def test_a_refused_request_costs_nothing() -> None:
    quotas = Quotas()
    quotas.spend("Futures", "1", POINTS["Futures"] - 1, 0)

    assert quotas.spend("Futures", "1", 2, 1).remaining < 0
    assert quotas.spend("Futures", "1", 1, 1).remaining == 0


@pytest.mark.parametrize(("pool", "who"), [("Futures", "1"), ("Management", "2")])
def test_each_account_and_pool_has_its_own(pool: str, who: str) -> None:
    quotas = Quotas()
    quotas.spend("Management", "1", POINTS["Management"], 0)

    assert quotas.spend("Management", "1", 1, 0).remaining < 0
    assert quotas.spend(pool, who, 1, 0).remaining == POINTS[pool] - 1


def test_a_window_ends_and_tells_when() -> None:
    quotas = Quotas()

    assert quotas.spend("Management", "1", 20, 100).reset_ms == 30_000
    assert quotas.spend("Management", "1", 20, 112.5).reset_ms == 17_500
    assert quotas.spend("Management", "1", 20, 100 + WINDOW_S).remaining == 1980


async def test_an_answer_tells_how_the_quota_stands(venue: KuCoin, person: Person, clock: Clock) -> None:
    key = venue.issue()
    await person.ask("/api/v1/accounts", key)
    clock.now_s += 10

    headers = (await person.describe(key)).headers

    assert headers["gw-ratelimit-limit"] == "2000"
    assert headers["gw-ratelimit-remaining"] == "1975"
    assert headers["gw-ratelimit-reset"] == "20000"


async def test_one_who_asks_too_often_waits_for_the_window(
    venue: KuCoin, person: Person, clock: Clock
) -> None:
    eager, other = venue.issue(), venue.issue()
    for _ in range(100):
        assert (await person.describe(eager)).code == "200000"

    refused = await person.describe(eager)

    assert (refused.status, refused.code) == (429, "429000")
    assert refused.headers["gw-ratelimit-remaining"] == "0"
    assert refused.headers["gw-ratelimit-reset"] == "30000"
    assert (await person.describe(other)).code == "200000"
    clock.now_s += WINDOW_S
    assert (await person.describe(eager)).code == "200000"


async def test_what_needs_no_key_is_counted_by_address(venue: KuCoin, person: Person) -> None:
    first = await person.ask("/api/v1/timestamp")
    venue.caller_ip = "198.51.100.7"
    elsewhere = await person.ask("/api/v1/timestamp")
    free = await person.ask("/api/v1/my-ip")

    assert first.headers["gw-ratelimit-remaining"] == "1997"
    assert elsewhere.headers["gw-ratelimit-remaining"] == "1997"
    assert free.headers["gw-ratelimit-remaining"] == "1997"


async def test_a_load_test_may_ask_without_end(venue: KuCoin, person: Person) -> None:
    venue.quotas_apply = False
    key = venue.issue()

    codes = {(await person.describe(key)).code for _ in range(120)}

    assert codes == {"200000"}
    assert "gw-ratelimit-limit" not in (await person.describe(key)).headers

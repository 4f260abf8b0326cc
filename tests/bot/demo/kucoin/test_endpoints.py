"""The addresses that a read-only check may ask answer in KuCoin's shapes, and no other does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.demo.kucoin import Fault, KuCoin

if TYPE_CHECKING:
    from tests.bot.demo.kucoin.conftest import Clock, Person

NOT_FOUND = {"code": "404", "msg": "Not Found", "retry": False, "success": False}


@pytest.mark.parametrize("host", ["spot", "futures", "eu"])
async def test_the_time_is_a_bare_number_of_milliseconds(person: Person, clock: Clock, host: str) -> None:
    reply = await person.ask("/api/v1/timestamp", host=host)

    assert reply.body == {"code": "200000", "data": int(clock.now_s * 1000)}


@pytest.mark.parametrize("host", ["spot", "futures", "eu"])
async def test_the_status_is_open(person: Person, host: str) -> None:
    assert (await person.ask("/api/v1/status", host=host)).data == {"status": "open", "msg": ""}


async def test_the_caller_is_told_its_address(venue: KuCoin, person: Person) -> None:
    assert (await person.ask("/api/v1/my-ip")).data == "127.0.0.1"

    venue.caller_ip = "198.51.100.7"

    assert (await person.ask("/api/v1/my-ip")).data == "198.51.100.7"


async def test_a_key_describes_itself(venue: KuCoin, person: Person) -> None:
    key = venue.issue(name="How To Guide")

    reply = await person.describe(key)

    assert reply.headers["Content-Type"].startswith("application/json")
    assert reply.data["apiKey"] == key.key
    assert reply.data["remark"] == "How To Guide"
    assert reply.data["permission"] == "General"
    assert reply.data == key.description()


async def test_accounts_are_listed(venue: KuCoin, person: Person) -> None:
    rows = (await person.ask("/api/v1/accounts", venue.issue())).data

    assert [set(row) for row in rows] == [{"id", "currency", "type", "balance", "available", "holds"}]


async def test_an_empty_account_is_an_empty_list(venue: KuCoin, person: Person) -> None:
    reply = await person.ask("/api/v1/accounts", venue.issue("empty_account"))

    assert reply.body == {"code": "200000", "data": []}


@pytest.mark.parametrize(("query", "currency"), [("", "XBT"), ("?currency=USDT", "USDT")])
async def test_the_futures_overview_is_of_one_currency(
    venue: KuCoin, person: Person, query: str, currency: str
) -> None:
    reply = await person.ask(f"/api/v1/account-overview{query}", venue.issue(), host="futures")

    assert reply.data["currency"] == currency


async def test_the_futures_overview_of_an_empty_account_is_nought(venue: KuCoin, person: Person) -> None:
    full = await person.ask("/api/v1/account-overview", venue.issue(), host="futures")
    empty = await person.ask("/api/v1/account-overview", venue.issue("empty_account"), host="futures")

    assert full.data["accountEquity"] > 0
    assert empty.data["accountEquity"] == 0


async def test_the_futures_history_can_be_asked(venue: KuCoin, person: Person) -> None:
    reply = await person.ask("/api/v1/transaction-history?maxCount=1", venue.issue(), host="futures")

    assert reply.data == {"hasMore": False, "dataList": []}


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/account-overview?currency=a-b",
        "/api/v1/transaction-history?maxCount=0",
        "/api/v1/transaction-history?maxCount=51",
        "/api/v1/transaction-history?maxCount=all",
    ],
)
async def test_a_parameter_that_cannot_be_meant_is_refused(
    venue: KuCoin, person: Person, target: str
) -> None:
    reply = await person.ask(target, venue.issue(), host="futures")

    assert (reply.status, reply.code) == (400, "400100")


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("spot", "/"),
        ("spot", "/api/v1/withdrawals"),
        ("spot", "/api/v1/account-overview"),
        ("spot", "/api/v1/user/api-key/"),
        ("spot", "/api/v1//user/api-key"),
        ("futures", "/api/v1/user/api-key"),
        ("futures", "/api/v1/accounts"),
        ("futures", "/api/v1/my-ip"),
        ("eu", "/api/v1/transaction-history"),
    ],
)
async def test_an_unknown_address_has_its_own_shape(
    venue: KuCoin, person: Person, host: str, path: str
) -> None:
    reply = await person.ask(path, venue.issue(), host=host)

    assert (reply.status, reply.body) == (404, NOT_FOUND)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
async def test_anything_but_a_read_is_recorded_and_goes_nowhere(
    venue: KuCoin, person: Person, method: str
) -> None:
    reply = await person.ask("/api/v1/accounts", venue.issue(), method=method)

    assert reply.status == 404
    assert [(seen.method, seen.answered_code) for seen in venue.requests] == [(method, "404")]


async def test_a_read_with_a_body_stops_at_cloudfront(venue: KuCoin, person: Person) -> None:
    reply = await person.ask("/api/v1/accounts", venue.issue(), data=b"{}")

    assert reply.status == 403
    assert reply.headers["Content-Type"].startswith("text/html")
    assert b"403 ERROR" in reply.raw


async def test_an_error_repeats_its_code_in_a_header(venue: KuCoin, person: Person) -> None:
    reply = await person.describe(venue.issue("expired"))

    assert reply.headers["x-result-biz-code"] == reply.code == "400003"


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.MAINTENANCE_503, "close"), (Fault.CANCEL_ONLY, "cancelonly")]
)
async def test_the_status_tells_of_maintenance(
    venue: KuCoin, person: Person, fault: Fault, status: str
) -> None:
    venue.faults.add(fault)

    reply = await person.ask("/api/v1/status")

    assert (reply.status, reply.data["status"]) == (200, status)

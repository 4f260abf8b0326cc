"""The addresses that a read-only check may ask, and what stands there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.demo.kucoin.answers import ROWS, Answer, refusal, success
from bot.demo.kucoin.faults import Fault
from bot.demo.kucoin.keys import IssuedKey

MOST_ROWS = 50


class Host(StrEnum):
    """api.kucoin.com, api-futures.kucoin.com and api.kucoin.eu."""

    SPOT = "spot"
    FUTURES = "futures"
    EU = "eu"


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One request as the gates and the endpoints see it.

    Attributes:
        target: Path with query, exactly as sent: it is what was signed.
        headers: Case-insensitive; hold a signature, so the whole is never shown.
        now_s: The venue's clock, seconds since 1970.
        key: None where KC-API-KEY names none.
        struck: Faults that behave differently instead of answering differently.
    """

    host: Host
    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    caller_ip: str
    now_s: float
    key: IssuedKey | None
    struck: frozenset[Fault]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address.

    Attributes:
        permission: What the key must hold; None where no key is asked for.
        pool: Whose quota it spends.
        weight: Points it costs.
    """

    read: Callable[[Call], Answer]
    permission: str | None
    pool: str
    weight: int


def _timestamp(call: Call) -> Answer:
    return success(int(call.now_s * 1000))


def _status(call: Call) -> Answer:
    if Fault.MAINTENANCE_503 in call.struck:
        return success({"status": "close", "msg": "The system is being upgraded."})
    if Fault.CANCEL_ONLY in call.struck:
        return success({"status": "cancelonly", "msg": "Orders can only be cancelled."})
    return success({"status": "open", "msg": ""})


def _my_ip(call: Call) -> Answer:
    return success(call.caller_ip)


def _api_key(call: Call) -> Answer:
    return success(_owner(call).description())


def _accounts(call: Call) -> Answer:
    if not _owner(call).terms.has_balances:
        return success([])
    return success(
        [
            {
                "id": f"{_owner(call).uid:024x}",
                "currency": "USDT",
                "type": "main",
                "balance": "120.5",
                "available": "120.5",
                "holds": "0",
            }
        ]
    )


def _account_overview(call: Call) -> Answer:
    currency = call.query.get("currency", "XBT")
    if not currency.isalnum():
        return refusal(ROWS["400100"], call.caller_ip)
    equity = 40.25 if _owner(call).terms.has_balances else 0
    return success(
        {
            "currency": currency,
            "accountEquity": equity,
            "unrealisedPNL": 0,
            "marginBalance": equity,
            "positionMargin": 0,
            "orderMargin": 0,
            "frozenFunds": 0,
            "availableBalance": equity,
        }
    )


def _transaction_history(call: Call) -> Answer:
    count = call.query.get("maxCount", str(MOST_ROWS))
    if not (count.isascii() and count.isdigit() and len(count) <= 2 and 1 <= int(count) <= MOST_ROWS):
        return refusal(ROWS["400100"], call.caller_ip)
    return success({"hasMore": False, "dataList": []})


def _owner(call: Call) -> IssuedKey:
    assert call.key is not None, "the gates let nobody through without a key"  # noqa: S101 - cannot happen
    return call.key


# Permissions, pools and weights: KuCoin universal SDK, spec/rest/api; futures reads under General as in
# KuCoin's 2023 docs and its pages of 2026-08, see Fault.FUTURES_NEEDS_PERMISSION for the other reading.
_SPOT = {
    "/api/v1/timestamp": Endpoint(_timestamp, None, "Public", 3),
    "/api/v1/status": Endpoint(_status, None, "Public", 3),
    "/api/v1/my-ip": Endpoint(_my_ip, None, "Public", 0),
    "/api/v1/user/api-key": Endpoint(_api_key, "General", "Management", 20),
    "/api/v1/accounts": Endpoint(_accounts, "General", "Management", 5),
}
_FUTURES = {
    "/api/v1/timestamp": Endpoint(_timestamp, None, "Public", 2),
    "/api/v1/status": Endpoint(_status, None, "Public", 4),
    "/api/v1/account-overview": Endpoint(_account_overview, "General", "Futures", 5),
    "/api/v1/transaction-history": Endpoint(_transaction_history, "General", "Futures", 2),
}
ENDPOINTS: dict[Host, dict[str, Endpoint]] = {Host.SPOT: _SPOT, Host.FUTURES: _FUTURES, Host.EU: _SPOT}

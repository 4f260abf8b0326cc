"""The signature agrees with vectors that others made and published."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from tests.validators.kucoin.stage import CREDENTIALS, KEY
from validators.exchange import Credentials
from validators.kucoin.auth import KuCoinAuth, signature

DOCS_SECRET = "f03a5284-5c39-4aaa-9b20-dea10bdcf8e3"
VECTORS = [
    pytest.param(
        DOCS_SECRET,
        '1547015186532POST/api/v1/deposit-addresses{"currency":"BTC"}',
        "7QP/oM0ykidMdrfNEUmng8eZjg/ZvPafjIqmxiVfYu4=",
        id="KuCoin docs, Authentication",
    ),
    pytest.param(
        "test_api_secret",
        "test_plain",
        "jie/gxS38wLFFaBwl/cAzFbAzlI8MIny96jSXrB+iP4=",
        id="kucoin-universal-sdk, test_default_signer.py",
    ),
    pytest.param(
        "efg",
        "GET/api/v1/orders",
        "iOdkcc7K6cyY8Cdr3yMcTgXCof4vhHCaDyrDSG7Qf3w=",
        id="kucoin-go-sdk, signer_test.go",
    ),
    pytest.param(
        "test-api-secret",
        "1622185200000GET/api/ua/v1/market/ticker?tradeType=SPOT&symbol=BTC-USDT",
        "Y4CIw8vypGuYmE/JDB/Kr9UGyO9kzC31hIe/BZIIPlw=",
        id="tigusigalpa/kucoin-go, signer_test.go",
    ),
    pytest.param(
        "test-api-secret",
        "test-passphrase",
        "fqkeR28GaLc+yzydx1yFfD3Jc46eSFoOwfG2YgL/Qos=",
        id="the same, a passphrase",
    ),
]


@pytest.mark.parametrize(("secret", "text", "expected"), VECTORS)
def test_signatures_agree_with_those_that_others_made(secret: str, text: str, expected: str) -> None:
    assert signature(secret, text) == expected


def _signed(url: str, version: str = "3") -> httpx.Request:
    parts = (SecretStr("key-1"), SecretStr(DOCS_SECRET), SecretStr("Ab12345678)(*&^%$#@"))
    auth = KuCoinAuth(Credentials(*parts), lambda: 1547015186532, version)
    return next(auth.auth_flow(httpx.Request("GET", url)))


def test_a_request_leaves_with_five_headers() -> None:
    headers = _signed("https://api.kucoin.com/api/v1/user/api-key").headers

    assert headers["KC-API-KEY"] == "key-1"
    assert headers["KC-API-TIMESTAMP"] == "1547015186532"
    assert headers["KC-API-SIGN"] == "pmU7prytKlTtZ5ufMjF8cnJrVBcrxBY2soFXmQbfIW4="
    assert headers["KC-API-PASSPHRASE"] == "F2p2bNS1bBehHvC/Z4YkB7l1Wd0Pq2iV/oLHM/DyE+I="
    assert headers["KC-API-KEY-VERSION"] == "3"


def test_the_query_is_part_of_what_is_signed() -> None:
    sign = _signed("https://api-futures.kucoin.com/api/v1/account-overview?currency=USDT").headers[
        "KC-API-SIGN"
    ]

    assert sign == signature(DOCS_SECRET, "1547015186532GET/api/v1/account-overview?currency=USDT")


def test_the_version_is_the_one_asked_for() -> None:
    assert _signed("https://api.kucoin.com/x", "2").headers["KC-API-KEY-VERSION"] == "2"


def test_neither_signer_nor_credentials_show_what_they_hold() -> None:
    shown = repr(KuCoinAuth(CREDENTIALS, lambda: 0)) + repr(CREDENTIALS) + str(CREDENTIALS)

    assert KEY not in shown
    assert CREDENTIALS.secret.get_secret_value() not in shown
    assert CREDENTIALS.to_dict()["key"] == KEY, "the values are there to be shown"

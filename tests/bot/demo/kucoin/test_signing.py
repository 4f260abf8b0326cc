"""Signatures against the vectors that KuCoin and the authors of its clients published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.kucoin.signing import same, signed

DOCS_SECRET = "f03a5284-5c39-4aaa-9b20-dea10bdcf8e3"
PUBLISHED = {
    "KuCoin docs, signing a message": (
        DOCS_SECRET,
        '1547015186532POST/api/v1/deposit-addresses{"currency":"BTC"}',
        "7QP/oM0ykidMdrfNEUmng8eZjg/ZvPafjIqmxiVfYu4=",
    ),
    "KuCoin universal SDK, test_default_signer.py": (
        "test_api_secret",
        "test_plain",
        "jie/gxS38wLFFaBwl/cAzFbAzlI8MIny96jSXrB+iP4=",
    ),
    "kucoin-go-sdk, signer_test.go": (
        "efg",
        "GET/api/v1/orders",
        "iOdkcc7K6cyY8Cdr3yMcTgXCof4vhHCaDyrDSG7Qf3w=",
    ),
    "tigusigalpa/kucoin-go, a query": (
        "test-api-secret",
        "1622185200000GET/api/ua/v1/market/ticker?tradeType=SPOT&symbol=BTC-USDT",
        "Y4CIw8vypGuYmE/JDB/Kr9UGyO9kzC31hIe/BZIIPlw=",
    ),
    "tigusigalpa/kucoin-go, a passphrase": (
        "test-api-secret",
        "test-passphrase",
        "fqkeR28GaLc+yzydx1yFfD3Jc46eSFoOwfG2YgL/Qos=",
    ),
    "the docs' secret, the request of a check": (
        DOCS_SECRET,
        "1547015186532GET/api/v1/user/api-key",
        "pmU7prytKlTtZ5ufMjF8cnJrVBcrxBY2soFXmQbfIW4=",
    ),
    "the docs' secret and passphrase": (
        DOCS_SECRET,
        "Ab12345678)(*&^%$#@",
        "F2p2bNS1bBehHvC/Z4YkB7l1Wd0Pq2iV/oLHM/DyE+I=",
    ),
}


@pytest.mark.parametrize(("secret", "text", "expected"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_a_signature_is_the_published_one(secret: str, text: str, expected: str) -> None:
    assert signed(secret, text) == expected


def test_one_letter_more_is_another_signature() -> None:
    secret, text, published = next(iter(PUBLISHED.values()))

    assert signed(secret, text + " ") != published
    assert signed(secret.upper(), text) != published


@given(sent=st.text(alphabet=st.characters(codec="utf-8")), right=st.text(st.characters(max_codepoint=126)))
def test_whatever_a_stranger_sends_is_compared_without_an_error(sent: str, right: str) -> None:
    assert same(sent, right) is (sent == right)


def test_bytes_that_are_no_text_are_compared_too() -> None:
    assert not same(b"\xff\xfe".decode("utf-8", "surrogateescape"), "right")
    assert signed("secret", b"\xff".decode("utf-8", "surrogateescape"))

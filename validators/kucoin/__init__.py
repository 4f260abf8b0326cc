"""KuCoin."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from validators.exchange import Account, Credentials, Exchange, Field, KeyChecker, ShapeFault
from validators.kucoin import fields
from validators.kucoin.endpoints import ENDPOINTS
from validators.kucoin.leaks import could_be_secret, looks_like_key

if TYPE_CHECKING:
    from validators.guide import Guide

_FIELDS = (
    Field("key", "API Key", "24 characters, as KuCoin shows them in API Management"),
    Field("secret", "API Secret", "36 characters with dashes; KuCoin shows them only once"),
    Field("passphrase", "API Passphrase", "The one you made up for this key, not your trading password"),
)
_LABELS = {field.name: field.label for field in _FIELDS}


def _check_shape(raw: Mapping[str, str]) -> tuple[Credentials, list[ShapeFault]]:
    return fields.check_shape(raw, lambda rule: _read_guide().words.shapes[rule], _LABELS)


def _read_guide() -> Guide:
    # Nobody waits for the words who has not typed a key yet, nor for them before the exchange is asked.
    from validators.kucoin.words import read_guide

    return read_guide()


def _connect(endpoints: Mapping[str, str]) -> AbstractAsyncContextManager[KeyChecker]:
    # The HTTP client takes longest to import, and asking for the shape of a key needs none.
    from validators.kucoin.check import connect

    return connect(endpoints)


EXCHANGE = Exchange(
    slug="kucoin",
    title="KuCoin",
    accounts=(Account("spot_margin", "Spot/Margin"), Account("futures", "Futures")),
    fields=_FIELDS,
    endpoints=ENDPOINTS,
    check_shape=_check_shape,
    connect=_connect,
    looks_like_key=looks_like_key,
    read_guide=_read_guide,
    could_be_secret=could_be_secret,
)

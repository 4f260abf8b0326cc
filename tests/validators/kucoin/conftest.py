"""A scripted KuCoin for each test."""

from __future__ import annotations

import pytest

from tests.validators.kucoin.stage import KuCoin


@pytest.fixture
def kucoin() -> KuCoin:
    return KuCoin()

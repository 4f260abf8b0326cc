"""A scripted venue, and a log in which an echo would be found."""

from __future__ import annotations

import pytest

from tests.bot.conftest import lines, log_as_before
from tests.validators.kucoin.stage import KuCoin

__all__ = ["lines", "log_as_before"]


@pytest.fixture
def kucoin() -> KuCoin:
    return KuCoin()

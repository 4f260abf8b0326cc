"""KuCoin's hosts (KuCoin docs, "Introduction"; KuCoin EU docs)."""

from __future__ import annotations

from validators.exchange import Endpoint

SPOT = Endpoint("KUCOIN_API_URL", "https://api.kucoin.com")
FUTURES = Endpoint("KUCOIN_FUTURES_API_URL", "https://api-futures.kucoin.com")
EU = Endpoint("KUCOIN_EU_API_URL", "https://api.kucoin.eu")
ENDPOINTS = (SPOT, FUTURES, EU)

"""KuCoin's quotas: points in windows of 30 seconds, per account and pool."""

from __future__ import annotations

from dataclasses import dataclass

WINDOW_S = 30.0
# KuCoin docs, rate limits, level VIP0.
POINTS = {"Management": 2000, "Futures": 2000, "Public": 2000}


@dataclass(slots=True)
class _Window:
    ends_s: float
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """How a quota stands after a request; `remaining` below 0 means that it was one too many."""

    limit: int
    remaining: int
    reset_ms: int

    def headers(self) -> dict[str, str]:
        """As KuCoin sends them."""
        return {
            "gw-ratelimit-limit": str(self.limit),
            "gw-ratelimit-remaining": str(max(0, self.remaining)),
            "gw-ratelimit-reset": str(self.reset_ms),
        }


class Quotas:
    """What everybody has spent."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], _Window] = {}

    def spend(self, pool: str, who: str, weight: int, now_s: float) -> Allowance:
        """Spend `weight` points of *who*, an account's UID or for public reads an address."""
        window = self._windows.get((pool, who))
        if window is None or now_s >= window.ends_s:
            window = self._windows[pool, who] = _Window(now_s + WINDOW_S)
        limit = POINTS[pool]
        if window.spent + weight <= limit:
            window.spent += weight
            return Allowance(limit, limit - window.spent, _reset_ms(window, now_s))
        return Allowance(limit, -1, _reset_ms(window, now_s))


def _reset_ms(window: _Window, now_s: float) -> int:
    return max(0, int((window.ends_s - now_s) * 1000))

"""Slack's rate tiers: so many calls of a method a minute, and a pause told in Retry-After."""

from __future__ import annotations

import math
from collections import defaultdict, deque

from bot.demo.workspace.clock import Clock

#: Tier → calls a minute (Slack docs, Rate limits). The special tier has its own rule below.
PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100, 5: 600}
WINDOW_S = 60.0
#: Posting: one a second for each channel, with bursts; several hundred a minute for all.
POST_BURST = 10
POSTS_PER_S = 1.0


class Rates:
    """Counts calls; tells the seconds to wait when there were too many."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: defaultdict[str, deque[float]] = defaultdict(deque)
        self._full_at: dict[str, float] = {}
        self.enforced = True

    def pause_s(self, method: str, tier: int, channel: str | None) -> int:
        """0 when the call may pass, else the whole seconds of Retry-After."""
        if not self.enforced:
            return 0
        now = self._clock.running()
        pause = max(self._window(method, tier, now), self._bucket(channel, now) if channel else 0.0)
        if pause <= 0:
            self._seen[method].append(now)
        return math.ceil(pause)

    def _window(self, method: str, tier: int, now: float) -> float:
        seen = self._seen[method]
        while seen and seen[0] <= now - WINDOW_S:
            seen.popleft()
        return 0.0 if len(seen) < PER_MINUTE[tier] else seen[0] + WINDOW_S - now

    def _bucket(self, channel: str, now: float) -> float:
        """The bucket holds POST_BURST; `_full_at` is when it will be full again."""
        full_at = max(self._full_at.get(channel, now), now)
        missing = (full_at - now) * POSTS_PER_S
        if missing > POST_BURST - 1:
            return (missing - (POST_BURST - 1)) / POSTS_PER_S
        self._full_at[channel] = full_at + 1 / POSTS_PER_S
        return 0.0

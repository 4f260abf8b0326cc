"""When Slack gives an app up: too few of an hour's events were acknowledged (docs, Events API, failures)."""

from __future__ import annotations

from collections import deque

from bot.demo.workspace.clock import Clock

HOUR_S = 3600
LEAST_SUCCESS = 0.05
EXEMPT_BELOW = 1000
"""Attempts in an hour; an app with fewer is never given up."""


class EventHealth:
    """Counts the attempts of the last hour.

    Attributes:
        disabled: Whether no event is sent any more, until somebody turns them on again.
        exempt_below: How many attempts an hour there have to be.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, bool]] = deque()
        self._good = 0
        self.disabled = False
        self.exempt_below = EXEMPT_BELOW

    def note(self, ok: bool) -> None:
        """One attempt was made."""
        now = self._clock.running()
        self._seen.append((now, ok))
        self._good += ok
        while self._seen[0][0] <= now - HOUR_S:
            self._good -= self._seen.popleft()[1]
        if len(self._seen) >= self.exempt_below:
            self.disabled = self.disabled or self._good < LEAST_SUCCESS * len(self._seen)

    def enable(self) -> None:
        """Begin anew, as when the app's owner turns events on again."""
        self._seen.clear()
        self._good = 0
        self.disabled = False

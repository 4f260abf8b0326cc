"""What sends a message: the border between the outbox and Slack or a mail server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.schema import OutboxMessage


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message went: Slack's channel and time stamp, or what a mail server has instead."""

    channel: str
    ts: str


class NotSent(Exception):  # noqa: N818 - an outcome, and no error of ours
    """How an attempt ended that is no success. Carries a word, never content."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TryLater(NotSent):
    """It was refused, and will be taken after so many seconds (429): the whole conversation waits."""

    def __init__(self, after_s: float, why: str = "rate_limited") -> None:
        super().__init__(why)
        self.after_s = after_s


class Parked(NotSent):
    """It was refused until somebody mends something (``not_in_channel``): kept, tried again slowly."""


class Uncertain(NotSent):
    """It may have been taken. Anything else that is raised counts as this."""


class Overtaken(NotSent):
    """Nothing is left to be said: a newer message says it, or what it was about is gone."""


class Delivery(Protocol):
    """Sends one kind of message."""

    async def send(self, message: OutboxMessage) -> Sent:
        """Send it, once, without retries of its own, with `message.key` so that it can be found.

        Raises:
            NotSent: one of TryLater, Parked, Uncertain, Overtaken.
        """
        ...

    async def find(self, message: OutboxMessage) -> Sent | None:
        """Look whether it went out in an earlier attempt, by `message.key`; None only where it did not.

        Raises:
            NotSent: TryLater or Parked where it cannot be looked up.
        """
        ...

    async def withdraw(self, message: OutboxMessage, kept: Sent) -> int:
        """Take back what stands there with `message.key` beside *kept*; how many there were.

        Raises:
            NotSent: it cannot be looked up or taken back.
        """
        ...

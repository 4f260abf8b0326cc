"""What a lane gives to whoever asks for it: a turn, or how long to wait."""

from __future__ import annotations

from dataclasses import dataclass

from bot.schema import OutboxMessage


@dataclass(slots=True)
class Turn:
    """The right to attempt one message now.

    Attributes:
        look_first: An earlier attempt may have gone through.
        until: Of the monotonic clock: when the lease ends.
        overtaken: Set at its end: somebody else has begun another attempt meanwhile.
    """

    message: OutboxMessage
    replica_id: str
    attempt: int
    look_first: bool
    until: float
    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may be sent here for so many seconds."""

    seconds: float

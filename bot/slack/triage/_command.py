"""What a subcommand is, what it is handed, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.slack.blocks import Block
from bot.slack.kit import Gesture, Kit


@dataclass(frozen=True, slots=True)
class Asked:
    """What staff typed.

    Attributes:
        rest: What follows the subcommand, as Slack sent it: escaped, with people as mentions.
    """

    gesture: Gesture
    rest: str

    @property
    def staff_id(self) -> str:
        """Who asks. Was found to be staff just before."""
        return self.gesture.person.user_id


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker, and nobody else, reads. Without *blocks* it is the text alone."""

    text: str
    blocks: list[Block] | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand.

    Attributes:
        place: Where it stands in the help.
        usage: As it is typed, such as ``claim N``; ``N`` is the number of a case.
        help: What it does, to follow a colon.
    """

    place: int
    word: str
    usage: str
    help: str
    run: Callable[[Kit, Asked], Awaitable[Answer]]

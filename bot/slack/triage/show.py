"""`/triage show N`."""

from __future__ import annotations

from bot.slack import typed
from bot.slack.case_view import case_text_and_blocks
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "show N"


async def run(kit: Kit, asked: Asked) -> Answer:
    """The case with its history and its buttons."""
    number = typed.number_alone(asked.rest, USAGE)
    async with kit.db.reading() as session:
        return Answer(*await case_text_and_blocks(kit, session, number))


COMMAND = Command(2, "show", USAGE, "a case with its history.", run)

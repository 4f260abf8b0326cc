"""`/triage reopen N`."""

from __future__ import annotations

from bot.slack import acts, typed
from bot.slack.case_words import owner_of
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "reopen N"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Take a closed case up again."""
    case = await acts.reopen(kit, typed.number_alone(asked.rest, USAGE), asked.staff_id)
    return Answer(f"Case {case.number} is open again. {owner_of(case)}.")


COMMAND = Command(10, "reopen", USAGE, "open a closed case again.", run)

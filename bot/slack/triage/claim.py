"""`/triage claim N`."""

from __future__ import annotations

from bot.slack import acts, typed
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "claim N"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Make the asker the owner; a case that somebody else has is not taken silently."""
    case = await acts.claim(kit, typed.number_alone(asked.rest, USAGE), asked.staff_id)
    return Answer(f"Case {case.number} is yours.")


COMMAND = Command(3, "claim", USAGE, "take a case that nobody has.", run)

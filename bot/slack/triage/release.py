"""`/triage release N`."""

from __future__ import annotations

from bot.slack import acts, typed
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "release N"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Give one's own case back."""
    case = await acts.release(kit, typed.number_alone(asked.rest, USAGE), asked.staff_id)
    return Answer(f"Nobody has case {case.number} now.")


COMMAND = Command(5, "release", USAGE, "give your case back.", run)

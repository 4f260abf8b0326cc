"""`/triage resolve N [reason]`."""

from __future__ import annotations

from bot.slack import acts, typed
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "resolve N [reason]"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Close the case; the client is not told by this."""
    number, rest = typed.number_and_rest(asked.rest, USAGE)
    reason = typed.not_longer(typed.as_seen(rest), "The reason", typed.LONGEST_REASON)
    case = await acts.resolve(kit, number, asked.staff_id, reason)
    return Answer(f"Case {case.number} is closed. `/triage reopen {case.number}` opens it again.")


COMMAND = Command(9, "resolve", USAGE, "close a case. The client is not told by this.", run)

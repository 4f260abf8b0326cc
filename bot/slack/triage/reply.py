"""`/triage reply N text`."""

from __future__ import annotations

from bot.slack import acts, typed
from bot.slack.case_words import client_of
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "reply N text"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Write to the client, who gets it as a direct message with a "Reply" button."""
    number, rest = typed.number_and_rest(asked.rest, USAGE)
    text = typed.words(rest, USAGE, "The reply")
    case = await acts.reply(kit, number, asked.staff_id, text, asked.gesture.key)
    return Answer(f"Your reply is on its way to {client_of(kit, case)} (case {case.number}).")


COMMAND = Command(7, "reply", USAGE, "a message to the client.", run)

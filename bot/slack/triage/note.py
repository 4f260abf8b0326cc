"""`/triage note N text`."""

from __future__ import annotations

from bot.slack import acts, typed
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "note N text"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Keep a note in the case's thread. The client never sees it."""
    number, rest = typed.number_and_rest(asked.rest, USAGE)
    text = typed.words(rest, USAGE, "The note")
    case = await acts.note(kit, number, asked.staff_id, text)
    return Answer(f"Noted in case {case.number}. The client does not see it.")


COMMAND = Command(6, "note", USAGE, "an internal note in the thread of the case.", run)

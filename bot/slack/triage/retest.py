"""`/triage retest N`."""

from __future__ import annotations

from bot.slack import acts, typed
from bot.slack.case_words import client_of
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "retest N"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Test again with the keys that are still held, else ask the client to."""
    number = typed.number_alone(asked.rest, USAGE)
    if await acts.run_retest(kit, number, asked.staff_id):
        return Answer(
            f"The keys of case {number} are still held, so the test runs again now. "
            "The client gets the result, and the card shows it."
        )
    case = await acts.ask_retest(kit, number, asked.staff_id)
    return Answer(
        f"No keys are held for case {case.number}, so {client_of(kit, case)} was asked to test again."
    )


COMMAND = Command(8, "retest", USAGE, "test again with the keys still held, else ask the client to.", run)

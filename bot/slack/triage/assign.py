"""`/triage assign N @person`."""

from __future__ import annotations

from bot.person import Person
from bot.refusal import Told
from bot.slack import acts, typed
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "assign N @person"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Make a colleague the owner, whoever had it; only staff can own a case."""
    number, rest = typed.number_and_rest(asked.rest, USAGE)
    to = typed.person(rest, USAGE)
    if not await kit.staff.includes(Person(kit.team_id, to)):
        raise Told(f"<@{to}> is not on the support team, so nothing was changed. Please pick a colleague.")
    case = await acts.assign(kit, number, asked.staff_id, to)
    return Answer(f"Case {case.number} is now with <@{to}>.")


COMMAND = Command(4, "assign", USAGE, "give a case to a colleague, whoever has it.", run)

"""`/triage show N`, or with the reference that a client reads out instead of a number."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.reference import read_reference
from bot.refusal import Told
from bot.slack import typed
from bot.slack.case_view import case_text_and_blocks
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "show N"


async def run(kit: Kit, asked: Asked) -> Answer:
    """The case with its history and its buttons."""
    pasted = asked.rest.strip("`“”\"' ")
    reference = read_reference(pasted) if pasted[:2].upper() == "R-" else None
    async with kit.db.reading() as session:
        if reference is None:
            number = typed.number_alone(asked.rest, USAGE)
        else:
            number = await _case_referred(session, reference)
        return Answer(*await case_text_and_blocks(kit, session, number))


async def _case_referred(session: AsyncSession, reference: str) -> int:
    """The case of the newest test under that reference.

    Raises:
        Told: there is no such test, or it belongs to no case.
    """
    tests = await cases.tests_referred(session, reference)
    numbers = [submission.case_number for submission, _ in tests if submission.case_number is not None]
    if numbers:
        return numbers[0]
    if tests:
        why = "it passed, or is not settled yet"
        raise Told(f"The test {reference} belongs to no case: {why}. `/triage` lists the open cases.")
    raise Told(f"No test has the reference {reference}. `/triage` lists the open cases.")


COMMAND = Command(2, "show", USAGE, "a case with its history; a client's reference (R-…) finds it too.", run)

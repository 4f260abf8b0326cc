"""``keydesk audit``: from a case's number or a test's reference to the whole story."""

from __future__ import annotations

import re

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.audit import story, test_story
from bot.reference import read_reference
from validators.exchange import discover

NUMBER = re.compile(r"#?([1-9][0-9]{0,8})")
NOT_ASKED = "This takes the number of a case, such as 7, or a reference, such as R-1a2b3c4d."


def asked(typed: str) -> int | str | None:
    """A case's number or a reference; None where it is neither."""
    number = NUMBER.fullmatch(typed.strip())
    return int(number[1]) if number else read_reference(typed)


async def told(session: AsyncSession, wanted: int | str) -> tuple[str, bool]:
    """The story, and whether there is one."""
    if isinstance(wanted, int):
        return await _of_case(session, wanted)
    return await _of_reference(session, wanted)


async def _of_case(session: AsyncSession, number: int) -> tuple[str, bool]:
    try:
        history = await cases.case_with_history(session, number)
    except cases.NoSuchCase:
        return f"There is no case {number}.\n", False
    return story(history, discover()[history.case.exchange]), True


async def _of_reference(session: AsyncSession, reference: str) -> tuple[str, bool]:
    tests = await cases.tests_referred(session, reference)
    if not tests:
        return (
            f"No test has the reference {reference}. If the client read it under “Something went wrong”, "
            "the line of the log that holds it says what did.\n"
        ), False
    exchanges = discover()
    parts = []
    for submission, attempts in tests:
        parts.append(test_story(submission, attempts, exchanges[submission.exchange]))
        if submission.case_number is not None:
            parts.append((await _of_case(session, submission.case_number))[0])
    return "\n".join(parts), True

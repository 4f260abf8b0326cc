"""The day's digest as staff read it: how the cases stand, and what was tested."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.columns import now
from bot.digest import Digest, collected
from bot.outbox import Overtaken
from bot.schema import CaseState, OutboxMessage
from bot.slack.blocks import section
from bot.slack.case_words import STATE_WORDS, age_of
from bot.slack.kit import Composed, Kit
from validators.diagnosis import Verdict

T = TypeVar("T", CaseState, Verdict)

VERDICT_WORDS = {
    Verdict.PASSED: "Passed",
    Verdict.NEEDS_A_FIX: "Needs a fix",
    Verdict.COULD_NOT_TELL: "Could not tell",
}


async def compose(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The two lines, as things stand when they are sent."""
    day = date.fromisoformat(str(message.payload["day"]))
    if now().astimezone(kit.hours.zone).date() > day:
        raise Overtaken("the day is over")
    digest = await collected(session, kit.hours, day)
    since = digest.since.astimezone(kit.hours.zone).date()
    text = f"{line_of_cases(digest)}\n{line_of_tests(digest, since, day)}"
    return Composed(message.conversation, text, [section(text)])


def line_of_cases(digest: Digest) -> str:
    """Open cases by state, how many nobody has, and the oldest."""
    if digest.oldest is None:
        return "*Cases:* none is open."
    total = sum(digest.open.values())
    by_state = _listed(digest.open, STATE_WORDS)
    return (
        f"*Cases:* {total} not closed ({by_state}). Unclaimed: {digest.unclaimed}. "
        f"Oldest: case {digest.oldest.number}, {age_of(digest.oldest)}. `/triage` lists them."
    )


def line_of_tests(digest: Digest, since: date, day: date) -> str:
    """The tests since the digest before, by their result."""
    when = "yesterday" if day - since == timedelta(days=1) else f"{since:%A}"
    if not digest.tests:
        return f"*Tests since {when}:* none."
    total = sum(digest.tests.values())
    return f"*Tests since {when}:* {total} ({_listed(digest.tests, VERDICT_WORDS)})."


def _listed(counts: Mapping[T, int], words: Mapping[T, str]) -> str:
    return ", ".join(f"{word}: {counts[one]}" for one, word in words.items() if counts.get(one))

"""`/triage list [mine|unclaimed|waiting|all]`, which `/triage` alone means too."""

from __future__ import annotations

from bot.refusal import Told
from bot.slack.kit import Kit
from bot.slack.queue import queue_page, which_of
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "list [mine|unclaimed|waiting|all]"


async def run(kit: Kit, asked: Asked) -> Answer:
    """The first page of the open cases, oldest first."""
    which = which_of(asked.rest or "all")
    if which is None:
        raise Told(
            "I can list `mine`, `unclaimed`, `waiting` or `all`. For example: `/triage list unclaimed`."
        )
    async with kit.db.reading() as session:
        return Answer(*await queue_page(kit, session, which, asked.staff_id))


COMMAND = Command(1, "list", USAGE, "open cases, oldest first. `/triage` alone does the same.", run)

"""`/triage snooze N 2h [reason]`."""

from __future__ import annotations

from bot.columns import now
from bot.slack import acts, typed
from bot.slack.blocks import when
from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "snooze N 2h [reason]"


async def run(kit: Kit, asked: Asked) -> Answer:
    """Leave a case alone for a while; nothing is due before."""
    number, rest = typed.number_and_rest(asked.rest, USAGE)
    word, *reason = rest.split(maxsplit=1) or [""]
    span = typed.span(word, USAGE)
    because = typed.not_longer(typed.as_seen("".join(reason)), "The reason", typed.LONGEST_REASON)
    until = now() + span
    case = await acts.snooze(kit, number, asked.staff_id, until, because)
    return Answer(f"Case {case.number} sleeps until {when(until)}.")


COMMAND = Command(11, "snooze", USAGE, "leave a case alone for 90s, 30m, 2h or 3d.", run)

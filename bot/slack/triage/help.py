"""`/triage help`."""

from __future__ import annotations

from bot.slack.kit import Kit
from bot.slack.triage._command import Answer, Asked, Command


async def run(kit: Kit, asked: Asked) -> Answer:
    """All subcommands; nothing is read of what follows."""
    from bot.slack import triage

    return Answer(triage.help_text())


COMMAND = Command(99, "help", "help", "this list.", run)

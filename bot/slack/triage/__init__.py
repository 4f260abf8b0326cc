"""`/triage`: one module here is one subcommand, found by being here.

A module declares ``COMMAND``; one without it, named with a leading underscore, is shared by others.
The help and the usage hint of the manifest are made of the same declarations.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from bot.refusal import Told
from bot.slack import acts
from bot.slack.blocks import section
from bot.slack.greeting import looks_like_key
from bot.slack.kit import Gesture, Kit
from bot.slack.triage._command import Answer, Asked, Command

__all__ = ["COMMANDS", "Answer", "Asked", "Command", "help_text", "typed", "usage_hint"]

KEY_TYPED = (
    "That looks like an API key, so nothing was done and nothing was kept. A key never belongs in a "
    "command or a message. Whoever owns it should delete it at the exchange and make a new one; clients "
    "enter keys in the private dialog alone, which “Test an API key” opens."
)
LEADS = "What `/triage` can do. `N` is the number of a case; words in brackets may be left out."


def discover() -> dict[str, Command]:
    """Every subcommand, in the order of its `place`."""
    modules = (
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
        if not found.name.startswith("_")
    )
    commands = [module.COMMAND for module in modules]
    return {command.word: command for command in sorted(commands, key=lambda c: (c.place, c.word))}


def usage_hint() -> str:
    """What Slack shows while somebody types; the manifest holds the same."""
    return "[" + " | ".join(command.usage for command in COMMANDS.values()) + "]"


def help_text(commands: Mapping[str, Command] | None = None) -> str:
    """One line for each subcommand."""
    listed = (commands or COMMANDS).values()
    return "\n".join([LEADS, *(f"• `/triage {command.usage}`: {command.help}" for command in listed)])


async def typed(kit: Kit, gesture: Gesture) -> None:
    """Answer `/triage …` to the asker alone."""
    await gesture.ack()
    text = str(gesture.body.get("text") or "")
    if looks_like_key(kit, text):
        raise Told(KEY_TYPED)
    await acts.staff_only(kit, gesture.person)
    word, *rest = text.split(maxsplit=1) or ["list"]
    command = COMMANDS.get(word.casefold())
    if command is None:
        answer = Answer("I do not know that word.\n" + help_text())
    else:
        answer = await command.run(kit, Asked(gesture, rest[0].strip() if rest else ""))
    await gesture.tell(answer.text, answer.blocks or [section(answer.text)])


COMMANDS: Mapping[str, Command] = discover()

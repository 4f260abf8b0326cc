"""What Slack makes of typed text on its way to the app (Slack docs, Formatting text)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from bot.demo.workspace.world import World

REFERENCE = re.compile(r"(<[@#!][^<>]*>)")
LINK = re.compile(r"https?://[^\s<>|]+")


def as_message(world: World, text: str) -> str:
    """Names become references, addresses links, and `& < >` are escaped; references stay."""
    parts = REFERENCE.split(text)
    return "".join(part if place % 2 else _typed(world, part) for place, part in enumerate(parts))


def as_command_text(world: World, text: str) -> str:
    """What an escaping command is handed: references carry the name beside the id."""
    for shown, reference, label in _names(world):
        text = text.replace(shown, f"<{reference}|{label}>")
    return text


def _typed(world: World, text: str) -> str:
    text = LINK.sub(lambda found: f"<{found.group()}>", html.escape(text, quote=False))
    for shown, reference, _label in _names(world):
        text = text.replace(shown, f"<{reference}>")
    return text


def _names(world: World) -> Iterator[tuple[str, str, str]]:
    """What a person types, what it stands for, and its label; the longest first."""
    channels = [c for c in world.channels.values() if c.kind in {"public", "private"}]
    found = [(f"#{c.name}", f"#{c.channel_id}", c.name) for c in channels]
    found += [
        (f"@{g.handle}", f"!subteam^{g.usergroup_id}", f"@{g.handle}") for g in world.usergroups.values()
    ]
    for user in world.users.values():
        found += [(f"@{name}", f"@{user.user_id}", user.name) for name in (user.real_name, user.name)]
    yield from sorted(found, key=lambda row: len(row[0]), reverse=True)

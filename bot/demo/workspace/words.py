"""What a person reads: the visible words of blocks, messages and dialogs."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.demo.workspace.records import MessageRecord, Payload, ViewRecord
from bot.demo.workspace.world import World

#: Keys of a payload that nobody sees.
UNSEEN = frozenset(
    {
        "type",
        "value",
        "action_id",
        "block_id",
        "url",
        "image_url",
        "style",
        "confirm",
        "callback_id",
        "private_metadata",
        "external_id",
        "initial_option",
        "initial_options",
        "visible_to_user_ids",
        "accessibility_label",
        "level",
        "language",
        "color",
        "fallback",
        "dispatch_action_config",
        "filter",
    }
)
MARK_UP = re.compile(r"<([^<>]*)>")


def of_blocks(world: World, blocks: Any) -> str:
    """All that is written in these blocks, one line for each text."""
    return "\n".join(readable(world, text) for text in _texts(blocks) if text)


def of_message(world: World, message: MessageRecord, viewer: str | None = None) -> str:
    """What *viewer* reads; the top-level text only where there are no blocks."""
    blocks = seen_by(message.blocks, viewer)
    parts = [of_blocks(world, blocks) if blocks else readable(world, message.text)]
    parts.append(of_blocks(world, message.attachments))
    parts += [file["title"] or file["name"] for file in message.files]
    return "\n".join(part for part in parts if part)


def of_view(world: World, view: ViewRecord) -> str:
    """A dialog or Home tab from its title to its buttons, with what went wrong in it."""
    body = view.body
    shown = [body.get("title"), body["blocks"], list(view.errors.values()), body.get("submit")]
    return of_blocks(world, [*shown, body.get("close")])


def seen_by(blocks: list[Payload], viewer: str | None) -> list[Payload]:
    """The blocks without the buttons that are kept from *viewer*."""
    return [_for(block, viewer) for block in blocks]


def _for(block: Payload, viewer: str | None) -> Payload:
    seen = dict(block)
    if block.get("type") == "actions":
        seen["elements"] = [e for e in block["elements"] if _may_see(e, viewer)]
    if not _may_see(block.get("accessory", {}), viewer):
        del seen["accessory"]
    return seen


def _may_see(element: Payload, viewer: str | None) -> bool:
    chosen = element.get("visible_to_user_ids")
    return viewer is None or not chosen or viewer in chosen


def buttons(blocks: Any) -> Iterator[tuple[Payload, Payload]]:
    """Each button with the block it stands in, in reading order."""
    for block in blocks:
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            if isinstance(element, dict) and element.get("type") == "button":
                yield block, element


def readable(world: World, text: str) -> str:
    """Slack's mark-up as a person sees it: names for ids, labels for links, plain characters."""
    return html.unescape(MARK_UP.sub(lambda found: _name(world, found.group(1)), text))


def _name(world: World, reference: str) -> str:
    target, _, label = reference.partition("|")
    if label and target[:1] not in {"@", "#"}:
        return label
    for sign, name in NAMES.items():
        if target.startswith(sign):
            return name(world, target[len(sign) :], label)
    return target


def _user_name(world: World, user_id: str, label: str) -> str:
    user = world.users.get(user_id)
    return f"@{user.real_name if user else label or user_id}"


def _channel_name(world: World, channel_id: str, label: str) -> str:
    channel = world.channels.get(channel_id)
    return f"#{channel.name if channel else label or channel_id}"


def _group_name(world: World, group_id: str, label: str) -> str:
    group = world.usergroups.get(group_id)
    return f"@{group.handle if group else label or group_id}"


NAMES: dict[str, Callable[[World, str, str], str]] = {
    "@": _user_name,
    "#": _channel_name,
    "!subteam^": _group_name,
    "!": lambda _world, name, _label: f"@{name}",
}


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        yield from _texts_of_object(node)


def _texts_of_object(node: Payload) -> Iterator[str]:
    kind = str(node.get("type"))
    if kind in {"user", "usergroup", "channel"} and f"{kind}_id" in node:
        sign = {"user": "@", "usergroup": "!subteam^", "channel": "#"}[kind]
        yield f"<{sign}{node[f'{kind}_id']}>"
        return
    if kind == "rich_text_section":
        yield "".join(_texts(node.get("elements")))
        return
    if kind == "link" and not node.get("text"):
        yield str(node.get("url", ""))
        return
    for key, value in node.items():
        if key not in UNSEEN:
            yield from _texts(value)

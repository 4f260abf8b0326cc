"""Blocks and elements, small and valid, with what a test wants otherwise."""

from __future__ import annotations

from typing import Any

from bot.demo.workspace.rules import message_faults, view_faults
from bot.demo.workspace.rules_fault import Fault

JSON = dict[str, Any]


def plain(text: str = "x") -> JSON:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> JSON:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> JSON:
    return {"type": "button", "text": plain(), "action_id": "press", **more}


def actions(*elements: JSON) -> JSON:
    return {"type": "actions", "elements": list(elements)}


def pressed(**more: Any) -> JSON:
    return actions(button(**more))


def confirm(**more: Any) -> JSON:
    whole = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more}
    return pressed(confirm=whole)


def asking(element: JSON, **more: Any) -> JSON:
    return {"type": "input", "label": plain(), "element": element, **more}


def option(**more: Any) -> JSON:
    return {"text": plain(), "value": "v", **more}


def menu(kind: str, **more: Any) -> JSON:
    return actions({"type": kind, "action_id": "choose", **more})


def chosen(kind: str = "static_select", **more: Any) -> JSON:
    return menu(kind, options=[option(**more), option()])


def image(**more: Any) -> JSON:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart", **more}


def table(rows: int, cells: int) -> JSON:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells] * rows}


def faults_of(block: JSON) -> list[Fault]:
    """The faults of a block, in a message or, where only a dialog has it, in a dialog."""
    if block["type"] != "alert":
        return message_faults({"text": "hi", "blocks": [block]})
    return view_faults({"type": "modal", "title": plain(), "blocks": [block]})


def rich(*elements: JSON) -> JSON:
    return {"type": "rich_text", "elements": list(elements)}

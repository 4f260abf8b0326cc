"""Short ways to write blocks and views in tests."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text: str, action_id: str = "press", **more: Any) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Block, **more: Any) -> Block:
    return {"type": "actions", "elements": list(elements), **more}


def text_input(label: str, block_id: str = "b", action_id: str = "a", **more: Any) -> Block:
    outside: Block = {key: more.pop(key) for key in ("optional", "dispatch_action") if key in more}
    element = {"type": "plain_text_input", "action_id": action_id, **more}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **outside}


def modal(*blocks: Block, **more: Any) -> Block:
    shown = list(blocks) or [section("Nothing to do here.")]
    return {"type": "modal", "title": plain("A dialog"), "submit": plain("Send"), "blocks": shown, **more}


def home(*blocks: Block, **more: Any) -> Block:
    return {"type": "home", "blocks": list(blocks) or [section("Welcome.")], **more}

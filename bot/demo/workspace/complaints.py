"""What Slack's own client refuses of a form before anything is sent."""

from __future__ import annotations

import re
from typing import Any

from bot.demo.workspace.forms import Field, fields
from bot.demo.workspace.records import Payload
from bot.demo.workspace.world import World

REQUIRED = "Please complete this required field."
SHAPES = {
    "email_text_input": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Please enter a valid email address."),
    "url_text_input": (re.compile(r"https?://\S+"), "Please enter a valid URL."),
    "number_input": (re.compile(r"-?\d+(\.\d+)?"), "Please enter a valid number."),
}


def complaints(world: World, blocks: list[Payload], inputs: Payload) -> dict[str, str]:
    """What Slack's own client refuses before anything is sent: block id → sentence."""
    found = {}
    for field in fields(world, blocks):
        value = inputs.get(field.path, field.blank())[field.kind.key]
        sentence = _complaint(field, value)
        if sentence is not None:
            found[field.block_id] = sentence
    return found


def _complaint(field: Field, value: Any) -> str | None:
    if not value:
        return REQUIRED if field.required else None
    if field.kind.key != "value":
        return None
    least, most = field.element.get("min_length", 0), field.element.get("max_length", 3000)
    if field.element["type"] == "plain_text_input" and not least <= len(value) <= most:
        return f"Please enter between {least} and {most} characters."
    pattern, sentence = SHAPES.get(field.element["type"], (None, None))
    return sentence if pattern and not pattern.fullmatch(value) else None

"""Finds what a person means by the words on it, and makes the action that a press sends."""

from __future__ import annotations

from bot.demo.workspace import forms, words
from bot.demo.workspace.records import MessageRecord, Payload, ViewRecord
from bot.demo.workspace.world import World

OVERFLOW = "⋯"


def offered(blocks: list[Payload], text: str) -> tuple[Payload, Payload]:
    """The block and the button of that text.

    Raises:
        LookupError: nobody could find it.
    """
    found = list(words.buttons(blocks))
    for block, button in found:
        if button["text"]["text"] == text:
            return block, button
    raise LookupError(f"no button {text!r}; there are {[b['text']['text'] for _, b in found]}")


def button_action(block: Payload, button: Payload) -> Payload:
    """What a press on it sends."""
    action = {"type": "button", "block_id": block["block_id"], "action_id": button["action_id"]}
    optional = ("text", "value", "url", "style")
    return action | {key: button[key] for key in optional if key in button}


def choice_action(
    world: World, blocks: list[Payload], holder: MessageRecord | ViewRecord, label: str, option: str
) -> Payload:
    """What a choice sends; *holder* keeps it, unless it is one of an overflow menu."""
    if label == OVERFLOW:
        return _overflow(blocks, option)
    field, inputs = forms.find(world, blocks, label), holder.inputs
    suggested = holder.suggested.get(field.path, ())
    inputs[field.path] = forms.chosen(world, field, option, inputs.get(field.path), suggested)
    return field_action(field, inputs[field.path])


def field_action(field: forms.Field, value: Payload) -> Payload:
    """What a filled-in field sends where it does so at once."""
    return {"block_id": field.block_id, "action_id": field.action_id, **value}


def _overflow(blocks: list[Payload], option: str) -> Payload:
    for block in blocks:
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            for one in element.get("options", ()) if element.get("type") == "overflow" else ():
                if one["text"]["text"] == option:
                    about = {"block_id": block["block_id"], "action_id": element["action_id"]}
                    return {"type": "overflow", **about, "selected_option": one}
    raise LookupError(f"no overflow menu has {option!r}")

"""The same acts for a page, which knows what was pressed by its ids and not by the words on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.demo.workspace import forms, words
from bot.demo.workspace.pressing import button_action, field_action
from bot.demo.workspace.records import MessageRecord, Payload, ViewRecord
from bot.demo.workspace.world import World

Holder = MessageRecord | ViewRecord


class Touched:
    """What touching one element sends.

    Attributes:
        action: The action of the payload.
        path: Where the value is kept from now on; "" where nothing is kept.
        value: The state that is kept there.
        sends: Whether the app is told at once.
    """

    __slots__ = ("action", "path", "sends", "value")

    def __init__(
        self, action: Payload, path: str = "", value: Payload | None = None, sends: bool = True
    ) -> None:
        self.action, self.path, self.value, self.sends = action, path, value or {}, sends


def touched(
    world: World,
    blocks: list[Payload],
    block_id: str,
    action_id: str,
    raw: Any = None,
    holder: Holder | None = None,
) -> Touched:
    """Find the element of these ids.

    Args:
        raw: For a choice the value of the option, or a list of them; for other fields what was entered.
        holder: The message or view, which knows what the app handed out and what is chosen already.

    Raises:
        LookupError: there is no such element, or no such option.
    """
    for block, button in words.buttons(blocks):
        if (block["block_id"], button["action_id"]) == (block_id, action_id):
            return Touched(button_action(block, button))
    for block, menu in _overflows(blocks):
        if (block["block_id"], menu["action_id"]) == (block_id, action_id):
            return Touched(_overflow_action(block, menu, raw))
    for field in forms.fields(world, blocks):
        if (field.block_id, field.action_id) == (block_id, action_id):
            value = entered(field, raw, _besides(field, holder))
            return Touched(field_action(field, value), field.path, value, field.dispatches)
    raise LookupError("what was pressed is no longer there")


def filled(
    world: World, blocks: list[Payload], values: Mapping[str, Any], holder: Holder | None = None
) -> Payload:
    """The states of these fields; *values* by path, as in `forms.Field.path`.

    Unknown paths are left out, and so are files: those are put in one by one.
    """
    return {
        field.path: entered(field, values[field.path], _besides(field, holder))
        for field in forms.fields(world, blocks)
        if field.path in values and field.element["type"] != "file_input"
    }


def entered(field: forms.Field, raw: Any, besides: Sequence[Payload] = ()) -> Payload:
    """The state after this was entered or chosen.

    Args:
        besides: Options that do not stand in the element itself.

    Raises:
        LookupError: an option that is not on offer, or more than may be chosen.
    """
    if "_option" not in field.kind.key:
        return field.with_value(forms.within_most(field, raw or []) if field.kind.many else raw or None)
    options = [*forms.options_of(field.element), *besides]
    if field.kind.many:
        return field.with_value(forms.within_most(field, [_option(options, value) for value in raw or ()]))
    return field.with_value(_option(options, raw) if raw else None)


def _besides(field: forms.Field, holder: Holder | None) -> list[Payload]:
    """What the app handed out last, and what is chosen already, which it need not hand out again."""
    if field.element["type"] not in forms.EXTERNAL:
        return []
    held = (holder.inputs if holder else {}).get(field.path, field.blank())[field.kind.key] or []
    suggested = holder.suggested.get(field.path, []) if holder else []
    return [*suggested, *(held if field.kind.many else [held] if held else [])]


def _option(options: Sequence[Payload], value: Any) -> Payload:
    for option in options:
        if option.get("value") == value:
            return {key: option[key] for key in ("text", "value") if key in option}
    raise LookupError("this is no longer on offer")


def _overflows(blocks: list[Payload]) -> Iterator[tuple[Payload, Payload]]:
    for block in blocks:
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            if isinstance(element, dict) and element.get("type") == "overflow":
                yield block, element


def _overflow_action(block: Payload, menu: Payload, raw: Any) -> Payload:
    about = {"block_id": block["block_id"], "action_id": menu["action_id"]}
    for option in menu["options"]:
        if option.get("value") == raw:
            return {"type": "overflow", **about, "selected_option": option}
    raise LookupError("this is no longer on offer")

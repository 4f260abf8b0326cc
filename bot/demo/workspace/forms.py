"""What people fill in: the fields of a dialog or message, and the state that goes to the app."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace.ids import new_id
from bot.demo.workspace.records import Payload
from bot.demo.workspace.words import readable
from bot.demo.workspace.world import World


@dataclass(frozen=True, slots=True)
class Kind:
    """Where an element keeps its value, in the state and as it is first shown."""

    key: str
    initial: str
    many: bool = False


#: Slack docs, Block elements and `view.state.values`.
KINDS = {
    "plain_text_input": Kind("value", "initial_value"),
    "email_text_input": Kind("value", "initial_value"),
    "url_text_input": Kind("value", "initial_value"),
    "number_input": Kind("value", "initial_value"),
    "rich_text_input": Kind("rich_text_value", "initial_value"),
    "radio_buttons": Kind("selected_option", "initial_option"),
    "static_select": Kind("selected_option", "initial_option"),
    "external_select": Kind("selected_option", "initial_option"),
    "checkboxes": Kind("selected_options", "initial_options", many=True),
    "multi_static_select": Kind("selected_options", "initial_options", many=True),
    "multi_external_select": Kind("selected_options", "initial_options", many=True),
    "datepicker": Kind("selected_date", "initial_date"),
    "timepicker": Kind("selected_time", "initial_time"),
    "datetimepicker": Kind("selected_date_time", "initial_date_time"),
    "users_select": Kind("selected_user", "initial_user"),
    "conversations_select": Kind("selected_conversation", "initial_conversation"),
    "channels_select": Kind("selected_channel", "initial_channel"),
    "multi_users_select": Kind("selected_users", "initial_users", many=True),
    "multi_conversations_select": Kind("selected_conversations", "initial_conversations", many=True),
    "multi_channels_select": Kind("selected_channels", "initial_channels", many=True),
    "file_input": Kind("files", "initial_files", many=True),
}
EXTERNAL = ("external_select", "multi_external_select")
"""The menus whose options the app hands out."""


@dataclass(frozen=True, slots=True)
class Field:
    """One element that takes a value.

    Attributes:
        label: What a person finds it by.
        dispatches: Whether a choice goes to the app at once.
    """

    label: str
    block_id: str
    action_id: str
    element: Payload
    required: bool
    dispatches: bool

    @property
    def kind(self) -> Kind:
        """Where its value goes."""
        return KINDS[self.element["type"]]

    @property
    def path(self) -> str:
        """Block and action together, as the place where its value is kept."""
        return f"{self.block_id}\n{self.action_id}"

    def blank(self) -> Payload:
        """The state before anybody touched it."""
        value = self.element.get(self.kind.initial, [] if self.kind.many else None)
        return {"type": self.element["type"], self.kind.key: value}

    def with_value(self, value: Any) -> Payload:
        """The state with this value."""
        return {"type": self.element["type"], self.kind.key: value}


def fields(world: World, blocks: list[Payload]) -> Iterator[Field]:
    """Every element that takes a value, in reading order."""
    for block in blocks:
        if block.get("type") == "input":
            element = block["element"]
            if element["type"] in KINDS:
                label = readable(world, block["label"]["text"])
                optional, dispatches = block.get("optional", False), block.get("dispatch_action", False)
                yield Field(label, block["block_id"], element["action_id"], element, not optional, dispatches)
            continue
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            if isinstance(element, dict) and element.get("type") in KINDS:
                yield Field(_name(element), block["block_id"], element["action_id"], element, False, True)


def _name(element: Payload) -> str:
    placeholder: str = element.get("placeholder", {}).get("text", "")
    return placeholder or element.get("accessibility_label", "") or element["action_id"]


def state(world: World, blocks: list[Payload], inputs: Payload) -> Payload:
    """`state.values`: block id → action id → value, what nobody touched as it was first shown."""
    values: Payload = {}
    for field in fields(world, blocks):
        values.setdefault(field.block_id, {})[field.action_id] = inputs.get(field.path, field.blank())
    return values


def kept(world: World, blocks: list[Payload], inputs: Payload) -> Payload:
    """What stays filled in after an update: the same block, action and type (Slack docs, Modals)."""
    return {
        field.path: inputs[field.path]
        for field in fields(world, blocks)
        if field.path in inputs and inputs[field.path]["type"] == field.element["type"]
    }


def find(world: World, blocks: list[Payload], label: str) -> Field:
    """The field of that label.

    Raises:
        LookupError: nobody could find it by that label.
    """
    all_fields = list(fields(world, blocks))
    for field in all_fields:
        if field.label == label:
            return field
    raise LookupError(f"no field {label!r}; there are {[field.label for field in all_fields]}")


def at(world: World, blocks: list[Payload], path: str) -> Field:
    """The field at that place.

    Raises:
        LookupError: there is none.
    """
    for field in fields(world, blocks):
        if field.path == path:
            return field
    raise LookupError("this field is no longer there")


def chosen(
    world: World, field: Field, wanted: str, now: Payload | None = None, suggested: Sequence[Payload] = ()
) -> Payload:
    """The state after a person picked the option with that text, or that person, channel or date.

    Args:
        now: The state before; where several can be picked, one that was picked already is unpicked.
        suggested: The options that the app handed out for this menu.

    Raises:
        LookupError: it is not on offer, or as many are picked as may be.
    """
    by_option = "_option" in field.kind.key
    value = _offered(world, field, wanted, suggested) if by_option else _typed(world, field, wanted)
    if not field.kind.many:
        return field.with_value(value)
    picked = list((now or field.blank())[field.kind.key])
    if value in picked:
        picked.remove(value)
    else:
        picked.append(value)
    return field.with_value(within_most(field, picked))


def within_most(field: Field, picked: list[Any]) -> list[Any]:
    """The same, where the menu takes so many.

    Raises:
        LookupError: they are more than its `max_selected_items`.
    """
    most = field.element.get("max_selected_items")
    if most is not None and len(picked) > most:
        raise LookupError(f"no more than {most} can be chosen")
    return picked


def _offered(world: World, field: Field, wanted: str, suggested: Sequence[Payload]) -> Payload:
    options = [*options_of(field.element), *suggested]
    for option in options:
        if wanted in {readable(world, option["text"]["text"]), option["text"]["text"]}:
            return option
    raise LookupError(f"no option {wanted!r}; there are {[o['text']['text'] for o in options]}")


def _typed(world: World, field: Field, wanted: str) -> Any:
    kind = field.element["type"].removeprefix("multi_")
    offered = {
        "users_select": set(world.users),
        "conversations_select": set(world.channels),
        "channels_select": {c.channel_id for c in world.channels.values() if c.kind == "public"},
    }
    if wanted not in offered.get(kind, {wanted}):
        raise LookupError(f"{field.label!r} does not offer {wanted!r}")
    return int(wanted) if kind == "datetimepicker" else wanted


def options_of(element: Payload) -> Iterator[Payload]:
    """The options of a menu, or of the app's answer to what was typed into one, out of their groups."""
    yield from element.get("options", ())
    for group in element.get("option_groups", ()):
        yield from group["options"]


def with_ids(blocks: list[Payload]) -> list[Payload]:
    """The blocks with the ids that Slack makes up where the app gave none, others each time."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Payload) -> Payload:
    block = {**block, "block_id": block.get("block_id") or new_id("")[:5]}
    for key in ("element", "accessory"):
        if isinstance(block.get(key), dict):
            block[key] = _with_action_id(block[key])
    if block.get("type") == "actions":
        block["elements"] = [_with_action_id(element) for element in block["elements"]]
    return block


def _with_action_id(element: Payload) -> Payload:
    if element.get("type") == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": new_id("")[:5]}

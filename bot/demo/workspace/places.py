"""Menus of conversations: which of them a menu offers, and the one that a person has before them."""

from __future__ import annotations

from bot.demo.workspace import forms
from bot.demo.workspace.records import ChannelRecord, Payload
from bot.demo.workspace.world import World

FIRST_CHOICES = ("initial_conversation", "initial_conversations")


def prefilled(world: World, blocks: list[Payload], place: str | None) -> Payload:
    """The states of the menus that begin with the conversation at hand.

    A first choice of the app's own goes before it (docs, select menu of conversations).
    """
    channel = world.channels.get(place or "")
    if channel is None:
        return {}
    return {
        field.path: field.with_value([channel.channel_id] if field.kind.many else channel.channel_id)
        for field in forms.fields(world, blocks)
        if field.element.get("default_to_current_conversation") and _begins_with(field.element, channel)
    }


def _begins_with(element: Payload, channel: ChannelRecord) -> bool:
    if any(name in element for name in FIRST_CHOICES):
        return False
    rule = element.get("filter", {})
    if channel.kind not in rule.get("include", (channel.kind,)):
        return False
    return not (channel.ext_shared and rule.get("exclude_external_shared_channels"))

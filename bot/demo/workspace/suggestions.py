"""Menus whose options the app hands out while a person types (Slack docs, `block_suggestion` payloads)."""

from __future__ import annotations

from bot.demo.workspace.core import Core
from bot.demo.workspace.courier import seen_by_person
from bot.demo.workspace.forms import EXTERNAL, Field, options_of
from bot.demo.workspace.records import Payload
from bot.demo.workspace.rules import options_answer_faults
from bot.demo.workspace.shown import Suggested

TYPED_BEFORE_ASKING = 3
"""Characters, where the menu sets no `min_query_length` (docs, external select menu)."""


async def ask_options(
    core: Core, field: Field, typed: str, payload: Payload, kept: dict[str, list[Payload]]
) -> Suggested:
    """Ask the app what it has for *typed*; *kept* holds what can be chosen from then on.

    Raises:
        LookupError: the options of this menu do not come from the app.
    """
    if field.element["type"] not in EXTERNAL:
        raise LookupError(f"{field.label!r} has options of its own")
    if len(typed) < field.element.get("min_query_length", TYPED_BEFORE_ASKING):
        return Suggested()
    if not core.config.options_load:
        return Suggested(error="options_load_url_missing")
    delivery = await core.interact(payload)
    error = seen_by_person(delivery)
    if error is None and options_answer_faults(delivery.answer):
        error = "invalid_response"
    options = [] if error else list(options_of(delivery.answer or {}))
    kept[field.path] = options
    return Suggested(options, error)

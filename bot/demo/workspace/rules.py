"""Slack's limits on what an app sends, as tables; what breaks them comes back as faults shaped like Slack's.

The tables are `rules_payloads` (messages, views, answers), `rules_blocks`, `rules_elements`, `rules_richtext`
and `rules_objects`; `rules_shape` is their language and `rules_together` has what holds between blocks.
Every function takes any JSON value and never raises; no faults means that Slack would take it. Pointers start
at the value that was handed in, so a caller that got it as an argument `view` prefixes `/view`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from bot.demo.workspace.rules_fault import Fault, below, failed, wrong_type
from bot.demo.workspace.rules_payloads import (
    ANSWERS,
    ANY_MESSAGE,
    ARGUMENTS,
    COMMAND_ANSWER,
    HOME,
    MODAL,
    OPTIONS_ANSWER,
    RESPONSE_URL,
    UNKNOWN_ANSWER,
)
from bot.demo.workspace.rules_shape import ByType, Text
from bot.demo.workspace.rules_together import has_input, together_faults

__all__ = [
    "Fault",
    "command_answer_faults",
    "home_faults",
    "message_faults",
    "options_answer_faults",
    "response_action_faults",
    "response_url_faults",
    "view_faults",
]

VIEW_BYTES = 250_000
"""Size of a whole view as JSON, beyond which Slack answers `view_too_large` (docs, views.open, errors)."""
JSON_ARGUMENTS = ("blocks", "attachments", "metadata")
NO_TEXT = Fault("no_text", "must provide at least one of: text, blocks, attachments", "")
OWN_WORDS = {
    ("/text", "max_length"): "msg_too_long",
    ("/markdown_text", "max_length"): "msg_too_long",
    ("/attachments", "max_items"): "too_many_attachments",
}
"""Where in a message, and which constraint → Slack's own word (docs, chat.postMessage and chat.update)."""


def message_faults(payload: Any, method: str | None = None) -> list[Fault]:
    """Judge the arguments of chat.postMessage, chat.update or chat.postEphemeral.

    Args:
        payload: The arguments; `blocks`, `attachments` and `metadata` may be JSON in a string, as in a form.
        method: Whose arguments they are. None judges the message alone: no channel is asked for.
    """
    opened = _opened(payload)
    rule = ANY_MESSAGE if method is None else ARGUMENTS.get(method, ANY_MESSAGE)
    return [*_in_own_words(rule.faults(opened, "")), *_content_faults(opened)]


def view_faults(view: Any) -> list[Fault]:
    """Judge a modal, as it is sent to views.open, views.push and views.update."""
    faults = [*ByType({"modal": MODAL}).faults(view, ""), *_view_faults(view, "modal")]
    if isinstance(view, dict) and "submit" not in view and has_input(view.get("blocks")):
        faults.append(Fault("missing_field", "missing required field: submit", "", field="submit"))
    return faults


def home_faults(view: Any) -> list[Fault]:
    """Judge a Home tab, as it is sent to views.publish."""
    return [*ByType({"home": HOME}).faults(view, ""), *_view_faults(view, "home")]


def response_action_faults(answer: Any, view: Any = None) -> list[Fault]:
    """Judge what a `view_submission` is answered with. None, "" and {} close the view, and are no fault.

    Args:
        answer: The payload of the acknowledgement.
        view: The submitted view; where it is given, every key of `errors` must name one of its input blocks.
    """
    if answer in (None, "", {}):
        return []
    if not isinstance(answer, dict):
        return [wrong_type("must provide an object", "")]
    action = answer.get("response_action")
    rule = ANSWERS.get(action, UNKNOWN_ANSWER) if isinstance(action, str) else UNKNOWN_ANSWER
    faults = list(rule.faults(answer, ""))
    if action == "errors" and "errors" in answer:
        faults += _error_faults(answer["errors"], view)
    if action in ("update", "push") and "view" in answer:
        faults += [replace(one, pointer=f"/view{one.pointer}") for one in view_faults(answer["view"])]
    return faults


def command_answer_faults(answer: Any) -> list[Fault]:
    """Judge what a slash command is answered with: nothing, a bare text, or a message."""
    if answer in (None, "", {}):
        return []
    opened = _opened({"text": answer} if isinstance(answer, str) else answer)
    return [*_in_own_words(COMMAND_ANSWER.faults(opened, "")), *_content_faults(opened)]


def options_answer_faults(answer: Any) -> list[Fault]:
    """Judge what a `block_suggestion` is answered with; nothing at all is nothing to choose."""
    return [] if answer in (None, "", {}) else list(OPTIONS_ANSWER.faults(answer, ""))


def response_url_faults(answer: Any) -> list[Fault]:
    """Judge what is posted to a `response_url`; taking the original away needs no content."""
    opened = _opened(answer)
    bare = isinstance(opened, dict) and opened.get("delete_original") is True
    return [*_in_own_words(RESPONSE_URL.faults(opened, "")), *([] if bare else _content_faults(opened))]


def _in_own_words(faults: Iterable[Fault]) -> Iterator[Fault]:
    for one in faults:
        kind = one.constraint["type"] if one.constraint else ""
        yield replace(one, code=OWN_WORDS.get((one.pointer, kind), one.code))


def _opened(payload: Any) -> Any:
    """The arguments with JSON strings read, as Slack reads those of a form."""
    if not isinstance(payload, dict):
        return payload
    return {name: _read(value) if name in JSON_ARGUMENTS else value for name, value in payload.items()}


def _read(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


def _content_faults(payload: Any) -> Iterator[Fault]:
    if not isinstance(payload, dict):
        return
    if not any(payload.get(name) for name in ("text", "blocks", "attachments", "markdown_text")):
        yield NO_TEXT
    yield from together_faults(payload.get("blocks"), "message", "/blocks")
    attachments = payload.get("attachments")
    for place, one in enumerate(attachments if isinstance(attachments, list) else []):
        if isinstance(one, dict):
            yield from together_faults(one.get("blocks"), "message", f"/attachments/{place}/blocks")


def _view_faults(view: Any, surface: str) -> Iterator[Fault]:
    if not isinstance(view, dict):
        return
    yield from together_faults(view.get("blocks"), surface, "/blocks")
    size = _bytes(view)
    if size > VIEW_BYTES:
        limit = {"type": "max_length", "expected": VIEW_BYTES, "got": size}
        yield Fault("view_too_large", f"must be less than {VIEW_BYTES + 1} bytes", "", limit)


def _bytes(view: Any) -> int:
    """The size of a view as JSON; what is nested too deeply to be written counts as too large."""
    try:
        return len(json.dumps(view, ensure_ascii=False, default=str).encode("utf-8", "replace"))
    except RecursionError:
        return VIEW_BYTES + 1


def _error_faults(errors: Any, view: Any) -> Iterator[Fault]:
    if not isinstance(errors, dict) or not errors:
        yield wrong_type("must provide an object", "/errors")
        return
    known = None if view is None else _input_ids(view)
    for name, text in errors.items():
        at = below("/errors", name)
        yield from Text().faults(text, at)
        if known is not None and name not in known:
            yield failed("enum", "must name an input block of the view", at, sorted(known))


def _input_ids(view: Any) -> set[str]:
    blocks = view.get("blocks") if isinstance(view, dict) else None
    inputs = [one for one in blocks or [] if isinstance(one, dict) and one.get("type") == "input"]
    return {str(one["block_id"]) for one in inputs if "block_id" in one}

"""Slack's limits on what an app sends, as tables; what breaks them comes back as faults shaped like Slack's.

The tables are `rules_payloads` (messages, views, answers), `rules_blocks`, `rules_elements`, `rules_richtext`
and `rules_objects`; `rules_shape` is their language and `rules_together` has what holds between blocks.
Every function takes any JSON value and never raises; no faults means that Slack would take it. Pointers start
at the value that was handed in, so a caller that got it as an argument `view` prefixes `/view`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
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
    RESPONSE_URL,
    UNKNOWN_ANSWER,
)
from bot.demo.workspace.rules_shape import ByType, Record, Text, Word
from bot.demo.workspace.rules_together import has_input, together_faults

__all__ = [
    "Fault",
    "api_error",
    "command_answer_faults",
    "home_faults",
    "message_faults",
    "response_action_faults",
    "response_url_faults",
    "view_faults",
]

VIEW_BYTES = 250_000
"""Size of a whole view as JSON, beyond which Slack answers `view_too_large` (docs, views.open, errors)."""
ERRORS: tuple[tuple[str, str], ...] = (
    ("/blocks", "invalid_blocks"),
    ("/attachments", "invalid_attachments"),
    ("/metadata", "invalid_metadata_format"),
    ("/markdown_text", "msg_too_long"),
    ("/text", "msg_too_long"),
)
"""Where in a message the first fault stands → the `error` of the method (docs, chat.postMessage, errors)."""
JSON_ARGUMENTS = ("blocks", "attachments", "metadata")


def message_faults(payload: Any, method: str | None = None) -> list[Fault]:
    """Judge the arguments of chat.postMessage, chat.update or chat.postEphemeral.

    Args:
        payload: The arguments; `blocks`, `attachments` and `metadata` may be JSON in a string, as in a form.
        method: Whose arguments they are. None judges the message alone: no channel is asked for.
    """
    opened = _opened(payload)
    rule = ANY_MESSAGE if method is None else ARGUMENTS.get(method, ANY_MESSAGE)
    return [*rule.faults(opened, ""), *_content_faults(opened)]


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
    rules = {name: Record({**rule.needs, "response_action": Word((name,))}) for name, rule in ANSWERS.items()}
    action = answer.get("response_action")
    if not isinstance(action, str) or action not in rules:
        return list(UNKNOWN_ANSWER.faults(answer, ""))
    faults = list(rules[action].faults(answer, ""))
    if "errors" in rules[action].needs and "errors" in answer:
        faults += _error_faults(answer["errors"], view)
    if "view" in rules[action].needs and "view" in answer:
        faults += [replace(one, pointer=f"/view{one.pointer}") for one in view_faults(answer["view"])]
    return faults


def command_answer_faults(answer: Any) -> list[Fault]:
    """Judge what a slash command is answered with: nothing, a bare text, or a message."""
    if answer in (None, "", {}):
        return []
    opened = _opened({"text": answer} if isinstance(answer, str) else answer)
    return [*COMMAND_ANSWER.faults(opened, ""), *_content_faults(opened)]


def response_url_faults(answer: Any) -> list[Fault]:
    """Judge what is posted to a `response_url`; taking the original away needs no content."""
    opened = _opened(answer)
    bare = isinstance(opened, dict) and opened.get("delete_original") is True
    return [*RESPONSE_URL.faults(opened, ""), *([] if bare else _content_faults(opened))]


def api_error(faults: list[Fault]) -> str:
    """The `error` with which a chat method refuses a message that has *faults*; at least one."""
    first = faults[0]
    if first.constraint and first.constraint.get("got") == "no_text":
        return "no_text"
    if first.message.startswith("cannot provide both markdown_text"):
        return "markdown_text_conflict"
    return next((error for prefix, error in ERRORS if first.pointer.startswith(prefix)), "invalid_arguments")


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
        yield failed("any_of", "must provide at least one of: text, blocks, attachments", "", got="no_text")
    yield from together_faults(payload.get("blocks"), "message", "/blocks")
    attachments = payload.get("attachments")
    for place, one in enumerate(attachments if isinstance(attachments, list) else []):
        if isinstance(one, dict):
            yield from together_faults(one.get("blocks"), "message", f"/attachments/{place}/blocks")


def _view_faults(view: Any, surface: str) -> Iterator[Fault]:
    if not isinstance(view, dict):
        return
    yield from together_faults(view.get("blocks"), surface, "/blocks")
    size = len(json.dumps(view, ensure_ascii=False, default=str).encode("utf-8", "replace"))
    if size > VIEW_BYTES:
        yield failed("max_length", f"view must be less than {VIEW_BYTES + 1} bytes", "", VIEW_BYTES, size)


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

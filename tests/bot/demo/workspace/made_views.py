"""A dialog and what stands in it, small and valid, with what a test wants otherwise."""

from __future__ import annotations

from typing import Any

from bot.demo.workspace.rules_fault import Fault

JSON = dict[str, Any]


def plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def section(text: str = "hello", **more: Any) -> JSON:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def asking(block_id: str = "key", action_id: str = "value", **element: Any) -> JSON:
    """An input block."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("API Key"),
        "element": {"type": "plain_text_input", "action_id": action_id, **element},
    }


def modal(*blocks: JSON, **more: Any) -> JSON:
    """A modal; what is given as None is left out."""
    parts = {"title": plain("Test your API keys"), "blocks": list(blocks) or [section()]}
    whole = {"type": "modal", **parts, **more}
    return {name: value for name, value in whole.items() if value is not None}


def pointers(faults: list[Fault]) -> list[str]:
    return [fault.pointer for fault in faults]

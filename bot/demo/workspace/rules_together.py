"""What Slack demands of blocks taken together: unique ids, one focus, one table, bounded markdown.

Sources: docs.slack.dev/reference/block-kit: blocks ("block_id should be unique"), block-elements
("action_id … unique among all other action_ids in the containing block", "only one element can be set to
true" for `focus_on_load`), blocks/markdown-block (12,000 characters in one payload), blocks/table-block.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.demo.workspace.rules_blocks import MARKDOWN
from bot.demo.workspace.rules_fault import Fault, below, failed

Place = tuple[str, dict[str, Any]]
"""A JSON pointer and the object that stands there."""


def together_faults(blocks: Any, surface: str, at: str) -> Iterator[Fault]:
    """Yield what is wrong between the blocks of one message or view; what is no object is passed over."""
    placed = list(_objects(blocks, at))
    yield from _doubled(placed, "block_id")
    for where, block in placed:
        yield from _doubled(list(_elements(block, where)), "action_id")
    yield from _focus(placed)
    if surface == "message":
        yield from _one_table(placed)
        yield from _markdown(placed, at)
    if surface != "modal":
        yield from _files(placed)


def has_input(blocks: Any) -> bool:
    """Whether there is an input block, for which a modal needs a submit button."""
    return any(block.get("type") == "input" for _, block in _objects(blocks, ""))


def _objects(value: Any, at: str) -> Iterator[Place]:
    for place, member in enumerate(value if isinstance(value, list) else []):
        if isinstance(member, dict):
            yield below(at, place), member


def _elements(block: dict[str, Any], at: str) -> Iterator[Place]:
    for name in ("element", "accessory"):
        if isinstance(block.get(name), dict):
            yield below(at, name), block[name]
    for name in ("elements", "actions"):
        yield from _objects(block.get(name), below(at, name))


def _doubled(placed: list[Place], key: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, thing in placed:
        name = thing.get(key)
        if not isinstance(name, str):
            continue
        if name in seen:
            yield failed("unique_items", f"{key} already exists", below(at, key))
        seen.add(name)


def _focus(placed: list[Place]) -> Iterator[Fault]:
    inside = [place for at, block in placed for place in _elements(block, at)]
    focused = [at for at, element in inside if element.get("focus_on_load") is True]
    for at in focused[1:]:
        words = "only one element can have focus_on_load"
        yield failed("max_items", words, below(at, "focus_on_load"), 1, len(focused))


def _one_table(placed: list[Place]) -> Iterator[Fault]:
    tables = [at for at, block in placed if block.get("type") == "table"]
    for at in tables[1:]:
        yield failed("max_items", "only one table allowed", at, 1, len(tables))


def _markdown(placed: list[Place], at: str) -> Iterator[Fault]:
    texts = [block.get("text") for _, block in placed if block.get("type") == "markdown"]
    total = sum(len(text) for text in texts if isinstance(text, str))
    if total > MARKDOWN and len(texts) > 1:
        words = f"must be less than {MARKDOWN + 1} characters in all markdown blocks together"
        yield failed("max_length", words, at, MARKDOWN, total)


def _files(placed: list[Place]) -> Iterator[Fault]:
    for at, block in placed:
        element = block.get("element")
        if isinstance(element, dict) and element.get("type") == "file_input":
            yield failed("enum", "unsupported type: file_input", f"{at}/element/type", got="file_input")

"""Whatever arrives, the rules answer with faults and never raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.workspace.rules import (
    command_answer_faults,
    home_faults,
    message_faults,
    response_action_faults,
    response_url_faults,
    view_faults,
)
from bot.demo.workspace.rules_blocks import BLOCKS
from bot.demo.workspace.rules_elements import ELEMENTS
from bot.demo.workspace.rules_fault import Fault

JUDGES = (
    command_answer_faults,
    home_faults,
    message_faults,
    response_action_faults,
    response_url_faults,
    view_faults,
)
FIELDS = st.sampled_from(
    (
        *("type", "text", "blocks", "elements", "element", "accessory", "title", "submit", "options"),
        *("rows", "fields", "block_id", "action_id", "focus_on_load", "attachments", "metadata", "errors"),
        *("view", "response_action", "child_blocks"),
    )
)
KINDS = st.sampled_from(["modal", "home", "plain_text", "mrkdwn", "update", "errors", *BLOCKS, *ELEMENTS])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | KINDS


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and objects, their fields often those that Slack knows."""
    return st.lists(inner, max_size=4) | st.dictionaries(FIELDS | st.text(max_size=8), inner, max_size=5)


ANYTHING = st.recursive(LEAVES, grown, max_leaves=25)


def resolved(value: Any, pointer: str) -> Any:
    """What a JSON pointer points at; KeyError, IndexError or TypeError where that is nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


@settings(max_examples=100, deadline=None)
@given(value=ANYTHING)
def test_any_json_gets_faults_and_never_an_exception(value: Any) -> None:
    for judge in JUDGES:
        faults = judge(value)

        assert all(isinstance(fault, Fault) for fault in faults)
        json.dumps([fault.as_json() for fault in faults])


@settings(max_examples=100, deadline=None)
@given(blocks=st.lists(ANYTHING, max_size=4))
def test_every_fault_points_at_something_that_was_sent(blocks: list[Any]) -> None:
    message = {"text": "hi", "blocks": blocks}

    for fault in message_faults(message):
        resolved(message, fault.pointer)


@settings(max_examples=100, deadline=None)
@given(kind=KINDS, rest=st.dictionaries(FIELDS, ANYTHING, max_size=4))
def test_every_known_kind_may_be_filled_with_anything(kind: str, rest: dict[str, Any]) -> None:
    inside = rest | {"type": kind}
    around = [
        inside,
        {"type": "actions", "elements": [inside]},
        {"type": "section", "accessory": inside},
        {"type": "input", "element": inside},
    ]

    message_faults({"text": "hi", "blocks": around})
    view_faults({"type": "modal", "blocks": around})
    response_action_faults({"response_action": "errors", "errors": rest}, {"blocks": around})


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("judge", JUDGES)
def test_what_is_nested_beyond_all_measure_is_a_fault_too(judge: Any) -> None:
    assert judge({"type": "modal", "blocks": nested(50_000)})

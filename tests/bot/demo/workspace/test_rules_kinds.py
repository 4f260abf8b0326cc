"""Which kinds, fields and values Slack knows in which place, and what it does not know."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.workspace.rules import message_faults
from tests.bot.demo.workspace.made_blocks import (
    JSON,
    actions,
    asking,
    button,
    chosen,
    confirm,
    faults_of,
    image,
    menu,
    mrkdwn,
    option,
    plain,
    pressed,
    rich,
)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": mrkdwn()},
        pressed(text=mrkdwn()),
        confirm(text=mrkdwn()),
        chosen("static_select", text=mrkdwn()),
        chosen("overflow", text=mrkdwn()),
        menu("users_select", placeholder=mrkdwn()),
        asking({"type": "plain_text_input"}, label=mrkdwn()),
        asking({"type": "plain_text_input"}, hint=mrkdwn()),
        image(title=mrkdwn()),
    ],
)
def test_where_slack_wants_plain_text_mrkdwn_is_a_fault(block: JSON) -> None:
    (fault,) = faults_of(block)

    assert fault.pointer.endswith("/type")
    assert fault.constraint == {"type": "enum", "expected": ["plain_text"], "got": "mrkdwn"}


@pytest.mark.parametrize("kind", ["radio_buttons", "checkboxes"])
def test_choices_may_be_in_mrkdwn(kind: str) -> None:
    assert faults_of(chosen(kind, text=mrkdwn(), description=mrkdwn())) == []


@pytest.mark.parametrize(
    ("block", "unknown"),
    [
        ({"type": "sektion", "text": mrkdwn()}, "sektion"),
        (actions({"type": "knob"}), "knob"),
        (asking({"type": "password_input"}), "password_input"),
        (asking({"type": "password_text_input"}), "password_text_input"),
        ({"type": "section", "text": {"type": "markdown", "text": "x"}}, "markdown"),
        ({"type": "context", "elements": [button()]}, "button"),
        (actions(image()), "image"),
        (actions({"type": "plain_text_input"}), "plain_text_input"),
        (
            {"type": "section", "text": mrkdwn(), "accessory": {"type": "plain_text_input"}},
            "plain_text_input",
        ),
        (asking(button()), "button"),
        (rich({"type": "text", "text": "x"}), "text"),
        (rich({"type": "rich_text_section", "elements": [{"type": "bold"}]}), "bold"),
        ({"type": "file", "external_id": "x", "source": "remote"}, "file"),
    ],
)
def test_a_kind_that_slack_does_not_know_there_is_a_fault(block: JSON, unknown: str) -> None:
    (fault,) = faults_of(block)

    assert fault.message == f"unsupported type: {unknown}"
    assert fault.constraint is not None
    assert fault.constraint["got"] == unknown
    assert unknown not in fault.constraint["expected"]


@pytest.mark.parametrize(
    ("block", "unknown"),
    [
        ({"type": "divider", "text": mrkdwn()}, "text"),
        ({"type": "section", "txt": mrkdwn(), "text": mrkdwn()}, "txt"),
        (pressed(colour="red"), "colour"),
        (confirm(cancel=plain()), "cancel"),
        (chosen("static_select", url="https://example.com"), "url"),
        ({"type": "section", "text": {**mrkdwn(), "emoji": True}}, "emoji"),
        ({"type": "header", "text": {**plain(), "verbatim": True}}, "verbatim"),
        (asking({"type": "plain_text_input", "masked": True}), "masked"),
    ],
)
def test_a_field_that_slack_does_not_know_there_is_a_fault(block: JSON, unknown: str) -> None:
    assert [fault.message for fault in faults_of(block)] == [f"invalid additional property: {unknown}"]


@pytest.mark.parametrize(
    ("block", "absent"),
    [
        ({"type": "header"}, "text"),
        ({"type": "image", "image_url": "https://example.com/a.png"}, "alt_text"),
        ({"type": "actions"}, "elements"),
        (actions({"type": "button"}), "text"),
        ({"type": "input", "element": {"type": "plain_text_input"}}, "label"),
        ({"type": "input", "label": plain()}, "element"),
        (menu("static_select", options=[{"text": plain()}]), "value"),
        (pressed(confirm={"title": plain(), "text": plain(), "confirm": plain()}), "deny"),
        ({"text": mrkdwn()}, "type"),
        ({"type": "section", "text": {"text": "x"}}, "type"),
    ],
)
def test_a_field_that_slack_needs_is_asked_for(block: JSON, absent: str) -> None:
    faults = message_faults({"text": "hi", "blocks": [block]})

    assert [(fault.code, fault.field) for fault in faults] == [("missing_field", absent)]


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        ({"type": "section"}, "any_of"),
        (image(image_url="https://example.com/a.png", slack_file={"id": "F1"}), "not"),
        ({"type": "image", "alt_text": "x"}, "any_of"),
        (menu("static_select"), "any_of"),
        (menu("static_select", options=[option()], option_groups=[]), "not"),
        (menu("radio_buttons", options=[option()], initial_option=option(value="other")), "enum"),
        (menu("checkboxes", options=[option()], initial_options=[option(value="other")]), "enum"),
        (asking({"type": "plain_text_input", "min_length": 9, "max_length": 8}), "maximum"),
        (asking({"type": "plain_text_input", "max_length": 3001}), "maximum"),
        (asking({"type": "plain_text_input", "max_length": 0}), "minimum"),
        (asking({"type": "plain_text_input", "min_length": -1}), "minimum"),
        (pressed(style="default"), "enum"),
        (asking({"type": "plain_text_input", "initial_value": "x" * 3001}), "max_length"),
    ],
)
def test_fields_that_contradict_each_other_or_their_bounds_are_a_fault(block: JSON, kind: str) -> None:
    kinds = [fault.constraint["type"] for fault in faults_of(block) if fault.constraint]

    assert kind in kinds


def test_a_choice_among_the_options_may_be_made_beforehand() -> None:
    assert faults_of(menu("radio_buttons", options=[option()], initial_option=option())) == []
    assert faults_of(menu("checkboxes", options=[option()], initial_options=[option()])) == []


@pytest.mark.parametrize("wrong", [None, "", "x", 7, [], True, ["x"]])
def test_a_block_or_element_that_is_no_object_is_a_fault(wrong: Any) -> None:
    assert message_faults({"text": "hi", "blocks": [wrong]})
    assert message_faults({"text": "hi", "blocks": [actions(wrong)]})
    assert message_faults({"text": "hi", "blocks": [{"type": "header", "text": wrong}]})


@pytest.mark.parametrize("name", ["optional", "dispatch_action"])
@pytest.mark.parametrize("wrong", [0, 1, "true", None])
def test_a_switch_is_true_or_false(name: str, wrong: Any) -> None:
    block = asking({"type": "plain_text_input"})
    assert faults_of({**block, name: True}) == []

    assert [fault.message for fault in faults_of({**block, name: wrong})] == ["must be a boolean"]


def test_a_number_is_a_whole_number() -> None:
    for wrong in (7.5, "7", True, None):
        assert faults_of(asking({"type": "plain_text_input", "min_length": wrong})), wrong
    assert faults_of(asking({"type": "plain_text_input", "min_length": 7, "max_length": 7})) == []

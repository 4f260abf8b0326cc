"""What Slack demands of blocks taken together, and on which surface each may stand."""

from __future__ import annotations

import pytest

from bot.demo.workspace.rules import home_faults, message_faults, view_faults
from tests.bot.demo.workspace.made_blocks import (
    JSON,
    actions,
    asking,
    button,
    faults_of,
    plain,
    pressed,
    rich,
    table,
)


@pytest.mark.parametrize(
    ("block", "surfaces"),
    [
        ({"type": "alert", "text": plain()}, {"modal"}),
        ({"type": "markdown", "text": "x"}, {"message"}),
        (table(1, 1), {"message", "home"}),
        (asking({"type": "plain_text_input"}), {"message", "modal", "home"}),
        (asking({"type": "file_input"}), {"modal"}),
        ({"type": "divider"}, {"message", "modal", "home"}),
    ],
)
def test_a_block_stands_only_where_slack_shows_it(block: JSON, surfaces: set[str]) -> None:
    view = {"title": plain(), "submit": plain(), "blocks": [block]}
    faults = {
        "message": message_faults({"text": "hi", "blocks": [block]}),
        "modal": view_faults({"type": "modal", **view}),
        "home": home_faults({"type": "home", "blocks": [block]}),
    }

    assert {surface for surface, found in faults.items() if not found} == surfaces


def test_block_ids_are_unique_in_a_view() -> None:
    def blocks(second: str) -> list[JSON]:
        return [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": second}]

    assert message_faults({"text": "hi", "blocks": blocks("b")}) == []
    (fault,) = message_faults({"text": "hi", "blocks": blocks("a")})
    assert (fault.message, fault.pointer) == ("block_id already exists", "/blocks/1/block_id")


def test_action_ids_are_unique_in_a_block_but_not_in_a_message() -> None:
    assert message_faults({"text": "hi", "blocks": [pressed(), pressed()]}) == []

    (fault,) = faults_of(actions(button(), button()))
    assert (fault.message, fault.pointer) == ("action_id already exists", "/blocks/0/elements/1/action_id")


def test_only_one_element_takes_the_focus() -> None:
    focused = asking({"type": "plain_text_input", "focus_on_load": True})
    other = asking({"type": "plain_text_input", "focus_on_load": False})
    assert message_faults({"text": "hi", "blocks": [focused, other]}) == []

    (fault,) = message_faults({"text": "hi", "blocks": [focused, focused]})
    assert fault.pointer == "/blocks/1/element/focus_on_load"


def test_a_message_has_one_table() -> None:
    assert message_faults({"text": "hi", "blocks": [table(1, 1)]}) == []

    faults = message_faults({"text": "hi", "blocks": [table(1, 1), table(2, 2)]})
    assert [fault.pointer for fault in faults] == ["/blocks/1"]


def test_rich_text_is_taken_whole() -> None:
    part = [
        {"type": "text", "text": "x", "style": {"bold": True}},
        {"type": "link", "url": "https://example.com", "text": "the guide"},
        {"type": "user", "user_id": "U1"},
        {"type": "date", "timestamp": 1_700_000_000, "format": "{date_short}"},
        {"type": "broadcast", "range": "here"},
    ]
    one = {"type": "rich_text_section", "elements": part}
    whole = rich(
        one,
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [one]},
        {"type": "rich_text_quote", "elements": part},
        {"type": "rich_text_preformatted", "elements": part[:2]},
    )

    assert faults_of(whole) == []
    assert faults_of(rich({"type": "rich_text_list", "style": "dash", "elements": [one]})) != []
    assert faults_of(rich({"type": "rich_text_preformatted", "elements": part})) != []

"""The rarer bounds of elements, objects and rich text: one row each, tried from both sides of both ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.workspace.rules import message_faults, view_faults
from bot.demo.workspace.rules_fault import Fault

JSON = dict[str, Any]
Make = Callable[[Any], JSON]


def plain(n: int = 1) -> JSON:
    return {"type": "plain_text", "text": "x" * n}


def rich(n: int = 1) -> JSON:
    return {"type": "mrkdwn", "text": "x" * n}


def within(element: JSON) -> JSON:
    """A row of buttons and menus."""
    return {"type": "actions", "elements": [element]}


def asking(kind: str, **more: Any) -> JSON:
    return {"type": "input", "label": plain(), "element": {"type": kind, **more}}


def option(**more: Any) -> JSON:
    return {"text": plain(), "value": "v", **more}


def choice(kind: str, **more: Any) -> JSON:
    return within({"type": kind, "options": [option(**more), option()]})


def parts(*members: JSON, kind: str = "rich_text_section", **more: Any) -> JSON:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(members), **more}]}


def said(*members: JSON) -> JSON:
    return {"type": "rich_text_section", "elements": list(members)}


def listed(**more: Any) -> JSON:
    return parts(said(), kind="rich_text_list", style="bullet", **more)


def icon(**more: Any) -> JSON:
    one = {"type": "icon_button", "icon": "trash", "text": plain(), **more}
    return {"type": "context_actions", "elements": [one]}


def feedback(**more: Any) -> JSON:
    one = {"text": plain(), "value": "v"}
    both = {"positive_button": {**one, **more}, "negative_button": one}
    return {"type": "context_actions", "elements": [{"type": "feedback_buttons", **both}]}


def workflow(n: int) -> JSON:
    run = {"trigger": {"url": "https://slack.com/shortcuts/a"}}
    return within({"type": "workflow_button", "text": plain(n), "workflow": run})


def container(**more: Any) -> JSON:
    return {"type": "container", "title": plain(), "child_blocks": [{"type": "divider"}], **more}


def video(**more: Any) -> JSON:
    urls = {"video_url": "https://example.com/v", "thumbnail_url": "https://example.com/t"}
    return {"type": "video", "title": plain(), "alt_text": "a video", **urls, **more}


def button(**more: Any) -> JSON:
    return within({"type": "button", "text": plain(), **more})


ONE_CELL: JSON = {"type": "raw_text", "text": "x"}

ROWS: list[tuple[str, int, int, Make]] = [
    ("radio value", 1, 150, lambda n: choice("radio_buttons", value="x" * n)),
    ("radio description", 1, 75, lambda n: choice("radio_buttons", description=rich(n))),
    ("overflow text", 1, 75, lambda n: choice("overflow", text=plain(n))),
    ("overflow value", 1, 150, lambda n: choice("overflow", value="x" * n)),
    ("overflow description", 1, 75, lambda n: choice("overflow", description=plain(n))),
    (
        "group label",
        1,
        75,
        lambda n: within(
            {"type": "static_select", "option_groups": [{"label": plain(n), "options": [option()]}]}
        ),
    ),
    (
        "group options",
        1,
        100,
        lambda n: within(
            {"type": "static_select", "option_groups": [{"label": plain(), "options": [option()] * n}]}
        ),
    ),
    ("typed in before", 0, 3000, lambda n: asking("plain_text_input", initial_value="x" * n)),
    ("least typed", 0, 3000, lambda n: asking("plain_text_input", min_length=n)),
    ("most typed", 1, 3000, lambda n: asking("plain_text_input", max_length=n)),
    ("placeholder of an input", 1, 150, lambda n: asking("plain_text_input", placeholder=plain(n))),
    ("least lines", 1, 100, lambda n: asking("rich_text_input", min_lines=n)),
    ("most lines", 1, 100, lambda n: asking("rich_text_input", max_lines=n)),
    ("date", 1, 10, lambda n: within({"type": "datepicker", "initial_date": "x" * n})),
    ("time", 1, 5, lambda n: within({"type": "timepicker", "initial_time": "x" * n})),
    (
        "moment",
        0,
        9_999_999_999,
        lambda n: within({"type": "datetimepicker", "initial_date_time": n}),
    ),
    ("workflow button", 1, 75, workflow),
    ("icon button", 1, 75, lambda n: icon(text=plain(n))),
    ("icon value", 0, 2000, lambda n: icon(value="x" * n)),
    ("icon seen by", 1, 10, lambda n: icon(visible_to_user_ids=["U1"] * n)),
    ("button seen by", 1, 10, lambda n: button(visible_to_user_ids=["U1"] * n)),
    ("feedback text", 1, 75, lambda n: feedback(text=plain(n))),
    ("feedback value", 1, 2000, lambda n: feedback(value="x" * n)),
    (
        "hints in a row",
        1,
        5,
        lambda n: {"type": "context_actions", "elements": icon()["elements"] * n},
    ),
    ("card subtitle", 1, 150, lambda n: {"type": "card", "title": rich(), "subtitle": rich(n)}),
    ("card buttons", 1, 3, lambda n: {"type": "card", "actions": button()["elements"] * n}),
    ("container title", 1, 150, lambda n: container(title=plain(n))),
    ("container subtitle", 1, 150, lambda n: container(subtitle=plain(n))),
    ("video title", 1, 199, lambda n: video(title=plain(n))),
    ("video alt text", 1, 2000, lambda n: video(alt_text="x" * n)),
    ("video author", 1, 49, lambda n: video(author_name="x" * n)),
    (
        "columns",
        1,
        20,
        lambda n: {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": "x"}]],
            "column_settings": [{}] * n,
        },
    ),
    ("indent", 0, 8, lambda n: listed(indent=n)),
    ("border", 0, 1, lambda n: listed(border=n)),
    ("skin tone", 1, 6, lambda n: parts({"type": "emoji", "name": "wave", "skin_tone": n})),
    (
        "when typing is told",
        1,
        2,
        lambda n: asking(
            "plain_text_input", dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"] * n}
        ),
    ),
]
"""What it is, the least and the most that Slack takes, and a block with that much of it."""


def faults_of(block: JSON) -> list[Fault]:
    return message_faults({"text": "hi", "blocks": [block]})


@pytest.mark.parametrize(("least", "most", "make"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_slack_takes_the_least_and_the_most_and_nothing_beyond(least: int, most: int, make: Make) -> None:
    assert faults_of(make(least)) == []
    assert faults_of(make(most)) == []

    assert [fault.code for fault in faults_of(make(most + 1))] == ["failed_constraint"]
    if least > 0:
        assert [fault.code for fault in faults_of(make(least - 1))] == ["failed_constraint"]


@pytest.mark.parametrize(("files", "taken"), [(0, False), (1, True), (10, True), (11, False)])
def test_a_dialog_takes_one_to_ten_files(files: int, taken: bool) -> None:
    view = {
        "type": "modal",
        "title": plain(),
        "submit": plain(),
        "blocks": [asking("file_input", max_files=files)],
    }

    assert (view_faults(view) == []) is taken


@pytest.mark.parametrize(
    "kind",
    ["multi_users_select", "multi_channels_select", "multi_conversations_select", "multi_external_select"],
)
def test_at_least_one_can_be_chosen_of_many(kind: str) -> None:
    assert faults_of(within({"type": kind, "max_selected_items": 1})) == []
    assert faults_of(within({"type": kind, "max_selected_items": 0})) != []


@pytest.mark.parametrize("kind", ["external_select", "multi_external_select"])
def test_a_search_may_start_at_the_first_character(kind: str) -> None:
    assert faults_of(within({"type": kind, "min_query_length": 0})) == []
    assert faults_of(within({"type": kind, "min_query_length": -1})) != []


def test_a_list_in_rich_text_starts_where_it_likes_but_not_before_the_first() -> None:
    assert faults_of(listed(offset=0)) == []
    assert faults_of(listed(offset=1_000)) == []
    assert faults_of(listed(offset=-1)) != []
    assert faults_of(listed(indent=-1)) != []


def test_a_section_of_rich_text_may_be_empty_but_a_quote_may_not() -> None:
    assert faults_of(parts()) == []
    assert faults_of(parts(kind="rich_text_quote")) != []

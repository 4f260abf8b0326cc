"""Slack's bounds on blocks, elements and what is inside them, from both sides of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
    table,
)

Make = Callable[[int], JSON]
"""A block with that many characters, or members, in one place."""


TEXTS: list[tuple[str, int, Make]] = [
    ("section text", 3000, lambda n: {"type": "section", "text": mrkdwn("x" * n)}),
    ("section field", 2000, lambda n: {"type": "section", "fields": [mrkdwn("x" * n)]}),
    ("header", 150, lambda n: {"type": "header", "text": plain("x" * n)}),
    ("context", 3000, lambda n: {"type": "context", "elements": [mrkdwn("x" * n)]}),
    ("alert", 200, lambda n: {"type": "alert", "text": mrkdwn("x" * n)}),
    ("markdown", 12_000, lambda n: {"type": "markdown", "text": "x" * n}),
    ("block_id", 255, lambda n: {"type": "divider", "block_id": "x" * n}),
    ("image alt", 2000, lambda n: image(alt_text="x" * n)),
    ("image title", 2000, lambda n: image(title=plain("x" * n))),
    ("image url", 3000, lambda n: image(image_url="x" * n)),
    ("button text", 75, lambda n: pressed(text=plain("x" * n))),
    ("button url", 3000, lambda n: pressed(url="x" * n)),
    ("button label", 75, lambda n: pressed(accessibility_label="x" * n)),
    ("action_id", 255, lambda n: pressed(action_id="x" * n)),
    ("confirm title", 100, lambda n: confirm(title=plain("x" * n))),
    ("confirm text", 300, lambda n: confirm(text=plain("x" * n))),
    ("confirm yes", 30, lambda n: confirm(confirm=plain("x" * n))),
    ("confirm no", 30, lambda n: confirm(deny=plain("x" * n))),
    ("option text", 75, lambda n: chosen(text=plain("x" * n))),
    ("option value", 150, lambda n: chosen(value="x" * n)),
    ("option description", 75, lambda n: chosen(description=plain("x" * n))),
    ("radio text", 75, lambda n: chosen("radio_buttons", text=mrkdwn("x" * n))),
    ("overflow url", 3000, lambda n: chosen("overflow", url="x" * n)),
    ("placeholder", 150, lambda n: menu("users_select", placeholder=plain("x" * n))),
    ("input label", 2000, lambda n: asking({"type": "plain_text_input"}, label=plain("x" * n))),
    ("input hint", 2000, lambda n: asking({"type": "plain_text_input"}, hint=plain("x" * n))),
    ("card title", 150, lambda n: {"type": "card", "title": mrkdwn("x" * n)}),
    ("card body", 200, lambda n: {"type": "card", "body": mrkdwn("x" * n)}),
]

COUNTS: list[tuple[str, int, int, Make]] = [
    ("section fields", 1, 10, lambda n: {"type": "section", "fields": [mrkdwn()] * n}),
    ("context", 1, 10, lambda n: {"type": "context", "elements": [mrkdwn()] * n}),
    ("actions", 1, 25, lambda n: actions(*[button(action_id=f"press_{i}") for i in range(n)])),
    ("select", 1, 100, lambda n: menu("static_select", options=[option()] * n)),
    ("radio buttons", 1, 10, lambda n: menu("radio_buttons", options=[option()] * n)),
    ("checkboxes", 1, 10, lambda n: menu("checkboxes", options=[option()] * n)),
    ("overflow", 2, 5, lambda n: menu("overflow", options=[option()] * n)),
    (
        "option groups",
        1,
        100,
        lambda n: menu("static_select", option_groups=[{"label": plain(), "options": [option()]}] * n),
    ),
    ("table rows", 1, 100, lambda n: table(n, 1)),
    ("table cells", 1, 20, lambda n: table(1, n)),
]


@pytest.mark.parametrize(("most", "make"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_a_text_has_its_room_and_no_more(most: int, make: Make) -> None:
    assert faults_of(make(1)) == []
    assert faults_of(make(most)) == []

    (fault,) = faults_of(make(most + 1))
    assert fault.constraint == {"type": "max_length", "expected": most, "got": most + 1}


@pytest.mark.parametrize("make", [row[2] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_an_empty_text_is_a_fault(make: Make) -> None:
    (fault,) = faults_of(make(0))

    assert fault.message == "must be more than 0 characters"


@pytest.mark.parametrize(
    ("fewest", "most", "make"), [row[1:] for row in COUNTS], ids=[row[0] for row in COUNTS]
)
def test_a_list_has_its_room_and_no_more(fewest: int, most: int, make: Make) -> None:
    assert faults_of(make(fewest)) == []
    assert faults_of(make(most)) == []

    (fault,) = faults_of(make(fewest - 1))
    assert fault.message == f"must provide at least {fewest} items"
    (fault,) = faults_of(make(most + 1))
    assert fault.message == f"no more than {most} items allowed"


def test_the_value_of_a_button_may_be_empty_and_has_two_thousand_characters() -> None:
    assert faults_of(pressed(value="")) == []
    assert faults_of(pressed(value="x" * 2000)) == []

    assert [fault.pointer for fault in faults_of(pressed(value="x" * 2001))] == ["/blocks/0/elements/0/value"]

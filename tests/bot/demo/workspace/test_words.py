"""What a person reads in blocks, messages and typed text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.workspace import forms, words
from bot.demo.workspace.clock import Clock
from bot.demo.workspace.records import PersonKind, UsergroupRecord
from bot.demo.workspace.typing_text import as_command_text, as_message
from bot.demo.workspace.world import World
from tests.bot.demo.workspace.kit import actions, button, plain, section, text_input


@pytest.fixture
def world() -> World:
    made = World(Clock())
    made.add_user("Ann Archer", PersonKind.MEMBER, made.team, "U0ANN")
    made.usergroups["S0SUP"] = UsergroupRecord("S0SUP", "support")
    return made


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@U0ANN> hello", "@Ann Archer hello"),
        ("<@U0BEN|ben>", "@ben"),
        ("<!subteam^S0SUP> look", "@support look"),
        ("<!here>", "@here"),
        ("<#C0X|general>", "#general"),
        ("<https://example.com|the guide>", "the guide"),
        ("<https://example.com>", "https://example.com"),
        ("<!date^1700000000^{date_short} at {time}|14 November>", "14 November"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("*bold* `code`", "*bold* `code`"),
    ],
)
def test_mark_up_is_read_as_people_see_it(world: World, written: str, read: str) -> None:
    assert words.readable(world, written) == read


BLOCKS: list[tuple[dict[str, Any], str]] = [
    (section("Text", fields=[plain("Left"), plain("Right")]), "Text\nLeft\nRight"),
    ({"type": "header", "text": plain("Title")}, "Title"),
    ({"type": "context", "elements": [plain("Small"), {"type": "mrkdwn", "text": "print"}]}, "Small\nprint"),
    ({"type": "divider", "block_id": "d"}, ""),
    ({"type": "image", "image_url": "https://e.com/x.png", "alt_text": "A cake"}, "A cake"),
    (actions(button("Go", value="hidden", url="https://e.com")), "Go"),
    (text_input("Name", placeholder=plain("Your name"), initial_value="Ann"), "Name\nYour name\nAnn"),
    (
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "Hello "},
                        {"type": "user", "user_id": "U0ANN"},
                        {"type": "link", "url": "https://e.com"},
                    ],
                }
            ],
        },
        "Hello @Ann Archerhttps://e.com",
    ),
]


@pytest.mark.parametrize(("block", "read"), BLOCKS, ids=[block["type"] for block, _ in BLOCKS])
def test_only_what_is_visible_is_read(world: World, block: dict[str, Any], read: str) -> None:
    assert words.of_blocks(world, forms.with_ids([block])) == read


def test_names_are_replaced_longest_first(world: World) -> None:
    world.add_user("Ann", PersonKind.MEMBER, world.team, "U0SHORT")

    assert as_message(world, "@Ann Archer and @Ann, @support") == "<@U0ANN> and <@U0SHORT>, <!subteam^S0SUP>"
    assert as_command_text(world, "give @Ann Archer") == "give <@U0ANN|ann.archer>"


@given(st.text())
@settings(max_examples=100)
def test_whatever_is_typed_can_be_read_again(text: str) -> None:
    typed = as_message(World(Clock()), text)

    assert "<" not in typed or ">" in typed
    assert words.readable(World(Clock()), typed).count("&lt;") <= text.count("&lt;")


KINDS = st.sampled_from(["rich_text_section", "link", "user"])
KEYS = st.sampled_from(["type", "text", "elements", "url", "user_id"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | KINDS,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


@given(JSON)
@settings(max_examples=100)
def test_reading_never_fails_on_odd_blocks(blocks: Any) -> None:
    assert isinstance(words.of_blocks(World(Clock()), blocks), str)


OPTIONS = [{"text": plain("Tea"), "value": "t"}, {"text": plain("Coffee"), "value": "c"}]


@pytest.mark.parametrize(
    ("element", "wanted", "state"),
    [
        ({"type": "static_select", "options": OPTIONS}, "Tea", {"selected_option": OPTIONS[0]}),
        (
            {"type": "static_select", "option_groups": [{"label": plain("Hot"), "options": OPTIONS}]},
            "Coffee",
            {"selected_option": OPTIONS[1]},
        ),
        ({"type": "checkboxes", "options": OPTIONS}, "Tea", {"selected_options": [OPTIONS[0]]}),
        ({"type": "datepicker"}, "2026-01-31", {"selected_date": "2026-01-31"}),
        ({"type": "datetimepicker"}, "1700000000", {"selected_date_time": 1_700_000_000}),
        ({"type": "users_select"}, "U0ANN", {"selected_user": "U0ANN"}),
        ({"type": "multi_users_select"}, "U0ANN", {"selected_users": ["U0ANN"]}),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) and "type" in value else None,
)
def test_a_choice_is_kept_as_slack_keeps_it(
    world: World, element: dict[str, Any], wanted: str, state: dict[str, Any]
) -> None:
    block = {"type": "input", "block_id": "b", "label": plain("L"), "element": {**element, "action_id": "a"}}
    (field,) = forms.fields(world, [block])

    assert forms.chosen(world, field, wanted) == {"type": element["type"], **state}
    blank = forms.state(world, [block], {})["b"]["a"]
    assert set(blank) == {"type", *state}
    assert not next(value for key, value in blank.items() if key != "type")


def test_what_was_picked_among_many_can_be_unpicked(world: World) -> None:
    block = text_input("Drinks", type="checkboxes", options=OPTIONS)
    (field,) = forms.fields(world, [block])

    tea = forms.chosen(world, field, "Tea")
    both = forms.chosen(world, field, "Coffee", tea)
    coffee = forms.chosen(world, field, "Tea", both)

    assert [len(one["selected_options"]) for one in (tea, both, coffee)] == [1, 2, 1]
    assert coffee["selected_options"] == [OPTIONS[1]]


def test_what_is_not_on_offer_cannot_be_chosen(world: World) -> None:
    block = actions(
        {"type": "static_select", "action_id": "a", "placeholder": plain("P"), "options": OPTIONS}
    )
    (field,) = forms.fields(world, forms.with_ids([block]))

    with pytest.raises(LookupError, match="Tea"):
        forms.chosen(world, field, "Milk")

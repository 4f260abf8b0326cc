"""What a page presses is known by its ids, so that two buttons of one text are two."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.workspace.by_id import filled, touched
from bot.demo.workspace.clock import Clock
from bot.demo.workspace.world import World
from tests.bot.demo.workspace.kit import actions, button, plain, section, text_input

OPTIONS = [{"text": plain(name), "value": name.lower()} for name in ("One", "Two")]


def option(name: str) -> dict[str, Any]:
    return {"text": plain(name), "value": name.lower()}


def element(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "action_id": "pick", "options": OPTIONS, **more}


@pytest.fixture
def world() -> World:
    return World(Clock())


def test_of_two_buttons_of_one_text_the_very_one_is_pressed(world: World) -> None:
    blocks = [actions(button("Show", "show", value=str(n)), block_id=f"b{n}") for n in (1, 2)]
    assert touched(world, blocks, "b2", "show").action["value"] == "2"
    with pytest.raises(LookupError):
        touched(world, blocks, "b3", "show")


def test_a_button_beside_a_text_is_found(world: World) -> None:
    blocks = [section("Text", accessory=button("Go", "go"), block_id="b")]
    done = touched(world, blocks, "b", "go")
    assert (done.action["action_id"], done.path, done.sends) == ("go", "", True)


@pytest.mark.parametrize(
    ("kind", "raw", "key", "kept"),
    [
        ("static_select", "two", "selected_option", option("Two")),
        ("radio_buttons", "one", "selected_option", option("One")),
        ("checkboxes", ["one", "two"], "selected_options", [option("One"), option("Two")]),
        ("multi_static_select", [], "selected_options", []),
        ("datepicker", "2026-11-22", "selected_date", "2026-11-22"),
        ("users_select", "U1", "selected_user", "U1"),
    ],
)
def test_a_choice_is_sent_and_kept(world: World, kind: str, raw: Any, key: str, kept: Any) -> None:
    done = touched(world, [actions(element(kind), block_id="b")], "b", "pick", raw)
    assert (done.path, done.sends) == ("b\npick", True)
    assert done.action[key] == done.value[key] == kept


def test_an_option_of_a_group_is_on_offer(world: World) -> None:
    grouped = element("static_select", option_groups=[{"label": plain("All"), "options": OPTIONS}])
    del grouped["options"]
    assert touched(world, [actions(grouped, block_id="b")], "b", "pick", "two").value["selected_option"]


@pytest.mark.parametrize("kind", ["static_select", "checkboxes", "overflow"])
def test_what_is_not_on_offer_cannot_be_chosen(world: World, kind: str) -> None:
    with pytest.raises(LookupError, match="no longer on offer"):
        touched(world, [actions(element(kind), block_id="b")], "b", "pick", ["three"])


def test_an_overflow_menu_keeps_nothing(world: World) -> None:
    done = touched(world, [actions(element("overflow"), block_id="b")], "b", "pick", "two")
    assert (done.action["selected_option"], done.path) == (option("Two"), "")


def test_a_field_of_a_dialog_sends_only_where_it_dispatches(world: World) -> None:
    silent, loud = text_input("A", "one"), text_input("B", "two", dispatch_action=True)
    assert not touched(world, [silent, loud], "one", "a", "x").sends
    assert touched(world, [silent, loud], "two", "a", "x").sends


def test_fields_are_filled_by_their_place_and_unknown_places_passed_over(world: World) -> None:
    states = filled(world, [text_input("A", "one")], {"one\na": "x", "gone\na": "y"})
    assert states == {"one\na": {"type": "plain_text_input", "value": "x"}}
    assert filled(world, [text_input("A", "one")], {"one\na": ""})["one\na"]["value"] is None

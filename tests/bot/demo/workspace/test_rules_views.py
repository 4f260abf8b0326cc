"""What Slack takes as a dialog or a Home tab, and what it refuses."""

from __future__ import annotations

import pytest

from bot.demo.workspace.rules import home_faults, view_faults
from bot.demo.workspace.rules_fault import Fault
from tests.bot.demo.workspace.made_views import asking, modal, plain, pointers, section


def words(faults: list[Fault]) -> str:
    return "; ".join(fault.message for fault in faults)


def test_a_view_has_at_most_a_hundred_blocks() -> None:
    assert view_faults(modal(*[section()] * 100)) == []
    assert home_faults({"type": "home", "blocks": [section()] * 100}) == []

    assert words(view_faults(modal(*[section()] * 101))) == "no more than 100 items allowed"
    assert (
        words(home_faults({"type": "home", "blocks": [section()] * 101})) == "no more than 100 items allowed"
    )


def test_an_ordinary_modal_is_taken() -> None:
    view = modal(
        asking(),
        section(),
        submit=plain("Test Keys"),
        close=plain("Cancel"),
        callback_id="key_dialog",
        external_id="d1",
        private_metadata="{}",
        notify_on_close=True,
    )

    assert view_faults(view) == []


@pytest.mark.parametrize("name", ["title", "submit", "close"])
def test_the_words_round_a_modal_are_short_and_plain(name: str) -> None:
    assert view_faults(modal(**{name: plain("x" * 24)})) == []

    assert pointers(view_faults(modal(**{name: plain("x" * 25)}))) == [f"/{name}/text"]
    assert pointers(view_faults(modal(**{name: plain("")}))) == [f"/{name}/text"]
    assert pointers(view_faults(modal(**{name: {"type": "mrkdwn", "text": "x"}}))) == [f"/{name}/type"]
    assert pointers(view_faults(modal(**{name: "words"}))) == [f"/{name}"]


@pytest.mark.parametrize(
    ("name", "most"), [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)]
)
def test_what_a_modal_carries_is_bounded(name: str, most: int) -> None:
    assert view_faults(modal(**{name: "x" * most})) == []
    assert pointers(view_faults(modal(**{name: "x" * (most + 1)}))) == [f"/{name}"]


@pytest.mark.parametrize("given_by_slack", ["id", "hash", "team_id", "state", "root_view_id", "bot_id"])
def test_what_only_slack_puts_into_a_view_is_not_taken_back(given_by_slack: str) -> None:
    assert (
        words(view_faults(modal(**{given_by_slack: "x"}))) == f"invalid additional property: {given_by_slack}"
    )


def test_a_modal_that_asks_needs_a_submit_button() -> None:
    (fault,) = view_faults(modal(asking()))

    assert (fault.code, fault.field) == ("missing_field", "submit")
    assert view_faults(modal(asking(), submit=plain("Test Keys"))) == []
    assert view_faults(modal(section())) == []


@pytest.mark.parametrize("absent", ["title", "blocks", "type"])
def test_a_modal_without_its_parts_is_a_fault(absent: str) -> None:
    assert [fault.field for fault in view_faults(modal(**{absent: None}))] == [absent]


def test_a_view_that_is_no_modal_is_a_fault() -> None:
    assert words(view_faults(modal(type="home"))) == "unsupported type: home"
    assert words(view_faults([])) == "must provide an object"


def test_a_view_is_bounded_as_a_whole() -> None:
    room = modal(*[section("x" * 2400)] * 100)
    assert view_faults(room) == []

    (fault,) = view_faults(modal(*[section("x" * 2500)] * 100))
    assert fault.code == "view_too_large"
    assert fault.constraint is not None
    assert fault.constraint["expected"] == 250_000


def test_a_home_tab_needs_no_title_and_no_submit() -> None:
    assert home_faults({"type": "home", "blocks": [asking(), section()]}) == []
    assert words(home_faults({"type": "home", "blocks": [section()], "title": plain("Home")})) == (
        "invalid additional property: title"
    )
    assert words(home_faults({"type": "modal", "blocks": [section()]})) == "unsupported type: modal"

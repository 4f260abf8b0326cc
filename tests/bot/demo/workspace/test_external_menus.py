"""Menus whose options the app hands out while somebody types: what is asked, and what may be answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.demo.workspace import Person, Workspace
from bot.demo.workspace.rules import options_answer_faults
from tests.bot.demo.workspace.kit import actions, home, modal, plain
from tests.bot.demo.workspace.listening import BareSocket, Call, Opens, Receiver

JSON = dict[str, Any]


def option(text: str, value: str = "") -> JSON:
    return {"text": plain(text), "value": value or text.lower()}


def menu(kind: str = "external_select", **more: Any) -> JSON:
    return {"type": kind, "action_id": "a", "placeholder": plain("Cake"), "min_query_length": 0, **more}


def asking(**more: Any) -> JSON:
    element = menu(**more)
    return modal({"type": "input", "block_id": "b", "label": plain("Cake"), "element": element})


CAKES = {"options": [option("Sponge"), option("Tart")]}
GROUPS = {"option_groups": [{"label": plain("Dry"), "options": [option("Biscuit")]}]}


async def test_the_app_is_asked_with_what_was_typed(ann: Person, opens: Opens, receiver: Receiver) -> None:
    dialog = await opens(asking())
    receiver.says(CAKES)

    shown = await dialog.suggest("Cake", "sp")

    assert (shown.options, shown.error) == (["Sponge", "Tart"], None)
    act = receiver.acts[-1]
    about = {key: act[key] for key in ("type", "action_id", "block_id", "value")}
    assert about == {"type": "block_suggestion", "action_id": "a", "block_id": "b", "value": "sp"}
    assert act["container"] == {"type": "view", "view_id": dialog.view_id}
    assert act["view"]["id"] == dialog.view_id
    assert act["user"]["id"] == ann.user_id
    assert not {"trigger_id", "response_url"} & set(act), "typing opens nothing"


async def test_what_was_handed_out_can_be_chosen_and_is_submitted(opens: Opens, receiver: Receiver) -> None:
    dialog = await opens(asking())
    with pytest.raises(LookupError):
        dialog.choose("Cake", "Sponge")
    receiver.says(CAKES)
    await dialog.suggest("Cake")

    dialog.choose("Cake", "Sponge")
    await dialog.submit()

    chosen = receiver.acts[-1]["view"]["state"]["values"]["b"]["a"]
    assert chosen == {"type": "external_select", "selected_option": option("Sponge")}


async def test_options_in_groups_are_options_too(opens: Opens, receiver: Receiver) -> None:
    dialog = await opens(asking())
    receiver.says(GROUPS)

    assert (await dialog.suggest("Cake")).options == ["Biscuit"]


async def test_several_are_chosen_over_several_questions(opens: Opens, receiver: Receiver) -> None:
    dialog = await opens(asking(kind="multi_external_select", max_selected_items=2))
    for answer, text in ((CAKES, "Tart"), (GROUPS, "Biscuit")):
        receiver.says(answer)
        await dialog.suggest("Cake")
        dialog.choose("Cake", text)

    receiver.says(CAKES)
    await dialog.suggest("Cake")
    with pytest.raises(LookupError, match="no more than 2"):
        dialog.choose("Cake", "Sponge")
    await dialog.submit()

    chosen = receiver.acts[-1]["view"]["state"]["values"]["b"]["a"]["selected_options"]
    assert chosen == [option("Tart"), option("Biscuit")]


@pytest.mark.parametrize(
    ("element", "typed", "asked"),
    [
        ({}, "ab", False),
        ({}, "abc", True),
        ({"min_query_length": 1}, "", False),
        ({"min_query_length": 0}, "", True),
    ],
    ids=["fewer than three", "three", "fewer than told", "at once"],
)
async def test_slack_asks_only_when_enough_was_typed(
    opens: Opens, receiver: Receiver, element: JSON, typed: str, asked: bool
) -> None:
    view = asking()
    del view["blocks"][0]["element"]["min_query_length"]
    view["blocks"][0]["element"] |= element
    dialog = await opens(view)
    before = len(receiver.acts)
    receiver.says(CAKES)

    shown = await dialog.suggest("Cake", typed)

    assert (len(receiver.acts) - before, bool(shown.options)) == (int(asked), asked)


MANY = [option("Cake", str(number)) for number in range(101)]


@pytest.mark.parametrize(
    "answer",
    [
        {"options": MANY},
        {"option_groups": [{"label": plain("Dry"), "options": MANY}]},
        {"option_groups": [{"label": plain("Dry"), "options": MANY[:1]}] * 101},
        {"options": [option("x" * 76)]},
        {"options": [option("Sponge", "v" * 151)]},
        {"options": [{"text": {"type": "mrkdwn", "text": "*Sponge*"}, "value": "s"}]},
        {"options": [option("Sponge")], "option_groups": GROUPS["option_groups"]},
        {"choices": [option("Sponge")]},
        ["Sponge"],
    ],
    ids=["options", "in a group", "groups", "text", "value", "mark-up", "both", "unknown", "no object"],
)
async def test_what_slack_would_not_show_is_not_shown(opens: Opens, receiver: Receiver, answer: Any) -> None:
    dialog = await opens(asking())
    receiver.says(answer)

    shown = await dialog.suggest("Cake")

    assert (shown.options, shown.error) == ([], "invalid_response")
    assert shown.notice
    assert options_answer_faults(answer)[0].as_json()["code"] in {
        "failed_constraint",
        "invalid_type",
        "missing_field",
    }


@pytest.mark.parametrize("answer", [CAKES, GROUPS, {"options": MANY[:100]}, {"options": []}, {}, "", None])
def test_what_slack_shows_is_no_fault(answer: Any) -> None:
    assert options_answer_faults(answer) == []


async def test_an_app_that_is_late_leaves_the_menu_empty(
    slack: Workspace, opens: Opens, receiver: Receiver
) -> None:
    dialog = await opens(asking())
    receiver.is_silent()
    receiver.arrived.clear()

    asked = asyncio.ensure_future(dialog.suggest("Cake"))
    await receiver.arrived.wait()
    slack.clock.advance(3)

    shown = await asked
    assert (shown.options, shown.error) == ([], "operation_timeout")


async def test_menus_in_messages_name_the_message(
    slack: Workspace, call: Call, ann: Person, receiver: Receiver
) -> None:
    general = slack.add_channel("general", members=[ann])
    await call("chat.postMessage", channel=general.id, text="cake", blocks=[actions(menu(), block_id="b")])
    (message,) = ann.sees(general)
    await slack.until(lambda: slack.deliveries and slack.deliveries[-1].done)
    receiver.says(CAKES)

    assert (await message.suggest("Cake")).options == ["Sponge", "Tart"]

    act = receiver.acts[-1]
    assert act["type"] == "block_suggestion"
    assert act["container"]["message_ts"] == act["message"]["ts"] == message.ts
    assert act["channel"] == {"id": general.id, "name": "general"}
    assert (await message.select("Cake", "Tart")).error is None
    assert receiver.acts[-1]["actions"][0]["selected_option"] == option("Tart")


async def test_menus_on_the_home_tab(call: Call, ann: Person, receiver: Receiver) -> None:
    with pytest.raises(LookupError):
        await ann.home.suggest("Cake")
    await call("views.publish", user_id=ann.user_id, view=home(actions(menu(), block_id="b")))
    receiver.says(CAKES)

    assert (await ann.home.suggest("Cake")).options == ["Sponge", "Tart"]
    assert (await ann.home.select("Cake", "Sponge")).error is None
    assert receiver.acts[-1]["actions"][0]["selected_option"] == option("Sponge")


async def test_a_menu_with_options_of_its_own_asks_nobody(opens: Opens) -> None:
    element = {"type": "static_select", "action_id": "a", "options": [option("Sponge")]}
    dialog = await opens(modal({"type": "input", "label": plain("Cake"), "element": element}))

    with pytest.raises(LookupError, match="of its own"):
        await dialog.suggest("Cake")


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"interactivity": {"is_enabled": True}}, "options_load_url_missing"),
        ({"interactivity": {"is_enabled": True, "message_menu_options_url": "https://example.com"}}, None),
        ({"interactivity": {"is_enabled": True}, "socket_mode_enabled": True}, None),
    ],
    ids=["http without an address", "http", "socket mode"],
)
async def test_over_http_the_manifest_has_to_name_an_address(
    slack: Workspace, opens: Opens, receiver: Receiver, settings: JSON, error: str | None
) -> None:
    dialog = await opens(asking())
    slack.install({"settings": settings})
    receiver.says(CAKES)

    shown = await dialog.suggest("Cake")

    assert (shown.error, bool(shown.options)) == (error, error is None)


async def test_over_a_socket_it_is_an_interactive_envelope(
    slack: Workspace, call: Call, ann: Person, wire: BareSocket
) -> None:
    await call("views.publish", user_id=ann.user_id, view=home(actions(menu(), block_id="b")))
    asked = asyncio.ensure_future(ann.home.suggest("Cake"))
    envelope = await wire.next()
    assert (envelope["type"], envelope["payload"]["type"]) == ("interactive", "block_suggestion")
    assert envelope["accepts_response_payload"]
    await wire.ack(envelope, CAKES)

    assert (await asked).options == ["Sponge", "Tart"]

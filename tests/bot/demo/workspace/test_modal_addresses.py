"""Dialogs that ask where to answer: the conversation at hand, and the addresses of a submission."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.demo.workspace import ChannelRecord, Dialog, Person, Workspace
from tests.bot.demo.workspace.kit import actions, modal, plain
from tests.bot.demo.workspace.listening import Call, Opens, Receiver

JSON = dict[str, Any]


def asking(kind: str = "conversations_select", **more: Any) -> JSON:
    element = {"type": kind, "action_id": "a", **more}
    return modal(
        {"type": "input", "block_id": "b", "label": plain("Where"), "element": element, "optional": True}
    )


@pytest.fixture
def general(slack: Workspace, ann: Person) -> ChannelRecord:
    return slack.add_channel("general", members=[ann])


@pytest.mark.parametrize("kind", ["conversations_select", "channels_select"])
async def test_a_submission_names_an_address_for_what_was_chosen(
    opens: Opens,
    ann: Person,
    receiver: Receiver,
    session: aiohttp.ClientSession,
    general: ChannelRecord,
    kind: str,
) -> None:
    dialog = await opens(asking(kind, response_url_enabled=True))
    dialog.choose("Where", general.id)
    await dialog.submit()

    (address,) = receiver.acts[-1]["response_urls"]
    assert {key: address[key] for key in ("block_id", "action_id", "channel_id")} == {
        "block_id": "b",
        "action_id": "a",
        "channel_id": general.id,
    }
    said = {"response_type": "in_channel", "text": "baked"}
    statuses = []
    for _ in range(6):
        async with session.post(address["response_url"], json=said) as response:
            statuses.append(response.status)
    assert statuses == [200] * 5 + [404], "five uses, as of every such address"
    assert [message.text for message in ann.sees(general)] == ["baked"] * 5


@pytest.mark.parametrize(
    ("element", "chosen"),
    [({}, True), ({"response_url_enabled": False}, True), ({"response_url_enabled": True}, False)],
    ids=["not asked for", "refused", "nothing chosen"],
)
async def test_there_is_none_otherwise(
    opens: Opens, receiver: Receiver, general: ChannelRecord, element: JSON, chosen: bool
) -> None:
    dialog = await opens(asking(**element))
    if chosen:
        dialog.choose("Where", general.id)
    await dialog.submit()

    assert receiver.acts[-1]["response_urls"] == []


async def test_menus_outside_input_blocks_give_no_address(
    opens: Opens, receiver: Receiver, general: ChannelRecord
) -> None:
    menu = {"type": "conversations_select", "action_id": "a", "initial_conversation": general.id}
    dialog = await opens(modal(actions({**menu, "response_url_enabled": True}, block_id="b")))
    await dialog.submit()

    assert receiver.acts[-1]["view"]["state"]["values"]["b"]["a"]["selected_conversation"] == general.id
    assert receiver.acts[-1]["response_urls"] == []


async def opened_from(
    call: Call, ann: Person, receiver: Receiver, place: ChannelRecord, view: JSON
) -> Dialog:
    """A view that a command in that conversation opened."""
    await ann.command("/hello", channel=place)
    assert (await call("views.open", trigger_id=receiver.acts[-1]["trigger_id"], view=view))["ok"]
    return await ann.dialog()


AT_HAND: JSON = {"default_to_current_conversation": True}


@pytest.mark.parametrize(
    ("element", "prefilled"),
    [
        (AT_HAND, True),
        ({}, False),
        ({**AT_HAND, "initial_conversation": "C0OTHER"}, False),
        ({**AT_HAND, "filter": {"include": ["public"]}}, True),
        ({**AT_HAND, "filter": {"include": ["im", "private"]}}, False),
    ],
    ids=["asked for", "not asked for", "a choice of the app's", "offered", "not offered"],
)
async def test_a_menu_may_begin_with_the_conversation_at_hand(
    call: Call, ann: Person, receiver: Receiver, general: ChannelRecord, element: JSON, prefilled: bool
) -> None:
    dialog = await opened_from(call, ann, receiver, general, asking(**element))

    assert (dialog.values["Where"] == general.id) is prefilled


async def test_a_shared_conversation_is_not_offered_where_it_is_excluded(
    slack: Workspace, call: Call, ann: Person, receiver: Receiver
) -> None:
    shared = slack.add_channel("shared", members=[ann], ext_shared=True)
    rule = {"exclude_external_shared_channels": True}

    dialog = await opened_from(call, ann, receiver, shared, asking(**AT_HAND, filter=rule))

    assert dialog.values["Where"] is None


async def test_a_dialog_on_top_knows_it_too(
    call: Call, ann: Person, receiver: Receiver, general: ChannelRecord
) -> None:
    dialog = await opened_from(call, ann, receiver, general, modal())
    receiver.says({"response_action": "push", "view": asking("multi_conversations_select", **AT_HAND)})
    await dialog.submit()

    assert (await ann.dialog()).values["Where"] == [general.id]


async def test_a_global_shortcut_has_none_at_hand(opens: Opens, general: ChannelRecord) -> None:
    assert (await opens(asking(**AT_HAND))).values["Where"] is None


@pytest.mark.parametrize(
    ("kind", "wanted", "offered"),
    [
        ("users_select", "ann", True),
        ("users_select", "nobody", False),
        ("channels_select", "general", True),
        ("channels_select", "secret", False),
        ("multi_channels_select", "general", True),
        ("multi_channels_select", "nobody", False),
        ("conversations_select", "secret", True),
        ("conversations_select", "nobody", False),
    ],
)
async def test_only_what_is_there_can_be_chosen(
    slack: Workspace,
    opens: Opens,
    ann: Person,
    general: ChannelRecord,
    kind: str,
    wanted: str,
    offered: bool,
) -> None:
    secret = slack.add_channel("secret", private=True, members=[ann])
    ids = {"ann": ann.user_id, "general": general.id, "secret": secret.id, "nobody": "X0NOBODY"}
    dialog = await opens(asking(kind))

    if not offered:
        with pytest.raises(LookupError, match="does not offer"):
            dialog.choose("Where", ids[wanted])
        return
    dialog.choose("Where", ids[wanted])
    assert dialog.values["Where"] in (ids[wanted], [ids[wanted]])

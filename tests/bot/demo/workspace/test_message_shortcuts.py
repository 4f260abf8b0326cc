"""Entries of a message's own menu: what the app is handed, for whom they are, and where it may answer."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.demo.workspace import ChannelRecord, Message, Person, PersonKind, Workspace
from tests.bot.demo.workspace.kit import actions, button, modal, section
from tests.bot.demo.workspace.listening import Call, Receiver


@pytest.fixture
def secret(slack: Workspace, ann: Person) -> ChannelRecord:
    """A private channel without the app."""
    return slack.add_channel("secret", private=True, members=[ann], bot=False)


@pytest.fixture
async def message(ann: Person, secret: ChannelRecord) -> Message:
    return await ann.says(secret, "flour & water")


async def answered(session: aiohttp.ClientSession, payload: dict[str, Any], content: dict[str, Any]) -> int:
    async with session.post(payload["response_url"], json=content) as response:
        return response.status


async def test_the_payload_is_whole(
    slack: Workspace, ann: Person, receiver: Receiver, message: Message, secret: ChannelRecord
) -> None:
    assert (await message.shortcut("bake")).error is None

    (act,) = receiver.acts
    assert {key: act[key] for key in ("type", "callback_id", "message_ts", "api_app_id", "token")} == {
        "type": "message_action",
        "callback_id": "bake",
        "message_ts": message.ts,
        "api_app_id": slack.app_id,
        "token": "verification_token",
    }
    assert act["team"]["id"] == slack.team_id
    assert (act["user"]["id"], act["user"]["team_id"]) == (ann.user_id, slack.team_id)
    assert act["channel"] == {"id": secret.id, "name": "privategroup"}, "private names are kept back"
    assert act["message"]["text"] == "flour &amp; water"
    assert (act["message"]["user"], act["message"]["ts"]) == (ann.user_id, message.ts)
    assert all(act[name] for name in ("trigger_id", "action_ts", "response_url"))


async def test_a_reply_names_its_thread(ann: Person, receiver: Receiver, secret: ChannelRecord) -> None:
    top = await ann.says(secret, "top")
    reply = await ann.says(secret, "below", thread=top)

    assert (await reply.shortcut("bake")).error is None

    assert receiver.acts[-1]["message"]["thread_ts"] == top.ts


@pytest.mark.usefixtures("receiver")
async def test_it_opens_a_dialog(call: Call, ann: Person, receiver: Receiver, message: Message) -> None:
    await message.shortcut("bake")

    assert (await call("views.open", trigger_id=receiver.acts[0]["trigger_id"], view=modal()))["ok"]
    assert (await ann.dialog()).title == "A dialog"


async def test_its_address_answers_where_the_app_is_not(
    session: aiohttp.ClientSession, ann: Person, receiver: Receiver, message: Message, secret: ChannelRecord
) -> None:
    await message.shortcut("bake")
    (act,) = receiver.acts

    assert await answered(session, act, {"text": "baked"}) == 200

    told = ann.sees(secret)[-1]
    assert (told.text, told.ephemeral) == ("baked", True)


@pytest.mark.parametrize(
    "content", [{"replace_original": True, "text": "mine now"}, {"delete_original": True}]
)
async def test_what_a_person_wrote_stays_theirs(
    session: aiohttp.ClientSession,
    ann: Person,
    receiver: Receiver,
    message: Message,
    secret: ChannelRecord,
    content: dict[str, Any],
) -> None:
    await message.shortcut("bake")

    assert await answered(session, receiver.acts[0], content) == 200

    assert ann.sees(secret)[0].text == "flour &amp; water"
    assert not message.deleted


async def test_what_the_app_wrote_can_be_replaced(
    slack: Workspace, session: aiohttp.ClientSession, call: Call, ann: Person, receiver: Receiver
) -> None:
    general = slack.add_channel("general", members=[ann])
    await call("chat.postMessage", channel=general.id, text="old", blocks=[actions(button("Press"))])
    (message,) = ann.sees(general)
    await message.shortcut("bake")

    assert await answered(session, receiver.acts[0], {"replace_original": True, "text": "new"}) == 200

    assert message.text == "new"


async def test_ephemeral_messages_have_no_menu(
    slack: Workspace, call: Call, ann: Person, receiver: Receiver
) -> None:
    general = slack.add_channel("general", members=[ann])
    await call("chat.postEphemeral", channel=general.id, user=ann.user_id, blocks=[section("psst")], text="")
    (message,) = ann.sees(general)

    assert (await message.shortcut("bake")).error == "unknown_shortcut"
    assert receiver.acts == []


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (PersonKind.MEMBER, None),
        (PersonKind.GUEST, "restricted_action"),
        (PersonKind.SINGLE_GUEST, "restricted_action"),
        (PersonKind.EXTERNAL, "unknown_command"),
    ],
)
async def test_it_is_not_for_everybody(
    slack: Workspace, ann: Person, receiver: Receiver, kind: PersonKind, error: str | None
) -> None:
    somebody = slack.add_person("Some Body", kind=kind)
    shared = slack.add_channel("shared", members=[ann, somebody], ext_shared=True)
    message = await ann.says(shared, "flour")

    assert (await message.shortcut("bake", by=somebody)).error == error
    assert len(receiver.acts) == (0 if error else 1)

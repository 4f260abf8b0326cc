"""Messages: who may post where, threads, what only one person sees, what is changed and read back."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import ChannelRecord, Person, PersonKind, Workspace
from tests.bot.demo.workspace.kit import actions, button, plain, section
from tests.bot.demo.workspace.listening import Call, Receiver


@pytest.fixture
def ann(slack: Workspace) -> Person:
    return slack.add_person("Ann Archer")


@pytest.fixture
def general(slack: Workspace, ann: Person) -> ChannelRecord:
    return slack.add_channel("general", members=[ann])


async def test_a_message_is_seen_by_members_only(
    slack: Workspace, call: Call, ann: Person, general: ChannelRecord
) -> None:
    ben = slack.add_person("Ben Baker")

    posted = await call("chat.postMessage", channel=general.id, text="hello")

    (message,) = ann.sees(general)
    assert (message.text, message.ts, message.by_bot) == ("hello", posted["ts"], True)
    assert posted["message"]["bot_id"] == slack.bot_id
    with pytest.raises(PermissionError):
        ben.sees(general)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda slack, channel: slack.admin.archive(channel), "is_archived"),
        (lambda slack, channel: slack.admin.remove_bot(channel), "not_in_channel"),
    ],
    ids=["archived", "put out"],
)
async def test_the_bot_posts_only_where_it_may(
    slack: Workspace, call: Call, general: ChannelRecord, spoil: Any, error: str
) -> None:
    assert (await call("chat.postMessage", channel=general.id, text="hello"))["ok"]
    spoil(slack, general)

    assert (await call("chat.postMessage", channel=general.id, text="hello"))["error"] == error
    assert len(general.messages) == 1


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(slack: Workspace, call: Call) -> None:
    secret = slack.add_channel("secret", private=True, bot=False)

    for method in ("conversations.info", "conversations.members", "conversations.history"):
        assert (await call(method, channel=secret.id))["error"] == "channel_not_found"
    slack.admin.invite_bot(secret)
    assert (await call("conversations.info", channel=secret.id))["channel"]["is_private"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (PersonKind.MEMBER, None),
        (PersonKind.SINGLE_GUEST, None),
        (PersonKind.EXTERNAL, "channel_not_found"),
        (PersonKind.STRANGER, "channel_not_found"),
        (PersonKind.BOT, "cannot_dm_bot"),
        (PersonKind.DEACTIVATED, "user_disabled"),
    ],
)
async def test_who_can_be_written_to(
    slack: Workspace, call: Call, kind: PersonKind, error: str | None
) -> None:
    person = slack.add_person("Some Body", kind=kind)

    posted = await call("chat.postMessage", channel=person.user_id, text="hello")

    assert posted.get("error") == error
    assert len(person.direct_messages) == int(error is None)
    if error is None:
        opened = await call("conversations.open", users=person.user_id)
        assert opened["channel"]["id"] == posted["channel"]
        assert opened["already_open"]


async def test_somebody_from_elsewhere_can_be_written_to_where_a_channel_is_shared(
    slack: Workspace, call: Call
) -> None:
    eve = slack.add_person("Eve", kind=PersonKind.EXTERNAL, team="Acme")
    refused = await call("conversations.open", users=eve.user_id)
    slack.add_channel("with-acme", members=[eve], ext_shared=True)

    assert refused["error"] == "user_not_found"
    assert (await call("chat.postMessage", channel=eve.user_id, text="hello"))["ok"]


async def test_without_a_messages_tab_there_are_no_direct_messages(
    slack: Workspace, call: Call, ann: Person
) -> None:
    slack.install({"oauth_config": {"scopes": {"bot": ["chat:write"]}}})

    posted = await call("chat.postMessage", channel=ann.user_id, text="x")

    assert posted["error"] == "messages_tab_disabled"
    with pytest.raises(PermissionError):
        await ann.direct_message("hello")


async def test_a_thread_hangs_on_its_first_message(call: Call, ann: Person, general: ChannelRecord) -> None:
    root = (await call("chat.postMessage", channel=general.id, text="root"))["ts"]
    reply = (await call("chat.postMessage", channel=general.id, text="reply", thread_ts=root))["ts"]
    unknown = await call("chat.postMessage", channel=general.id, text="x", thread_ts="1.2")
    nested = await call("chat.postMessage", channel=general.id, text="x", thread_ts=reply)
    mine = await ann.says(general, "mine", thread=ann.sees(general)[0])

    (first,) = ann.sees(general)
    assert [message.text for message in first.thread] == ["reply", "mine"]
    assert unknown["error"] == "thread_not_found"
    assert nested["error"] == "cannot_reply_to_message"
    replies = await call("conversations.replies", channel=general.id, ts=root)
    assert [message["ts"] for message in replies["messages"]] == [root, reply, mine.ts]
    assert replies["messages"][0]["reply_count"] == 2


async def test_a_broadcast_reply_stands_in_the_channel_too(
    call: Call, ann: Person, general: ChannelRecord
) -> None:
    root = (await call("chat.postMessage", channel=general.id, text="root"))["ts"]
    loud = {"thread_ts": root, "reply_broadcast": True}
    await call("chat.postMessage", channel=general.id, text="loud", **loud)

    assert [message.text for message in ann.sees(general)] == ["root", "loud"]


async def test_an_ephemeral_message_is_for_one_person_until_they_reload(
    slack: Workspace, call: Call, ann: Person, general: ChannelRecord
) -> None:
    ben = slack.add_person("Ben Baker")
    await ben.joins(general)
    told = await call("chat.postEphemeral", channel=general.id, user=ann.user_id, text="psst")

    assert [message.text for message in ann.sees(general)] == ["psst"]
    assert ann.sees(general)[0].ephemeral
    assert ben.sees(general) == []
    assert (await call("conversations.history", channel=general.id))["messages"] == []
    changed = await call("chat.update", channel=general.id, ts=told["message_ts"], text="x")
    assert changed["error"] == "message_not_found"
    ann.reloads()
    assert ann.sees(general) == []


async def test_an_ephemeral_message_needs_a_member(
    slack: Workspace, call: Call, general: ChannelRecord
) -> None:
    ben = slack.add_person("Ben Baker")

    told = await call("chat.postEphemeral", channel=general.id, user=ben.user_id, text="psst")

    assert told["error"] == "user_not_in_channel"


async def test_the_bot_changes_only_its_own_messages(
    slack: Workspace, call: Call, ann: Person, general: ChannelRecord
) -> None:
    theirs = await ann.says(general, "mine")
    own = (await call("chat.postMessage", channel=general.id, text="one"))["ts"]

    changed = await call("chat.update", channel=general.id, ts=own, text="two")

    assert changed["ok"]
    assert [message.text for message in ann.sees(general)] == ["mine", "two"]
    assert ann.sees(general)[1].edited
    for method, error in (("chat.update", "cant_update_message"), ("chat.delete", "cant_delete_message")):
        more = {"text": "x"} if method == "chat.update" else {}
        refused = await call(method, channel=general.id, ts=theirs.ts, **more)
        assert refused["error"] == error
    assert (await call("chat.delete", channel=general.id, ts=own))["ok"]
    assert [message.text for message in ann.sees(general)] == ["mine"]
    gone = await call("chat.update", channel=general.id, ts=own, text="three")
    assert gone["error"] == "message_not_found"


async def test_a_change_may_be_shorter_than_a_post(call: Call, ann: Person, general: ChannelRecord) -> None:
    ts = (await call("chat.postMessage", channel=general.id, text="x" * 4_001))["ts"]

    changed = await call("chat.update", channel=general.id, ts=ts, text="y" * 4_001)

    assert changed["error"] == "msg_too_long"
    assert ann.sees(general)[0].text.startswith("x")


async def test_blocks_that_break_a_rule_are_refused_whole(call: Call, general: ChannelRecord) -> None:
    refused = await call("chat.postMessage", channel=general.id, text="x", blocks=[section("")])

    assert refused["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in refused["response_metadata"]["messages"][0]
    assert general.messages == []


async def test_without_a_text_slack_makes_one_from_the_blocks(
    call: Call, ann: Person, general: ChannelRecord
) -> None:
    blocks = [section("*Hello*"), actions(button("Go"))]
    await call("chat.postMessage", channel=general.id, blocks=blocks)

    (message,) = ann.sees(general)
    assert message.text == "*Hello*\nGo"
    assert all(block["block_id"] for block in message.blocks)


METADATA = {"event_type": "order_placed", "event_payload": {"id": "42"}}


async def test_metadata_is_read_back_only_when_asked_for(call: Call, general: ChannelRecord) -> None:
    posted = await call("chat.postMessage", channel=general.id, text="x", metadata=METADATA)
    await call("chat.update", channel=general.id, ts=posted["ts"], text="y")

    brief = await call("conversations.history", channel=general.id)
    whole = await call("conversations.history", channel=general.id, include_all_metadata=True)
    thread = await call(
        "conversations.replies", channel=general.id, ts=posted["ts"], include_all_metadata=True
    )

    assert brief["messages"][0]["metadata"] == {"event_type": "order_placed"}
    assert whole["messages"][0]["metadata"] == METADATA, "an update without metadata keeps it"
    assert thread["messages"][0]["metadata"] == METADATA


@pytest.mark.parametrize(
    ("bounds", "texts"),
    [
        ({}, "dcba"),
        ({"oldest": 1}, "dc"),
        ({"oldest": 1, "inclusive": True}, "dcb"),
        ({"latest": 2}, "ba"),
        ({"latest": 2, "inclusive": True}, "cba"),
        ({"oldest": 0, "latest": 3, "limit": 1}, "c"),
    ],
    ids=str,
)
async def test_history_is_read_between_two_times(
    call: Call, general: ChannelRecord, bounds: dict[str, Any], texts: str
) -> None:
    stamps = [(await call("chat.postMessage", channel=general.id, text=text))["ts"] for text in "abcd"]
    arguments = {k: stamps[v] if k in {"oldest", "latest"} else v for k, v in bounds.items()}

    answer = await call("conversations.history", channel=general.id, **arguments)

    assert "".join(message["text"] for message in answer["messages"]) == texts
    assert answer["has_more"] is ("limit" in bounds)


async def test_history_is_read_page_by_page(call: Call, general: ChannelRecord) -> None:
    for text in "abcde":
        await call("chat.postMessage", channel=general.id, text=text)

    read, cursor = "", ""
    while page := await call("conversations.history", channel=general.id, limit=2, cursor=cursor):
        read += "".join(message["text"] for message in page["messages"])
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]

    assert read == "edcba"


async def test_a_permalink_names_the_thread(call: Call, general: ChannelRecord) -> None:
    root = (await call("chat.postMessage", channel=general.id, text="root"))["ts"]
    reply = (await call("chat.postMessage", channel=general.id, text="x", thread_ts=root))["ts"]

    link = (await call("chat.getPermalink", channel=general.id, message_ts=reply))["permalink"]
    unknown = await call("chat.getPermalink", channel=general.id, message_ts="1.2")

    assert link.endswith(
        f"/archives/{general.id}/p{reply.replace('.', '')}?thread_ts={root}&cid={general.id}"
    )
    assert unknown["error"] == "message_not_found"


async def test_a_reaction_is_added_once(call: Call, ann: Person, general: ChannelRecord) -> None:
    message = await ann.says(general, "hello")

    first = await call("reactions.add", channel=general.id, timestamp=message.ts, name="eyes")
    again = await call("reactions.add", channel=general.id, timestamp=message.ts, name="eyes")

    assert first["ok"]
    assert again["error"] == "already_reacted"
    assert message.reactions == ["eyes"]


@pytest.fixture
async def pressed(call: Call, ann: Person, general: ChannelRecord, receiver: Receiver) -> dict[str, Any]:
    """What the app is told when Ann presses a button on its message."""
    await call("chat.postMessage", channel=general.id, text="x", blocks=[actions(button("Go", value="7"))])
    await ann.sees(general)[0].press("Go")
    return receiver.acts[-1]


def test_a_press_tells_where_and_what(
    slack: Workspace, pressed: dict[str, Any], ann: Person, general: ChannelRecord
) -> None:
    (message,) = general.messages
    assert pressed["type"] == "block_actions"
    assert pressed["user"]["id"] == ann.user_id
    assert pressed["team"]["id"] == pressed["user"]["team_id"] == slack.team_id
    assert pressed["channel"] == {"id": general.id, "name": "general"}
    assert pressed["message"]["ts"] == pressed["container"]["message_ts"] == message.ts
    assert pressed["container"]["is_ephemeral"] is False
    (action,) = pressed["actions"]
    assert (action["action_id"], action["value"], action["text"]) == ("press", "7", plain("Go"))


async def test_a_response_address_takes_five_answers_in_thirty_minutes(
    slack: Workspace,
    session: aiohttp.ClientSession,
    pressed: dict[str, Any],
    ann: Person,
    general: ChannelRecord,
) -> None:
    statuses = []
    for number in range(6):
        async with session.post(pressed["response_url"], json={"text": str(number)}) as response:
            statuses.append(response.status)
    told = await (await session.post(pressed["response_url"], json={"text": "x"})).json()
    await ann.sees(general)[0].press("Go")
    fresh = str(slack.deliveries[-1].payload["response_url"])
    slack.clock.advance(30 * 60 + 1)
    late = await (await session.post(fresh, json={"text": "x"})).json()

    assert statuses == [200] * 5 + [404]
    assert told["error"] == "used_url"
    assert late["error"] == "expired_url"
    ephemeral = [message.text for message in ann.sees(general) if message.ephemeral]
    assert ephemeral == ["0", "1", "2", "3", "4"]


async def test_a_response_address_replaces_and_deletes_what_was_pressed(
    session: aiohttp.ClientSession, pressed: dict[str, Any], ann: Person, general: ChannelRecord
) -> None:
    url = pressed["response_url"]
    (message,) = ann.sees(general)

    await session.post(url, json={"replace_original": True, "text": "Done"})
    assert (message.text, message.buttons) == ("Done", [])
    await session.post(url, json={"response_type": "in_channel", "text": "For all"})
    assert not ann.sees(general)[1].ephemeral
    await session.post(url, json={"delete_original": True})
    assert message.deleted
    broken = await session.post(url, json={"text": "x", "blocks": [section("")]})
    assert broken.status == 400


async def test_a_file_is_uploaded_in_three_steps(
    slack: Workspace, session: aiohttp.ClientSession, call: Call, ann: Person, general: ChannelRecord
) -> None:
    place = await call("files.getUploadURLExternal", filename="a.csv", length=3)
    files = [{"id": place["file_id"], "title": "A table"}]
    early = await call("files.completeUploadExternal", files=files, channel_id=general.id)
    await session.post(place["upload_url"], data=b"1,2")
    done = await call("files.completeUploadExternal", files=files, channel_id=general.id)

    assert early["error"] == "file_not_found"
    assert done["ok"]
    (message,) = ann.sees(general)
    assert message.files[0]["title"] == "A table"
    assert slack.file(place["file_id"]).content == b"1,2"


async def test_the_sdk_uploads_a_file(slack: Workspace, ann: Person, general: ChannelRecord) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)

    await client.files_upload_v2(
        channel=general.id, filename="a.csv", content="1,2", initial_comment="The table"
    )

    (message,) = ann.sees(general)
    assert message.text == "The table"
    file_id = message.files[0]["id"]
    assert slack.file(file_id).content == b"1,2"
    assert (await client.files_info(file=file_id))["file"]["name"] == "a.csv"


async def test_a_reaction_is_taken_off_once(call: Call, ann: Person, general: ChannelRecord) -> None:
    message = await ann.says(general, "hello")
    about = {"channel": general.id, "timestamp": message.ts, "name": "eyes"}
    await call("reactions.add", **about)

    assert (await call("reactions.remove", **about))["ok"]
    assert message.reactions == []
    assert (await call("reactions.remove", **about))["error"] == "no_reaction"


async def test_the_bot_joins_public_channels_by_itself(slack: Workspace, call: Call) -> None:
    public = slack.add_channel("public", bot=False)
    private = slack.add_channel("private", private=True)

    before = await call("chat.postMessage", channel=public.id, text="x")
    joined = await call("conversations.join", channel=public.id)
    after = await call("chat.postMessage", channel=public.id, text="x")
    refused = await call("conversations.join", channel=private.id)

    assert before["error"] == "not_in_channel"
    assert joined["channel"]["is_member"]
    assert after["ok"]
    assert refused["error"] == "method_not_supported_for_channel_type"


async def test_people_and_bots_are_looked_up(slack: Workspace, call: Call, ann: Person) -> None:
    found = await call("users.lookupByEmail", email="ann.archer@example.com")
    nobody = await call("users.lookupByEmail", email="nobody@example.com")
    bot = await call("bots.info", bot=slack.bot_id)
    everybody = await call("users.list", include_locale=True)

    assert found["user"]["id"] == ann.user_id
    assert nobody["error"] == "users_not_found"
    assert bot["bot"]["user_id"] == slack.bot_user_id
    assert {member["id"] for member in everybody["members"]} == {ann.user_id, slack.bot_user_id}

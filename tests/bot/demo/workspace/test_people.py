"""Who sees and does what: members, guests, people from other companies; what their payloads carry."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from bot.demo.workspace import ChannelRecord, Person, PersonKind, Workspace
from tests.bot.demo.workspace.kit import actions, button, modal, plain, section
from tests.bot.demo.workspace.listening import Call, Receiver


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (PersonKind.MEMBER, None),
        (PersonKind.ADMIN, None),
        (PersonKind.GUEST, "restricted_action"),
        (PersonKind.SINGLE_GUEST, "restricted_action"),
        (PersonKind.EXTERNAL, "unknown_command"),
        (PersonKind.STRANGER, "unknown_command"),
        (PersonKind.DEACTIVATED, "account_inactive"),
    ],
)
async def test_commands_and_shortcuts_are_not_for_everybody(
    slack: Workspace, receiver: Receiver, kind: PersonKind, error: str | None
) -> None:
    person = slack.add_person("Some Body", kind=kind)

    assert (await person.command("/hello")).error == error
    assert (await person.shortcut("hello")).error == error
    assert len(receiver.received) == (0 if error else 2)


@pytest.mark.usefixtures("receiver")
async def test_an_admin_may_let_multi_channel_guests_use_apps(slack: Workspace) -> None:
    guest = slack.add_person("Gus", kind=PersonKind.GUEST)
    single = slack.add_person("Sid", kind=PersonKind.SINGLE_GUEST)
    slack.guests_may_use_apps = True

    assert (await guest.command("/hello")).error is None
    assert (await single.command("/hello")).error == "restricted_action"


@pytest.mark.usefixtures("receiver")
async def test_a_command_that_does_not_exist_is_told(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")

    assert (await ann.command("/goodbye")).error == "unknown_command"
    assert (await ann.command("/hello")).error is None


@pytest.mark.parametrize(
    ("answer", "text", "ephemeral"),
    [
        ({"text": "Only you"}, "Only you", True),
        ({"text": "All", "response_type": "in_channel"}, "All", False),
        ({"text": "plain", "blocks": [section("Blocks, *bold*")]}, "Blocks, *bold*", True),
    ],
)
async def test_a_command_may_be_answered_at_once(
    slack: Workspace, receiver: Receiver, answer: dict[str, Any], text: str, ephemeral: bool
) -> None:
    ann, ben = slack.add_person("Ann Archer"), slack.add_person("Ben Baker")
    general = slack.add_channel("general", members=[ann, ben])
    receiver.says(answer)

    shown = await ann.command("/hello", channel=general)

    assert (shown.text, shown.ephemeral, shown.error) == (text, ephemeral, None)
    assert [message.words for message in ann.sees(general)] == [text]
    assert [message.words for message in ben.sees(general)] == ([] if ephemeral else [text])


async def test_a_broken_answer_to_a_command_is_told(slack: Workspace, receiver: Receiver) -> None:
    ann = slack.add_person("Ann Archer")
    receiver.says({"text": "x", "blocks": [section("")]})

    assert (await ann.command("/hello")).error == "invalid_response"
    assert ann.direct_messages == []


async def test_a_command_is_typed_only_where_one_is(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    staff = slack.add_channel("staff", private=True)

    with pytest.raises(PermissionError):
        await ann.command("/hello", channel=staff)
    with pytest.raises(PermissionError):
        await ann.says(staff, "hello")


async def test_names_become_ids_for_commands_that_ask_for_it(slack: Workspace, receiver: Receiver) -> None:
    commands = [{"command": "/raw"}, {"command": "/ids", "should_escape": True}]
    slack.install(
        {"features": {"slash_commands": commands}, "oauth_config": {"scopes": {"bot": ["commands"]}}}
    )
    ann, sam = slack.add_person("Ann Archer"), slack.add_person("Sam Support")
    general = slack.add_channel("general", members=[ann])

    await ann.command("/raw", "assign @Sam Support #general")
    await ann.command("/ids", "assign @Sam Support #general")

    raw, ids = (received.payload["text"] for received in receiver.received)
    assert raw == "assign @Sam Support #general"
    assert ids == f"assign <@{sam.user_id}|sam.support> <#{general.id}|general>"


async def test_what_people_type_is_escaped_and_read_as_typed(slack: Workspace, receiver: Receiver) -> None:
    ann = slack.add_person("Ann Archer")

    message = await ann.direct_message("a < b & <@U1>, see https://example.com/x")
    await slack.until(lambda: receiver.received)

    text = receiver.received[0].payload["event"]["text"]
    assert text == "a &lt; b &amp; <@U1>, see <https://example.com/x>"
    assert message.words == "a < b & @U1, see https://example.com/x"


@pytest.mark.parametrize("kind", [PersonKind.EXTERNAL, PersonKind.STRANGER])
async def test_people_from_elsewhere_are_only_in_shared_channels(slack: Workspace, kind: PersonKind) -> None:
    eve = slack.add_person("Eve", kind=kind)

    with pytest.raises(ValueError, match="only in shared channels"):
        slack.add_channel("internal", members=[eve])
    assert eve.team_id != slack.team_id


@pytest.fixture
def eve(slack: Workspace) -> Person:
    return slack.add_person("Eve", kind=PersonKind.EXTERNAL, team="Acme")


@pytest.fixture
def shared(slack: Workspace, eve: Person) -> ChannelRecord:
    return slack.add_channel("with-acme", members=[eve], ext_shared=True)


async def test_a_message_from_elsewhere_carries_its_own_team(
    slack: Workspace, receiver: Receiver, eve: Person, shared: ChannelRecord
) -> None:
    await eve.says(shared, "hello")
    await slack.until(lambda: receiver.received)

    payload = receiver.received[0].payload
    assert payload["team_id"] == eve.team_id
    assert payload["context_team_id"] == slack.team_id
    assert payload["is_ext_shared_channel"] is True
    (ours,) = payload["authorizations"]
    assert (ours["team_id"], ours["user_id"], ours["is_bot"]) == (slack.team_id, slack.bot_user_id, True)
    event = payload["event"]
    assert {event[key] for key in ("team", "user_team", "source_team")} == {eve.team_id}


async def test_a_press_from_elsewhere_carries_both_teams(
    slack: Workspace, call: Call, receiver: Receiver, eve: Person, shared: ChannelRecord
) -> None:
    await call("chat.postMessage", channel=shared.id, text="x", blocks=[actions(button("Go"))])

    assert (await eve.sees(shared)[0].press("Go")).error is None

    payload = receiver.acts[-1]
    assert payload["user"]["team_id"] == eve.team_id
    assert payload["team"]["id"] == slack.team_id


async def test_a_dialog_from_elsewhere_names_the_team_that_installed_the_app(
    slack: Workspace, call: Call, receiver: Receiver, eve: Person, shared: ChannelRecord
) -> None:
    await call("chat.postMessage", channel=shared.id, text="x", blocks=[actions(button("Go"))])
    await eve.sees(shared)[0].press("Go")
    trigger_id = receiver.acts[-1]["trigger_id"]
    assert (await call("views.open", trigger_id=trigger_id, view=modal()))["ok"]

    await (await eve.dialog()).submit()

    payload = receiver.acts[-1]
    assert payload["type"] == "view_submission"
    assert payload["team"]["id"] == payload["user"]["team_id"] == payload["view"]["team_id"] == eve.team_id
    assert payload["view"]["app_installed_team_id"] == slack.team_id


@pytest.mark.parametrize("shares", [True, False])
async def test_a_stranger_shares_no_channel(slack: Workspace, call: Call, eve: Person, shares: bool) -> None:
    if shares:
        slack.add_channel("with-acme", members=[eve], ext_shared=True)

    user = (await call("users.info", user=eve.user_id))["user"]

    assert user["is_stranger"] is not shares
    assert user["team_id"] == eve.team_id
    assert "is_restricted" not in user
    assert "email" not in user["profile"]


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        (PersonKind.MEMBER, {"is_admin": False, "is_restricted": False, "deleted": False}),
        (PersonKind.ADMIN, {"is_admin": True, "is_restricted": False}),
        (PersonKind.GUEST, {"is_restricted": True, "is_ultra_restricted": False}),
        (PersonKind.SINGLE_GUEST, {"is_restricted": True, "is_ultra_restricted": True}),
        (PersonKind.BOT, {"is_bot": True}),
        (PersonKind.DEACTIVATED, {"deleted": True}),
    ],
)
async def test_slack_tells_what_kind_somebody_is(
    slack: Workspace, call: Call, kind: PersonKind, flags: dict[str, bool]
) -> None:
    person = slack.add_person("Some Body", kind=kind)

    user = (await call("users.info", user=person.user_id))["user"]

    assert {key: user[key] for key in flags} == flags
    assert user["team_id"] == slack.team_id


async def test_a_button_may_be_kept_from_some(slack: Workspace, call: Call, receiver: Receiver) -> None:
    ann, sam = slack.add_person("Ann Archer"), slack.add_person("Sam Support")
    general = slack.add_channel("general", members=[ann, sam])
    hidden = button("Resolve", visible_to_user_ids=[sam.user_id])
    posted = await call(
        "chat.postMessage", channel=general.id, text="x", blocks=[actions(button("Help", "help"), hidden)]
    )
    assert posted["ok"], posted

    assert ann.sees(general)[0].buttons == ["Help"]
    assert sam.sees(general)[0].buttons == ["Help", "Resolve"]
    with pytest.raises(LookupError, match="no button 'Resolve'"):
        await ann.sees(general)[0].press("Resolve")
    assert (await sam.sees(general)[0].press("Resolve")).error is None
    assert len(receiver.acts) == 1


async def test_nobody_presses_what_they_do_not_see(slack: Workspace, call: Call, receiver: Receiver) -> None:
    ann, ben, cat = (slack.add_person(name) for name in ("Ann", "Ben", "Cat"))
    general = slack.add_channel("general", members=[ann, ben])
    blocks = [actions(button("Go"))]
    await call("chat.postEphemeral", channel=general.id, user=ann.user_id, text="x", blocks=blocks)
    await call("chat.postMessage", channel=general.id, text="x", blocks=blocks)
    private, public = ann.sees(general)

    with pytest.raises(LookupError, match="does not see"):
        await private.press("Go", by=ben)
    with pytest.raises(PermissionError):
        await public.press("Go", by=cat)
    assert (await private.press("Go")).error is None
    (act,) = receiver.acts
    assert "message" not in act, "an ephemeral message is not handed along"
    assert act["container"]["is_ephemeral"] is True


@pytest.mark.parametrize("confirm", [True, False])
async def test_a_confirm_dialog_asks_first(
    slack: Workspace, call: Call, receiver: Receiver, confirm: bool
) -> None:
    ann = slack.add_person("Ann Archer")
    asks = {"title": plain("Sure?"), "text": plain("It is final."), "confirm": plain("Yes")}
    asks["deny"] = plain("No")
    await call(
        "chat.postMessage", channel=ann.user_id, text="x", blocks=[actions(button("End", confirm=asks))]
    )
    (message,) = ann.direct_messages

    answered = await message.press("End", confirm=confirm)

    assert message.confirmation("End") == "Sure?\nIt is final.\nYes\nNo"
    assert "Sure?" not in message.words
    assert answered.error is None
    assert len(receiver.acts) == int(confirm)


async def test_a_menu_is_chosen_from_by_its_words(slack: Workspace, call: Call, receiver: Receiver) -> None:
    ann = slack.add_person("Ann Archer")
    options = [{"text": plain("Red"), "value": "r"}, {"text": plain("Blue"), "value": "b"}]
    menu = {"type": "static_select", "action_id": "m", "placeholder": plain("Colour"), "options": options}
    more = {"type": "overflow", "action_id": "o", "options": options}
    await call(
        "chat.postMessage",
        channel=ann.user_id,
        text="x",
        blocks=[actions(menu), section("x", accessory=more)],
    )
    (message,) = ann.direct_messages

    await message.select("Colour", "Blue")
    (chosen,) = receiver.acts[-1]["actions"]
    await message.select("⋯", "Red")
    (overflow,) = receiver.acts[-1]["actions"]

    assert (chosen["type"], chosen["selected_option"]["value"]) == ("static_select", "b")
    assert (overflow["type"], overflow["selected_option"]["value"]) == ("overflow", "r")
    (kept,) = receiver.acts[-1]["state"]["values"].values()
    assert kept["m"]["selected_option"]["value"] == "b"


@pytest.mark.usefixtures("connected")
async def test_two_people_press_the_same_button_at_once(slack: Workspace, call: Call) -> None:
    people = [slack.add_person(name) for name in ("Ann", "Ben")]
    general = slack.add_channel("general", members=people)
    await call("chat.postMessage", channel=general.id, text="x", blocks=[actions(button("Go"))])
    (message,) = people[0].sees(general)

    answered = await asyncio.gather(*(message.press("Go", by=person) for person in people))

    assert [one.error for one in answered] == [None, None]
    for person in people:
        await slack.until(partial(_has_seen, person, general, 2))


def _has_seen(person: Person, channel: ChannelRecord, count: int) -> bool:
    return len(person.sees(channel)) == count


async def test_the_app_hears_its_own_words_too(slack: Workspace, call: Call, receiver: Receiver) -> None:
    general = slack.add_channel("general")
    await call("chat.postMessage", channel=general.id, text="x")
    await slack.until(lambda: receiver.received)

    event = receiver.received[0].payload["event"]
    assert (event["bot_id"], event["user"]) == (slack.bot_id, slack.bot_user_id)


@pytest.mark.usefixtures("receiver")
async def test_a_mention_is_told_as_such_too(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    general = slack.add_channel("general", members=[ann])

    await ann.says(general, f"<@{slack.bot_user_id}> help")
    await slack.until(lambda: len(slack.deliveries) == 2)

    told = {one.payload["event"]["type"]: one.payload["event"] for one in slack.deliveries}
    assert set(told) == {"message", "app_mention"}
    assert told["message"]["ts"] == told["app_mention"]["ts"]


@pytest.mark.usefixtures("receiver")
async def test_edits_and_deletions_are_told(slack: Workspace) -> None:
    ann, ben = slack.add_person("Ann Archer"), slack.add_person("Ben Baker")
    general = slack.add_channel("general", members=[ann, ben])
    message = await ann.says(general, "one")
    await ann.edits(message, "two")
    assert message.text == "two"
    with pytest.raises(PermissionError):
        await ben.edits(message, "three")
    await ann.deletes(message)
    assert ann.sees(general) == []

    await slack.until(lambda: len(slack.deliveries) == 3)
    events = [one.payload["event"] for one in slack.deliveries]
    assert [event.get("subtype") for event in events] == [None, "message_changed", "message_deleted"]
    assert events[1]["previous_message"]["text"] == "one"
    assert events[2]["deleted_ts"] == message.ts


async def test_the_home_tab_tells_what_it_shows(slack: Workspace, over_http: AsyncApp) -> None:
    ann = slack.add_person("Ann Archer")
    assert over_http
    home = await ann.opens_home()
    await home.until(lambda surface: surface.buttons == ["Press me"])
    await ann.opens_home()
    await slack.until(lambda: len([d for d in slack.deliveries if d.payload["event"]["tab"] == "home"]) == 2)

    first, second = (delivery.payload["event"] for delivery in slack.deliveries)
    assert "view" not in first
    assert second["view"]["type"] == "home"


async def test_people_are_found_again(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer", user_id="U0ANN")
    general = slack.add_channel("general", channel_id="C0GENERAL")
    group = slack.add_usergroup("support", members=[ann])

    assert slack.person("U0ANN").name == "Ann Archer"
    assert [person.user_id for person in slack.people] == ["U0ANN"]
    assert slack.channels == [general]
    assert slack.usergroups == [group]
    assert repr(ann) == "<Person Ann Archer>"

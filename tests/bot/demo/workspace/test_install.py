"""What a manifest gives the app, and what it is told when the workspace changes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.workspace import PersonKind, Workspace
from tests.bot.demo.workspace.listening import Call, Receiver

MANIFEST: dict[str, Any] = {
    "features": {
        "bot_user": {"display_name": "Baker"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [{"command": "/cake"}],
        "shortcuts": [
            {"name": "Order a cake", "type": "global", "callback_id": "order"},
            {"name": "Bake this", "type": "message", "callback_id": "bake"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": ["commands", "chat:write", "im:history", "usergroups:read"],
            "bot_optional": ["channels:history", "usergroups:read"],
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": ["message.im", "message.channels", "subteam_members_changed", "app_uninstalled"]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def but(**settings: Any) -> dict[str, Any]:
    return MANIFEST | {"settings": MANIFEST["settings"] | settings}


def kinds(slack: Workspace) -> list[str]:
    return [one.payload["event"]["type"] for one in slack.deliveries if one.kind == "events_api"]


async def test_commands_and_shortcuts_come_from_the_manifest(slack: Workspace, receiver: Receiver) -> None:
    slack.install(MANIFEST)
    ann = slack.add_person("Ann Archer")

    assert slack.commands == ("/cake",)
    assert (await ann.command("/cake")).error is None
    assert (await ann.command("/hello")).error == "unknown_command"
    assert (await ann.shortcut("order")).error is None
    assert (await ann.shortcut("Order a cake")).error is None
    assert (await ann.shortcut("bake")).error == "unknown_shortcut", "it is in the menu of messages"
    assert [act.get("callback_id") for act in receiver.acts] == [None, "order", "order"]


async def test_a_shortcut_of_messages_is_handed_the_message(slack: Workspace, receiver: Receiver) -> None:
    slack.install(MANIFEST)
    ann = slack.add_person("Ann Archer")
    general = slack.add_channel("general", members=[ann])
    message = await ann.says(general, "flour")

    assert (await message.shortcut("order")).error == "unknown_shortcut"
    assert (await message.shortcut("bake")).error is None

    (act,) = receiver.acts
    assert act["type"] == "message_action"
    assert (act["callback_id"], act["message"]["text"]) == ("bake", "flour")
    assert act["message_ts"] == message.ts


@pytest.mark.usefixtures("receiver")
async def test_only_subscribed_events_come(slack: Workspace) -> None:
    slack.install(MANIFEST)
    ann = slack.add_person("Ann Archer")
    secret = slack.add_channel("secret", private=True, members=[ann])

    await ann.says(secret, "not subscribed")
    await ann.opens_home()
    await ann.direct_message("subscribed")
    await slack.until(lambda: slack.deliveries)

    assert kinds(slack) == ["message"]
    assert slack.deliveries[0].payload["event"]["text"] == "subscribed"


@pytest.mark.usefixtures("receiver")
@pytest.mark.parametrize(("refused", "heard"), [((), 2), (("channels:history",), 1)])
async def test_an_optional_scope_may_be_refused(
    slack: Workspace, refused: tuple[str, ...], heard: int
) -> None:
    slack.install(MANIFEST, refused=refused)
    ann = slack.add_person("Ann Archer")
    general = slack.add_channel("general", members=[ann])

    await ann.says(general, "one")
    await ann.direct_message("two")
    await slack.until(lambda: len(slack.deliveries) == heard)

    assert [one.payload["event"]["text"] for one in slack.deliveries] == ["one", "two"][-heard:]


@pytest.mark.parametrize(
    ("manifest", "refused", "wrong"),
    [
        (but(event_subscriptions={"bot_events": ["message.pigeon"]}), (), "message.pigeon"),
        (but(event_subscriptions={"bot_events": ["team_join"]}), (), "without the scope users:read"),
        ({"features": MANIFEST["features"]}, (), "without the scope commands"),
        (MANIFEST, ("chat:write",), "does not offer chat:write"),
    ],
    ids=["unknown event", "event without scope", "command without scope", "scope not optional"],
)
async def test_a_manifest_that_slack_would_refuse_is_refused(
    slack: Workspace, manifest: dict[str, Any], refused: tuple[str, ...], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        slack.install(manifest, refused)
    slack.install(MANIFEST, ["usergroups:read"])


async def test_a_messages_tab_may_be_for_reading_only(slack: Workspace, call: Call) -> None:
    home = {"messages_tab_enabled": True, "messages_tab_read_only_enabled": True}
    slack.install({**MANIFEST, "features": MANIFEST["features"] | {"app_home": home}})
    ann = slack.add_person("Ann Archer")

    assert (await call("chat.postMessage", channel=ann.user_id, text="news"))["ok"]
    with pytest.raises(PermissionError, match="takes no messages"):
        await ann.direct_message("hello")


@pytest.mark.usefixtures("receiver")
async def test_the_app_hears_who_comes_and_goes(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    general = slack.add_channel("general")

    await ann.joins(general)
    await ann.joins(general)
    await ann.leaves(general)
    slack.admin.remove_bot(general)
    await ann.joins(general)
    slack.admin.invite_bot(general)
    await slack.until(lambda: len(slack.deliveries) == 4)

    assert kinds(slack) == [
        "member_joined_channel",
        "member_left_channel",
        "channel_left",
        "member_joined_channel",
    ]
    assert slack.deliveries[3].payload["event"]["user"] == slack.bot_user_id


@pytest.mark.usefixtures("receiver")
async def test_the_app_hears_who_is_in_a_user_group(slack: Workspace, call: Call) -> None:
    ann, ben = slack.add_person("Ann Archer"), slack.add_person("Ben Baker")
    group = slack.add_usergroup("support", members=[ann])

    slack.admin.set_usergroup(group, [ben])
    await slack.until(lambda: len(slack.deliveries) == 2)

    moved, updated = (delivery.payload["event"] for delivery in slack.deliveries)
    assert (moved["added_users"], moved["removed_users"]) == ([ben.user_id], [ann.user_id])
    assert updated["subteam"]["users"] == [ben.user_id]
    listed = await call("usergroups.list", include_users=True, include_count=True)
    assert listed["usergroups"][0]["users"] == [ben.user_id]
    assert (await call("usergroups.users.list", usergroup=group.id))["users"] == [ben.user_id]


async def test_user_groups_are_for_paid_plans(slack: Workspace, call: Call) -> None:
    group = slack.add_usergroup("support")
    slack.paid_plan = False

    for method, arguments in (("usergroups.list", {}), ("usergroups.users.list", {"usergroup": group.id})):
        assert (await call(method, **arguments))["error"] == "plan_upgrade_required"


@pytest.mark.usefixtures("receiver")
async def test_a_channel_that_is_shared_gets_a_new_id(slack: Workspace, call: Call) -> None:
    staff = slack.add_channel("staff", private=True)
    old = staff.id

    slack.admin.share(staff, "Acme")
    await slack.until(lambda: len(slack.deliveries) == 2)

    assert kinds(slack) == ["channel_id_changed", "channel_shared"]
    assert slack.deliveries[0].payload["event"]["old_channel_id"] == old
    assert (await call("conversations.info", channel=old))["error"] == "channel_not_found"
    assert (await call("conversations.info", channel=staff.id))["channel"]["is_ext_shared"]


@pytest.mark.usefixtures("receiver")
async def test_somebody_becomes_a_guest(slack: Workspace, call: Call) -> None:
    ann = slack.add_person("Ann Archer")

    slack.admin.set_kind(ann, PersonKind.GUEST)
    await slack.until(lambda: slack.deliveries)

    assert slack.deliveries[0].payload["event"]["user"]["is_restricted"]
    assert (await call("users.info", user=ann.user_id))["user"]["is_restricted"]


@pytest.mark.usefixtures("receiver")
async def test_an_uninstalled_app_is_told_and_heard_no_more(slack: Workspace, call: Call) -> None:
    slack.admin.uninstall()
    await slack.until(lambda: len(slack.deliveries) == 2)

    assert kinds(slack) == ["tokens_revoked", "app_uninstalled"]
    assert (await call("auth.test"))["error"] == "token_revoked"


async def test_channels_are_listed_by_kind(slack: Workspace, call: Call) -> None:
    slack.add_channel("one")
    slack.add_channel("two", private=True)
    slack.add_channel("three", private=True, bot=False)
    slack.admin.archive(slack.add_channel("four"))
    types = {"types": "public_channel,private_channel"}

    listed = await call("conversations.list", **types)
    living = await call("users.conversations", exclude_archived=True, **types)

    assert [channel["name"] for channel in listed["channels"]] == ["one", "two", "four"]
    assert [channel["name"] for channel in living["channels"]] == ["one", "two"]


async def test_members_are_listed_page_by_page(slack: Workspace, call: Call) -> None:
    people = [slack.add_person(f"Person {number}") for number in range(3)]
    general = slack.add_channel("general", members=people)

    first = await call("conversations.members", channel=general.id, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = await call("conversations.members", channel=general.id, limit=3, cursor=cursor)

    assert first["members"] + second["members"] == [*(p.user_id for p in people), slack.bot_user_id]
    assert second["response_metadata"]["next_cursor"] == ""

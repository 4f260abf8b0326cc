"""Direct messages among several: who can be brought together, and what the app hears of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.workspace import ChannelRecord, Person, PersonKind, Workspace
from tests.bot.demo.workspace.listening import Call, Receiver

JSON = dict[str, Any]


@pytest.fixture
def ben(slack: Workspace) -> Person:
    return slack.add_person("Ben Baker")


@pytest.fixture
async def group(slack: Workspace, call: Call, ann: Person, ben: Person) -> ChannelRecord:
    opened = await call("conversations.open", users=f"{ann.user_id},{ben.user_id}")
    assert opened["ok"], opened
    return next(channel for channel in slack.channels if channel.id == opened["channel"]["id"])


async def test_it_is_opened_once(call: Call, ann: Person, ben: Person, group: ChannelRecord) -> None:
    again = await call("conversations.open", users=f"{ben.user_id}, {ann.user_id},{ann.user_id}")

    assert again["channel"] == {"id": group.id}
    assert (again["no_op"], again["already_open"]) == (True, True)


async def test_another_circle_is_another_conversation(
    slack: Workspace, call: Call, ann: Person, ben: Person, group: ChannelRecord
) -> None:
    cy = slack.add_person("Cy Cook")
    opened = await call("conversations.open", users=",".join(one.user_id for one in (ann, ben, cy)))

    assert opened["channel"]["id"] != group.id
    assert "already_open" not in opened


async def test_it_is_described_as_what_it_is(
    call: Call, ann: Person, ben: Person, group: ChannelRecord
) -> None:
    told = (await call("conversations.info", channel=group.id))["channel"]
    whole = (await call("conversations.open", channel=group.id, return_im=True))["channel"]

    kinds = ("is_mpim", "is_im", "is_channel", "is_private", "is_member")
    assert [told[kind] for kind in kinds] == [True, False, False, True, True]
    assert told["name"] == "mpdm-ann.archer--ben.baker--bot-1"
    assert whole == told
    members = (await call("conversations.members", channel=group.id))["members"]
    assert members[:2] == [ann.user_id, ben.user_id], "in the order that was asked for"


async def test_people_and_app_talk_there(
    call: Call, ann: Person, ben: Person, receiver: Receiver, slack: Workspace, group: ChannelRecord
) -> None:
    posted = await call("chat.postMessage", channel=group.id, text="hello all")
    await ben.says(group, "hello you")
    await slack.until(lambda: len(slack.deliveries) == 2)

    assert posted["ok"]
    assert [message.text for message in ann.sees(group)] == ["hello all", "hello you"]
    event = slack.deliveries[-1].payload["event"]
    assert (event["type"], event["channel_type"]) == ("message", "mpim")


@pytest.mark.usefixtures("receiver")
async def test_its_messages_come_only_with_their_own_subscription(
    slack: Workspace, ben: Person, group: ChannelRecord
) -> None:
    for event, scope in (("message.im", "im:history"), ("message.mpim", "mpim:history")):
        slack.install(
            {
                "oauth_config": {"scopes": {"bot": [scope]}},
                "settings": {"event_subscriptions": {"bot_events": [event]}},
            }
        )
        await ben.says(group, event)
    await slack.until(lambda: slack.deliveries)

    assert [one.payload["event"]["text"] for one in slack.deliveries] == ["message.mpim"]


@pytest.mark.parametrize(
    ("count", "error"), [(8, None), (9, "too_many_users")], ids=["as many as may be", "one more"]
)
async def test_eight_at_most(slack: Workspace, call: Call, count: int, error: str | None) -> None:
    people = [slack.add_person(f"Person {number}") for number in range(count)]

    opened = await call("conversations.open", users=",".join(person.user_id for person in people))

    assert opened.get("error") == error


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (PersonKind.GUEST, None),
        (PersonKind.DEACTIVATED, "user_disabled"),
        (PersonKind.STRANGER, "invalid_user_combination"),
        (PersonKind.EXTERNAL, "invalid_user_combination"),
    ],
)
async def test_not_everybody_can_be_brought_together(
    slack: Workspace, call: Call, ann: Person, kind: PersonKind, error: str | None
) -> None:
    other = slack.add_person("Oz Other", kind=kind)

    assert (await call("conversations.open", users=f"{ann.user_id},{other.user_id}")).get("error") == error


async def test_companies_need_a_channel_in_common(slack: Workspace, call: Call, ann: Person) -> None:
    eve = slack.add_person("Eve", kind=PersonKind.EXTERNAL, team="East")
    wes = slack.add_person("Wes", kind=PersonKind.EXTERNAL, team="West")
    slack.add_channel("with-east", members=[ann, eve], ext_shared=True)
    slack.add_channel("with-west", members=[ann, wes], ext_shared=True)
    all_three = ",".join(one.user_id for one in (ann, eve, wes))

    assert (await call("conversations.open", users=f"{ann.user_id},{eve.user_id}"))["ok"]
    assert (await call("conversations.open", users=all_three))["error"] == "invalid_user_combination"
    slack.add_channel("with-both", members=[ann, eve, wes], ext_shared=True)
    assert (await call("conversations.open", users=all_three))["ok"]


@pytest.mark.parametrize(
    ("users", "error"), [("{ann},U0NOBODY", "user_not_found"), ("{ann},{bot}", "cannot_dm_bot")]
)
async def test_whom_there_is_nobody_to_open_it_with(
    slack: Workspace, call: Call, ann: Person, users: str, error: str
) -> None:
    named = users.format(ann=ann.user_id, bot=slack.bot_user_id)

    assert (await call("conversations.open", users=named))["error"] == error


@pytest.mark.parametrize(("several", "needed"), [(False, "im:write"), (True, "mpim:write")])
async def test_each_kind_has_its_scope(
    slack: Workspace, call: Call, ann: Person, ben: Person, several: bool, needed: str
) -> None:
    users = f"{ann.user_id},{ben.user_id}" if several else ann.user_id
    other = {"im:write", "mpim:write"} - {needed}
    slack.install({"oauth_config": {"scopes": {"bot": sorted(other)}}, "features": {"app_home": HOME}})
    refused = await call("conversations.open", users=users)
    slack.install({"oauth_config": {"scopes": {"bot": [needed]}}, "features": {"app_home": HOME}})

    assert (refused["error"], refused["needed"]) == ("missing_scope", needed)
    assert (await call("conversations.open", users=users))["ok"]


HOME = {"messages_tab_enabled": True}


@pytest.mark.parametrize("several", [False, True])
async def test_it_can_be_asked_for_without_being_made(
    slack: Workspace, call: Call, ann: Person, ben: Person, several: bool
) -> None:
    users = f"{ann.user_id},{ben.user_id}" if several else ann.user_id

    looked = await call("conversations.open", users=users, prevent_creation=True)
    made = await call("conversations.open", users=users)
    again = await call("conversations.open", users=users, prevent_creation=True)

    assert looked["error"] == "channel_not_found"
    assert again["channel"] == made["channel"]


async def test_only_direct_messages_are_opened(slack: Workspace, call: Call, ann: Person) -> None:
    general = slack.add_channel("general", members=[ann])

    refused = await call("conversations.open", channel=general.id)

    assert refused["error"] == "method_not_supported_for_channel_type"


async def test_nobody_joins_or_sees_it_from_outside(slack: Workspace, group: ChannelRecord) -> None:
    cy = slack.add_person("Cy Cook")

    with pytest.raises(PermissionError):
        await cy.joins(group)
    with pytest.raises(PermissionError):
        cy.sees(group)


async def test_it_is_listed_by_its_own_kind(call: Call, group: ChannelRecord) -> None:
    for types, found in (("mpim", [group.id]), ("private_channel,im", [])):
        listed = await call("conversations.list", types=types)
        assert [channel["id"] for channel in listed["channels"]] == found

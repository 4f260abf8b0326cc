"""The door of the Web API: methods, arguments, tokens, scopes and rates."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from bot.demo.workspace import Workspace
from bot.demo.workspace.method import METHODS
from bot.demo.workspace.rates import POST_BURST
from bot.demo.workspace.scopes import SCOPES_OF_METHOD
from tests.bot.demo.workspace.kit import home, section
from tests.bot.demo.workspace.listening import Call


async def test_the_bot_is_told_who_it_is(slack: Workspace, call: Call) -> None:
    answer = await call("auth.test")

    assert answer["user_id"] == slack.bot_user_id
    assert answer["bot_id"] == slack.bot_id
    assert answer["team_id"] == slack.team_id
    assert "chat:write" in answer["headers"]["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.shout", {}, "unknown_method"),
        ("chat.postMessage", {"channel": "C1", "text": "x", "client_msg_id": "1"}, "invalid_arguments"),
        ("users.info", {"user": "U1", "colour": "red"}, "invalid_arguments"),
        ("users.info", {}, "invalid_arguments"),
        ("users.info", {"user": "U1"}, "user_not_found"),
        ("chat.postMessage", {"channel": "C1", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C1"}, "no_text"),
        ("conversations.info", {"channel": "C1"}, "channel_not_found"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U1"}, "user_not_found"),
        ("usergroups.users.list", {"usergroup": "S1"}, "no_such_subteam"),
        ("team.info", {"team": "T1"}, "team_not_found"),
        ("users.conversations", {"types": "secret"}, "invalid_types"),
        ("users.conversations", {"limit": "many"}, "invalid_arguments"),
        ("users.conversations", {"limit": 0}, "invalid_limit"),
        ("users.conversations", {"cursor": "???"}, "invalid_cursor"),
        ("views.open", {"trigger_id": "1", "view": "{"}, "invalid_arguments"),
        ("views.open", {"trigger_id": "1", "view": "[]"}, "invalid_arguments"),
        ("api.test", {"error": "my_error"}, "my_error"),
    ],
)
async def test_a_wrong_call_is_refused_with_slacks_word(
    call: Call, method: str, arguments: dict[str, Any], error: str
) -> None:
    answer = await call(method, **arguments)

    assert answer["ok"] is False
    assert answer["error"] == error
    assert answer["status"] == 200


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("app", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(slack: Workspace, call: Call, token: str, error: str) -> None:
    answer = await call("auth.test", token=slack.app_token if token == "app" else token)

    assert answer["error"] == error
    assert (await call("auth.test"))["ok"], "the right one is not"


async def test_revoked_tokens_work_no_more(slack: Workspace, call: Call) -> None:
    slack.admin.revoke_tokens()

    assert (await call("auth.test"))["error"] == "token_revoked"


async def test_a_form_is_as_good_as_json(slack: Workspace, session: aiohttp.ClientSession) -> None:
    ann = slack.add_person("Ann Archer")
    form = {"token": slack.bot_token, "user_id": ann.user_id, "view": json.dumps(home(section("Hi")))}

    async with session.post(slack.api_url + "views.publish", data=form) as response:
        answer = await response.json()

    assert answer["ok"]
    assert ann.home.words == "Hi"
    assert "token" not in slack.calls[-1].arguments


async def test_a_query_is_as_good_as_a_form(slack: Workspace, session: aiohttp.ClientSession) -> None:
    ann = slack.add_person("Ann Archer")
    headers = {"Authorization": f"Bearer {slack.bot_token}"}

    url = slack.api_url + "users.info"
    async with session.get(url, params={"user": ann.user_id}, headers=headers) as response:
        answer = await response.json()

    assert answer["user"]["real_name"] == "Ann Archer"


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_broken_json_is_told(
    slack: Workspace, session: aiohttp.ClientSession, body: str, error: str
) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}", "content-type": "application/json"}

    async with session.post(slack.api_url + "auth.test", data=body, headers=headers) as response:
        answer = await response.json()

    assert answer["error"] == error


MANIFEST: dict[str, Any] = {"oauth_config": {"scopes": {"bot": ["chat:write", "im:history"]}}}


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("users.info", {"user": "{ann}"}, "users:read"),
        ("usergroups.list", {}, "usergroups:read"),
        ("conversations.open", {"users": "{ann}"}, "channels:manage,groups:write,im:write,mpim:write"),
        ("conversations.history", {"channel": "{general}"}, "channels:history"),
        ("conversations.info", {"channel": "{general}"}, "channels:read,groups:read,im:read,mpim:read"),
        ("files.getUploadURLExternal", {"filename": "f", "length": 1}, "files:write"),
    ],
)
async def test_a_method_needs_its_scope(
    slack: Workspace, call: Call, method: str, arguments: dict[str, Any], needed: str
) -> None:
    ids = {"ann": slack.add_person("Ann Archer").user_id, "general": slack.add_channel("general").id}
    filled = {k: v.format(**ids) if isinstance(v, str) else v for k, v in arguments.items()}
    before = await call(method, **filled)
    slack.install(MANIFEST)

    answer = await call(method, **filled)

    assert before["ok"], before
    assert answer["error"] == "missing_scope"
    assert (answer["needed"], answer["provided"]) == (needed, "chat:write,im:history")


async def test_what_the_manifest_allows_still_works(slack: Workspace, call: Call) -> None:
    ann = slack.add_person("Ann Archer")
    slack.install({**MANIFEST, "features": {"app_home": {"messages_tab_enabled": True}}})

    posted = await call("chat.postMessage", channel=ann.user_id, text="hello")
    read = await call("conversations.history", channel=posted["channel"])

    assert [message["text"] for message in read["messages"]] == ["hello"]


def test_every_method_of_the_bot_stands_in_the_scope_table() -> None:
    bots = {name for name, method in METHODS.items() if method.caller == "bot"}

    assert bots
    assert bots <= set(SCOPES_OF_METHOD)


@pytest.mark.parametrize(
    ("method", "arguments", "most"),
    [("usergroups.list", {}, 20), ("team.info", {}, 50), ("blocks.validate", {"blocks": []}, 100)],
)
async def test_each_tier_has_its_rate(
    slack: Workspace, call: Call, method: str, arguments: dict[str, Any], most: int
) -> None:
    passed = [await call(method, **arguments) for _ in range(most)]
    refused = await call(method, **arguments)
    slack.clock.advance(60)
    after = await call(method, **arguments)

    assert {answer["status"] for answer in passed} == {200}
    assert refused["status"] == 429
    assert refused["error"] == "ratelimited"
    assert 0 < int(refused["headers"]["Retry-After"]) <= 60
    assert after["status"] == 200


async def test_a_rate_is_of_one_method_only(call: Call) -> None:
    for _ in range(21):
        last = await call("usergroups.list")

    assert last["status"] == 429
    assert (await call("users.conversations"))["ok"]


async def test_a_channel_takes_a_burst_of_messages_then_one_a_second(slack: Workspace, call: Call) -> None:
    one, two = slack.add_channel("one"), slack.add_channel("two")
    for _ in range(POST_BURST):
        assert (await call("chat.postMessage", channel=one.id, text="x"))["ok"]

    too_many = await call("chat.postMessage", channel=one.id, text="x")
    elsewhere = await call("chat.postMessage", channel=two.id, text="x")
    slack.clock.advance(1)
    later = await call("chat.postMessage", channel=one.id, text="x")
    at_once = await call("chat.postMessage", channel=one.id, text="x")

    assert too_many["status"] == 429
    assert too_many["headers"]["Retry-After"] == "1"
    assert elsewhere["ok"]
    assert later["ok"]
    assert at_once["status"] == 429
    assert len(one.messages) == POST_BURST + 1


async def test_rates_can_be_switched_off(slack: Workspace, call: Call) -> None:
    assert slack.rate_limits
    slack.rate_limits = False

    answers = [await call("usergroups.list") for _ in range(30)]

    assert all(answer["ok"] for answer in answers)


async def test_every_call_is_kept(slack: Workspace, call: Call) -> None:
    general = slack.add_channel("general")
    posted = await call("chat.postMessage", channel=general.id, text="hello")
    await call("chat.postMessage", token="xoxb-wrong", channel=general.id, text="hello")

    first, second = slack.calls
    assert (first.method, first.token_kind, first.ok, first.error) == ("chat.postMessage", "bot", True, None)
    assert first.ts == posted["ts"]
    assert first.arguments == {"channel": general.id, "text": "hello"}
    assert (second.token_kind, second.ok, second.error) == ("unknown", False, "invalid_auth")


async def test_blocks_can_be_checked_without_sending(call: Call) -> None:
    good = await call("blocks.validate", blocks=[section("fine")])
    bad = await call("blocks.validate", blocks=[section("x" * 3001)])
    view = await call("blocks.validate", view=home(section("x" * 3001)))
    both = await call("blocks.validate", blocks=[], view=home())

    assert good["ok"]
    assert bad["error"] == "invalid_blocks"
    assert bad["errors"][0]["pointer"] == "/blocks/0/text/text"
    assert bad["errors"][0]["constraint"]["expected"] == 3000
    assert view["errors"][0]["pointer"] == "/blocks/0/text/text"
    assert both["error"] == "invalid_arguments"


async def test_events_are_authorized_by_our_team_alone(slack: Workspace, call: Call) -> None:
    answer = await call("apps.event.authorizations.list", token=slack.app_token, event_context="4-x")

    assert [one["team_id"] for one in answer["authorizations"]] == [slack.team_id]

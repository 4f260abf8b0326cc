"""The scope table: complete in itself, and narrowed by the kind of conversation."""

from __future__ import annotations

import pytest

from bot.demo.workspace.scopes import (
    KIND_PREFIX,
    SCOPE_OF_EVENT,
    SCOPE_OF_FEATURE,
    SCOPES_OF_APP_TOKEN,
    SCOPES_OF_METHOD,
    event_type,
    scopes_of,
)


@pytest.mark.parametrize(
    ("method", "kind", "scopes"),
    [
        ("conversations.history", "private", {"groups:history"}),
        ("conversations.history", "public", {"channels:history"}),
        ("conversations.replies", "im", {"im:history"}),
        ("conversations.open", "im", {"im:write"}),
        ("conversations.members", "private", {"groups:read"}),
        ("chat.postMessage", "private", {"chat:write"}),
        ("chat.postMessage", "im", {"chat:write"}),
        ("views.open", "im", set()),
    ],
)
def test_the_kind_of_conversation_decides_which_scope_opens_it(
    method: str, kind: str, scopes: set[str]
) -> None:
    assert scopes_of(method, kind) == scopes


def test_without_a_kind_any_of_the_scopes_is_enough() -> None:
    assert scopes_of("conversations.history") == {
        "channels:history",
        "groups:history",
        "im:history",
        "mpim:history",
    }


@pytest.mark.parametrize("method", sorted(SCOPES_OF_METHOD))
def test_a_choice_of_scopes_has_exactly_one_for_each_kind(method: str) -> None:
    choice = SCOPES_OF_METHOD[method]
    narrowed = [scopes_of(method, kind) for kind in KIND_PREFIX]

    if len(choice) > 1:
        assert [len(one) for one in narrowed] == [1] * len(KIND_PREFIX)
        assert frozenset[str]().union(*narrowed) == choice
    else:
        assert narrowed == [choice] * len(KIND_PREFIX)


def test_a_method_of_the_app_token_is_in_no_bot_scope() -> None:
    assert scopes_of("apps.connections.open") == {"connections:write"}
    assert not SCOPES_OF_APP_TOKEN.keys() & SCOPES_OF_METHOD.keys()


@pytest.mark.parametrize("unknown", ["chat.shout", "conversations.History", ""])
def test_a_method_that_is_not_in_the_table_is_an_error(unknown: str) -> None:
    with pytest.raises(KeyError):
        scopes_of(unknown)


@pytest.mark.parametrize(
    ("event", "scopes"),
    [
        ("message.im", {"im:history"}),
        ("message.groups", {"groups:history"}),
        ("subteam_members_changed", {"usergroups:read"}),
        ("member_joined_channel", {"channels:read", "groups:read"}),
        ("app_home_opened", set()),
        ("tokens_revoked", set()),
    ],
)
def test_an_event_names_the_scopes_that_let_it_through(event: str, scopes: set[str]) -> None:
    assert SCOPE_OF_EVENT[event] == scopes


def test_every_message_event_arrives_as_a_message() -> None:
    messages = {event for event in SCOPE_OF_EVENT if event.startswith("message.")}

    assert messages == {"message.channels", "message.groups", "message.im", "message.mpim"}
    assert {event_type(event) for event in messages} == {"message"}
    assert event_type("app_home_opened") == "app_home_opened"


def test_every_scope_in_the_tables_is_written_as_slack_writes_scopes() -> None:
    tables = [*SCOPES_OF_METHOD.values(), *SCOPES_OF_APP_TOKEN.values(), *SCOPE_OF_EVENT.values()]
    scopes = {scope for table in tables for scope in table} | set(SCOPE_OF_FEATURE.values())

    assert "chat:write" in scopes
    assert {scope for scope in scopes if ":" not in scope} == {"commands"}

"""The manifest by itself: Slack would take it, it asks for no more than it says, and says why.

The bounds are those of Slack's manifest schema (github.com/slackapi/manifest-schema), reduced to
what this file uses: any other field is a fault, so that a misspelt one cannot be passed over.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo.workspace.app_config import installed
from bot.demo.workspace.rules_shape import Flag, Items, Record, Text, Word
from bot.demo.workspace.scopes import SCOPE_OF_EVENT, SCOPE_OF_FEATURE, SCOPES_OF_METHOD

MANIFEST = Path(__file__).parents[1] / "manifest.yml"

COMMAND = Record(
    needs={"command": Text(32, shortest=2), "description": Text(2000), "usage_hint": Text(1000)},
    may={"should_escape": Flag(), "url": Text(3000)},
)
SHORTCUT = Record(
    needs={
        "name": Text(24),
        "type": Word(("global", "message")),
        "callback_id": Text(255),
        "description": Text(150),
    }
)
APP_HOME = ("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled")
SHAPE = Record(
    needs={
        "display_information": Record(
            needs={"name": Text(35), "description": Text(140), "long_description": Text(4000, shortest=175)},
            may={"background_color": Text(7, shortest=4)},
        ),
        "features": Record(
            needs={
                "bot_user": Record(needs={"display_name": Text(80), "always_online": Flag()}),
                "app_home": Record(needs=dict.fromkeys(APP_HOME, Flag())),
                "slash_commands": Items(COMMAND, most=50),
                "shortcuts": Items(SHORTCUT, most=10),
            }
        ),
        "oauth_config": Record(
            needs={
                "scopes": Record(
                    needs={"bot": Items(Text(50), most=255), "bot_optional": Items(Text(50), most=255)}
                )
            }
        ),
        "settings": Record(
            needs={
                "event_subscriptions": Record(
                    needs={"bot_events": Items(Text(50), most=100)}, may={"request_url": Text(3000)}
                ),
                "interactivity": Record(needs={"is_enabled": Flag()}, may={"request_url": Text(3000)}),
                "org_deploy_enabled": Flag(),
                "socket_mode_enabled": Flag(),
                "token_rotation_enabled": Flag(),
            }
        ),
    }
)


@pytest.fixture
def manifest() -> Any:
    return yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))


def shape_faults(manifest: Any) -> list[str]:
    """What Slack's schema would say, as JSON pointers with a reason."""
    faults = [f"{fault.pointer}: {fault.message}" for fault in SHAPE.faults(manifest, "")]
    commands = manifest.get("features", {}).get("slash_commands", [])
    return faults + [f"{one['command']}: no slash" for one in commands if not one["command"].startswith("/")]


def test_slack_would_take_the_manifest(manifest: Any) -> None:
    assert shape_faults(manifest) == []


def _misspelt(manifest: Any) -> None:
    manifest["settings"]["socket_mode_enable"] = True


def _without_slash(manifest: Any) -> None:
    manifest["features"]["slash_commands"][0]["command"] = "test-keys"


def _long_name(manifest: Any) -> None:
    manifest["features"]["shortcuts"][0]["name"] = "x" * 25


def _switched_off_by_omission(manifest: Any) -> None:
    del manifest["settings"]["interactivity"]["is_enabled"]


def _quoted_switch(manifest: Any) -> None:
    manifest["features"]["app_home"]["home_tab_enabled"] = "true"


@pytest.mark.parametrize(
    "spoil", [_misspelt, _without_slash, _long_name, _switched_off_by_omission, _quoted_switch]
)
def test_a_spoilt_manifest_is_seen(manifest: Any, spoil: Callable[[Any], None]) -> None:
    spoilt = copy.deepcopy(manifest)
    spoil(spoilt)

    assert shape_faults(spoilt)


def test_the_workspace_of_the_demo_installs_the_app_from_it(manifest: Any) -> None:
    app = installed(manifest)

    assert app.socket_mode
    assert app.interactive
    assert set(app.commands) == {"/test-keys", "/triage"}


def test_clients_can_open_the_home_tab_and_write_to_the_bot(manifest: Any) -> None:
    assert manifest["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_the_shortcut_is_the_promised_one(manifest: Any) -> None:
    (shortcut,) = manifest["features"]["shortcuts"]

    assert (shortcut["name"], shortcut["callback_id"], shortcut["type"]) == (
        "Test exchange keys",
        "test_keys",
        "global",
    )


def test_a_person_named_after_triage_assign_arrives_as_an_id(manifest: Any) -> None:
    escaped = {one["command"]: one["should_escape"] for one in manifest["features"]["slash_commands"]}

    assert escaped == {"/test-keys": False, "/triage": True}


def test_tokens_are_not_rotated_for_that_could_never_be_taken_back(manifest: Any) -> None:
    assert manifest["settings"]["token_rotation_enabled"] is False


def test_in_socket_mode_no_address_is_written_down(manifest: Any) -> None:
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in MANIFEST.read_text(encoding="utf-8")


def test_scopes_and_events_are_ones_that_slack_has_and_stand_once(manifest: Any) -> None:
    tables = [*SCOPES_OF_METHOD.values(), *SCOPE_OF_EVENT.values(), SCOPE_OF_FEATURE.values()]
    known = {scope for table in tables for scope in table}
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert set(scopes) <= known
    assert len(scopes) == len(set(scopes))
    assert set(events) <= SCOPE_OF_EVENT.keys()
    assert len(events) == len(set(events))


def test_an_optional_scope_is_also_among_the_scopes(manifest: Any) -> None:
    """Slack's documents on installing with OAuth ask for it."""
    scopes = manifest["oauth_config"]["scopes"]

    assert set(scopes["bot_optional"]) < set(scopes["bot"])


def test_what_only_some_workspaces_need_may_be_refused(manifest: Any) -> None:
    assert set(manifest["oauth_config"]["scopes"]["bot_optional"]) == {
        "usergroups:read",
        "channels:history",
        "channels:read",
    }


@pytest.mark.parametrize(
    "never", ["chat:write.public", "channels:join", "users:read.email", "mpim:history", "files:read", "admin"]
)
def test_a_scope_that_reaches_further_than_the_promise_is_not_asked_for(manifest: Any, never: str) -> None:
    assert "chat:write" in manifest["oauth_config"]["scopes"]["bot"]
    assert never not in manifest["oauth_config"]["scopes"]["bot"]


def test_every_scope_and_every_event_says_why_it_is_there(manifest: Any) -> None:
    lines = MANIFEST.read_text(encoding="utf-8").splitlines()
    explained = {match[1] for line in lines if (match := re.match(r" +- (\S+) # \S.{8,}$", line))}
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert {*scopes, *events} - explained == set()


def test_the_command_that_opens_the_dialog_asks_nobody_to_type_a_key(manifest: Any) -> None:
    (hint,) = [
        one["usage_hint"] for one in manifest["features"]["slash_commands"] if one["command"] == "/test-keys"
    ]

    assert "never type a key" in hint

"""The manifest's variants: over HTTP, and with the leak guard. Each is whole, explained and no wider."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.__main__ import app
from bot.demo.workspace.app_config import installed
from bot.demo.workspace.scopes import SCOPE_OF_EVENT
from bot.manifest import MANIFEST, manifest_text
from tests.test_manifest import shape_faults

URL = "https://keydesk.example.com/slack/events"
VARIANTS = [(None, False), (None, True), (URL, False), (URL, True)]
GUARDED = {"message.channels", "message.groups"}


def scopes(manifest: Any) -> set[str]:
    return set(manifest["oauth_config"]["scopes"]["bot"])


def events(manifest: Any) -> set[str]:
    return set(manifest["settings"]["event_subscriptions"]["bot_events"])


def optional(manifest: Any) -> set[str]:
    return set(manifest["oauth_config"]["scopes"]["bot_optional"])


def printed(*arguments: str) -> Any:
    result = CliRunner().invoke(app, ["manifest", *arguments])
    assert result.exit_code == 0, result.output
    return yaml.safe_load(result.output)


def test_without_a_wish_it_is_the_file_itself() -> None:
    assert manifest_text() == MANIFEST.read_text(encoding="utf-8")


@pytest.mark.parametrize(("url", "guard"), VARIANTS)
def test_slack_would_take_every_variant_and_the_workspace_installs_it(url: str | None, guard: bool) -> None:
    manifest = yaml.safe_load(manifest_text(url, leak_guard=guard))

    assert shape_faults(manifest) == []
    assert installed(manifest).socket_mode is (url is None)


@pytest.mark.parametrize(("url", "guard"), VARIANTS)
def test_every_scope_and_event_of_every_variant_says_why_it_is_there(url: str | None, guard: bool) -> None:
    text = manifest_text(url, leak_guard=guard)
    explained = {m[1] for line in text.splitlines() if (m := re.match(r" +- (\S+) # \S.{8,}$", line))}
    manifest = yaml.safe_load(text)

    assert (scopes(manifest) | events(manifest)) - explained == set()


def test_no_message_of_a_channel_is_heard_unless_the_guard_was_asked_for() -> None:
    assert not GUARDED & events(yaml.safe_load(manifest_text()))
    assert not GUARDED & events(yaml.safe_load(manifest_text(URL)))


def test_the_guard_adds_events_no_scope_and_makes_one_scope_firm() -> None:
    usual, guarded = yaml.safe_load(manifest_text()), yaml.safe_load(manifest_text(leak_guard=True))

    assert events(guarded) - events(usual) == GUARDED
    assert scopes(guarded) == scopes(usual)
    assert optional(usual) - optional(guarded) == {"channels:history"}
    for event in GUARDED:
        assert SCOPE_OF_EVENT[event] <= scopes(guarded) - optional(guarded)


def test_over_http_the_address_stands_wherever_slack_asks_for_one() -> None:
    manifest = yaml.safe_load(manifest_text(URL))

    assert [one["url"] for one in manifest["features"]["slash_commands"]] == [URL, URL]
    assert manifest["settings"]["event_subscriptions"]["request_url"] == URL
    assert manifest["settings"]["interactivity"]["request_url"] == URL
    assert manifest["settings"]["socket_mode_enabled"] is False


def test_the_command_prints_each_variant() -> None:
    assert printed() == yaml.safe_load(manifest_text())
    assert printed("--leak-guard") == yaml.safe_load(manifest_text(leak_guard=True))
    assert printed("--http", "https://keydesk.example.com") == yaml.safe_load(manifest_text(URL))


@pytest.mark.parametrize(
    "address",
    [
        "http://keydesk.example.com",
        "keydesk.example.com",
        "https://a b",
        "https://x/y?z=1",
        'https://x/"\n- a: b',
    ],
)
def test_an_address_that_slack_would_not_take_is_told(address: str) -> None:
    result = CliRunner().invoke(app, ["manifest", "--http", address])

    assert result.exit_code == 2
    assert "https://" in result.output

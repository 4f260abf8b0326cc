"""The doctor tells what is wrong with the Slack app, one fault at a time, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from bot.demo.kucoin.faults import Fault as VenueFault
from bot.demo.stage import MANIFEST, Stage
from bot.demo.workspace.faults import Fault
from bot.doctor import State
from bot.slack.preflight import NEEDED_SCOPES
from tests.bot.doctor.conftest import Examine
from tests.bot.doctor.findings import named, to_mend, unseen

FOREVER: dict[str, Any] = {"times": None}


async def test_where_all_is_well_every_line_says_so(examine: Examine) -> None:
    report = await examine()

    assert to_mend(report) == {}
    assert unseen(report) == set()
    assert report.exit_code == 0
    assert {line.area for line in report.lines} == {
        "settings", "slack", "staff", "database", "keys", "exchange", "mail", "messages"
    }  # fmt: skip


async def test_it_looks_beside_a_running_bot_and_changes_nothing(stage: Stage, examine: Examine) -> None:
    await stage.start()
    calls_before, sockets = len(stage.slack.calls), stage.slack.sockets

    report = await examine()

    assert report.healthy
    assert named(report, "replicas").says == "1 is running."
    assert stage.slack.sockets == sockets
    asked = {call.method for call in stage.slack.calls[calls_before:]}
    assert asked >= {"auth.test", "conversations.info", "usergroups.list"}
    assert asked.isdisjoint({"chat.postMessage", "chat.update", "conversations.join", "views.publish"})


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault.TOKEN_REVOKED, "Slack refuses SLACK_BOT_TOKEN (token_revoked). Copy it again"),
        (Fault.INVALID_AUTH, "Slack refuses SLACK_BOT_TOKEN (invalid_auth). Copy it again"),
        (Fault.ACCOUNT_INACTIVE, "Slack refuses SLACK_BOT_TOKEN (account_inactive). Copy it again"),
        (Fault.DROP_BEFORE_STORE, "Slack does not answer. Check the network, SLACK_API_URL"),
        (Fault.HTTP_503, "Slack is busy just now (status 503). Run this again in a minute."),
        (Fault.INTERNAL_ERROR, "Slack is busy just now (internal_error)."),
    ],
)
async def test_a_bot_token_that_is_not_taken(stage: Stage, examine: Examine, fault: Fault, says: str) -> None:
    planned = stage.slack.faults.add("auth.test", fault, **FOREVER)
    report = await examine()

    assert says in to_mend(report)["bot token"]
    assert "staff channel" in unseen(report)
    assert report.exit_code == 1

    stage.slack.faults.remove(planned)
    assert (await examine()).healthy


async def test_a_token_that_was_revoked_for_good(stage: Stage, examine: Examine) -> None:
    stage.slack.admin.revoke_tokens()

    mending = to_mend(await examine())

    assert "token_revoked" in mending["bot token"]
    assert "token_revoked" in mending["app token"]


async def test_no_fault_of_slack_hides_one_elsewhere(stage: Stage, examine: Examine) -> None:
    stage.slack.admin.revoke_tokens()
    stage.kucoin.faults.add(VenueFault.DOWN)

    mending = to_mend(await examine(secret_keys="kd1.nothing"))

    assert {"bot token", "app token", "SECRET_KEYS"} <= mending.keys()
    assert any(name.startswith("KuCoin 127.0.0.1") for name in mending)


async def test_an_app_token_that_is_not_taken(examine: Examine) -> None:
    report = await examine(slack_app_token="xapp-1-wrong")

    assert "Slack refuses SLACK_APP_TOKEN (invalid_auth). Copy it again" in to_mend(report)["app token"]
    assert named(report, "bot token").state is State.OK


async def test_socket_mode_that_is_switched_off(stage: Stage, examine: Examine) -> None:
    _installed(stage, lambda manifest: manifest["settings"].update(socket_mode_enabled=False))

    assert to_mend(await examine()) == {
        "app token": "Switch Socket Mode on in the settings of the Slack app."
    }


async def test_in_http_mode_the_signing_secret_is_looked_at_instead(examine: Examine) -> None:
    report = await examine(slack_mode="http", slack_app_token=None)

    assert report.healthy
    assert named(report, "signing secret").says.startswith("Set.")
    assert "app token" not in {line.name for line in report.lines}


@pytest.mark.parametrize("scope", [*NEEDED_SCOPES, "files:write", "groups:history"])
async def test_a_scope_that_is_missing_is_named_with_its_reason(
    stage: Stage, examine: Examine, scope: str
) -> None:
    before = named(await examine(), f"scope {scope}")
    _installed(stage, lambda manifest: manifest["oauth_config"]["scopes"]["bot"].remove(scope))

    report = await examine()

    says = to_mend(report)[f"scope {scope}"]
    assert before.state is State.OK
    assert says.startswith("Missing. It is for ")
    assert before.says.removeprefix("Granted. ") in says
    assert "install the app again" in says


async def test_a_missing_scope_names_what_could_not_be_looked_at(stage: Stage, examine: Examine) -> None:
    _installed(stage, lambda m: m["oauth_config"]["scopes"]["bot"].remove("groups:read"))

    mending = to_mend(await examine())

    assert "it needs groups:read" in mending["staff channel"]


async def test_the_scope_of_the_user_group_is_needed_where_one_is_set(stage: Stage, examine: Examine) -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    stage.slack.install(manifest, refused=["usergroups:read"])

    mending = to_mend(await examine())
    assert "STAFF_USERGROUP" in mending["scope usergroups:read"]
    assert "it needs usergroups:read" in mending["user group"]

    assert (await examine(staff_usergroup=None)).healthy


async def test_a_public_staff_channel_needs_the_scopes_of_public_channels(
    stage: Stage, examine: Examine
) -> None:
    report = await examine(staff_channel=stage.general.id)

    assert "public" in named(report, "staff channel").says
    assert named(report, "scope channels:history").state is State.OK


async def test_a_scope_that_nothing_needs_may_be_taken_away(stage: Stage, examine: Examine) -> None:
    _installed(stage, lambda manifest: manifest["oauth_config"]["scopes"]["bot"].append("pins:write"))

    report = await examine()

    assert "not needed" in named(report, "scope pins:write").says
    assert report.healthy


def _installed(stage: Stage, change: Callable[[Any], None]) -> None:
    """Install the app from the manifest with a change; what then lacks its scope is not subscribed to."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    change(manifest)
    manifest["settings"]["event_subscriptions"]["bot_events"] = []
    manifest["features"].update(slash_commands=[], shortcuts=[])
    stage.slack.install(manifest)

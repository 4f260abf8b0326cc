"""Are the tokens good, are the scopes granted, is the staff channel ours alone? Asked before anything runs.

slack_sdk connects for ever on a bad app token without saying so, so both tokens are tried first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.reach import NO_ANSWER, answer_of, is_passing, word_of

NEEDED_SCOPES = {
    "commands": "the commands /test-keys and /triage",
    "chat:write": "results in direct messages and cards in the staff channel",
    "im:history": "direct messages to the bot, and reading back whether ours arrived",
    "im:write": "the direct message channel of a client",
    "users:read": "who is a guest or of another company",
}
"""Scope → what it is for. Without one of these nothing can be promised, so the start stops."""

STAFF_CHANNEL_SCOPES = {
    "read": "who is in the staff channel, and whether it is shared",
    "history": "finding a card again, so that nothing is posted twice",
}
"""Prefixed with ``groups:`` for a private channel, ``channels:`` for a public one."""

UNREACHABLE = "Slack cannot be reached. Check the network and SLACK_API_URL."

NOT_YET = frozenset({"channel_not_found", "not_in_channel", "method_not_supported_for_channel_type"})
"""The staff channel is not there, or the bot is not in it: messages wait, and `doctor` says so."""


class CannotStart(Exception):  # noqa: N818 - it says what is the matter
    """What is wrong and what to do; fit to be printed, holds no token."""


class NotNow(CannotStart):
    """It may work in a minute, without anybody mending anything."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in Slack, and what we may do."""

    team_id: str
    bot_user_id: str
    scopes: frozenset[str]


NOBODY = Identity("", "", frozenset())


async def preflight(
    client: AsyncWebClient, app_token: str | None, staff_channel: str, usergroup: str | None
) -> Identity:
    """Check what the start depends on.

    Raises:
        CannotStart: with the name of the setting or scope, and what to do.
    """
    identity = await identified(client)
    needed = dict(NEEDED_SCOPES)
    if usergroup:
        needed["usergroups:read"] = "who is in the user group STAFF_USERGROUP"
    _all_granted(identity, needed)
    if app_token is not None:
        await _app_token_works(client, app_token)
    await _staff_channel_is_ours(client, staff_channel, identity)
    return identity


def _all_granted(identity: Identity, needed: dict[str, str]) -> None:
    for scope, why in needed.items():
        if scope not in identity.scopes:
            raise CannotStart(
                f"The Slack app lacks the scope {scope} ({why}). "
                "Add it under OAuth & Permissions, install the app again, then start keydesk."
            )


async def identified(client: AsyncWebClient) -> Identity:
    """Who the bot token belongs to.

    Raises:
        CannotStart: Slack refuses it, or cannot be reached.
    """
    answer = await _asked(client.auth_test(), "SLACK_BOT_TOKEN")
    granted = answer.headers.get("x-oauth-scopes") or answer.headers.get("X-OAuth-Scopes") or ""
    scopes = frozenset(scope.strip() for scope in granted.split(",") if scope.strip())
    return Identity(answer["team_id"], answer["user_id"], scopes)


async def _app_token_works(client: AsyncWebClient, app_token: str) -> None:
    await _asked(client.apps_connections_open(app_token=app_token), "SLACK_APP_TOKEN")


async def _staff_channel_is_ours(client: AsyncWebClient, channel: str, identity: Identity) -> None:
    """A staff channel that another company can read would show them every case."""
    answer = await _asked(client.conversations_info(channel=channel), "STAFF_CHANNEL", NOT_YET)
    if answer is None:
        return
    if answer["channel"].get("is_ext_shared"):
        raise CannotStart(
            "STAFF_CHANNEL is shared with another company, who would see every case. "
            "Use a channel of your own."
        )
    kind = "groups" if answer["channel"].get("is_private") else "channels"
    _all_granted(identity, {f"{kind}:{what}": why for what, why in STAFF_CHANNEL_SCOPES.items()})


async def _asked(call: Any, setting: str, expected: frozenset[str] = frozenset()) -> Any:
    """Slack's answer; None where it refuses with one of the *expected* words."""
    try:
        return await call
    except SlackApiError as error:
        code, passing, answered = word_of(error), is_passing(error), answer_of(error) or {}
    except NO_ANSWER:
        raise NotNow(UNREACHABLE) from None
    if code in expected:
        return None
    if passing:
        raise NotNow(f"Slack is busy just now ({code}). Start keydesk again in a minute.")
    if code == "missing_scope":
        _all_granted(NOBODY, {str(answered.get("needed")): f"to check {setting}"})
    raise CannotStart(f"Slack refuses {setting} ({code}). Copy it again from the Slack app's settings.")

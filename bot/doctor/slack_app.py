"""The Slack app: its tokens, and its scopes, granted against needed, with the reason of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.doctor.report import Line, mend, ok, unseen
from bot.doctor.settings_told import Given
from bot.slack.lookup import NO_ANSWER_WORD, Heard, Lookup
from bot.slack.preflight import NEEDED_SCOPES, STAFF_CHANNEL_SCOPES

AREA = "slack"
TOKEN_REFUSED = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "no_permission"}
)
FILES = "files:write"
FILES_REASON = "the chart of /triage stats and the file of /triage export"
GROUP, GROUP_REASON = "usergroups:read", "who is in the user group STAFF_USERGROUP"
APP_TOKEN_WORDS = {
    "socket_mode_not_enabled": "Switch Socket Mode on in the settings of the Slack app.",
    "missing_scope": "Make a new app-level token with the scope connections:write, and set it.",
    "not_allowed_token_type": "This is no app-level token. Copy the one that starts with xapp-.",
}


def trouble(heard: Heard, setting: str) -> str:
    """What to do where Slack says no to a question about *setting*."""
    word = heard.word
    if word == NO_ANSWER_WORD:
        return "Slack does not answer. Check the network, SLACK_API_URL and Slack's own status."
    if heard.passing:
        return f"Slack is busy just now ({word}). Run this again in a minute."
    if word == "missing_scope":
        return "The Slack app lacks a scope: see the scopes."
    if word in TOKEN_REFUSED:
        return f"Slack refuses {setting} ({word}). Copy it again from the settings of the Slack app."
    return f"Slack answers {word}. Check {setting}."


def token_line(heard: Heard) -> Line:
    if heard.word is not None:
        return mend(AREA, "bot token", trouble(heard, "SLACK_BOT_TOKEN"))
    return ok(AREA, "bot token", f"Slack takes it: user {heard.said.get('user_id')} of {_team(heard)}.")


def _team(heard: Heard) -> str:
    return f"team {heard.said.get('team_id')}"


async def door_lines(told: Given, lookup: Lookup) -> list[Line]:
    """How Slack's deliveries reach us: the app-level token, or the signing secret."""
    settings = told.settings
    lines: list[Line] = []
    if wrong := told.wrong("slack_app_token"):
        lines.append(unseen(AREA, "app token", f"{wrong} is missing or wrong"))
    elif settings.slack_app_token is not None and settings.slack_mode == "socket":
        heard = await lookup.app_token(settings.slack_app_token)
        lines.append(_app_token_line(heard))
    if settings.slack_mode == "http" and not told.wrong("slack_mode", "slack_signing_secret"):
        says = (
            "Set. Whether it is the right one shows with Slack's first delivery: a wrong one is refused, "
            "and counted in keydesk_deliveries_refused_total."
        )
        lines.append(ok(AREA, "signing secret", says))
    return lines


def _app_token_line(heard: Heard) -> Line:
    if heard.word is None:
        return ok(AREA, "app token", "Slack would open a socket for it.")
    instead = APP_TOKEN_WORDS.get(heard.word)
    return mend(AREA, "app token", instead or trouble(heard, "SLACK_APP_TOKEN"))


def scope_lines(granted: Iterable[str], *, usergroup: bool, private: bool | None) -> list[Line]:
    """One line for each scope that is needed, needed elsewhere, or granted in vain.

    Args:
        usergroup: Whether a user group is set.
        private: Whether the staff channel is private; None where that is not known.
    """
    has = frozenset(granted)
    needed = needed_scopes(usergroup=usergroup, private=private)
    lines = [_scope_line(scope, why, scope in has) for scope, why in needed.items()]
    needless = sorted(has - needed.keys() - _at_times().keys())
    return lines + [
        ok(AREA, f"scope {s}", "Granted, and not needed: it may be taken away.") for s in needless
    ]


def needed_scopes(*, usergroup: bool, private: bool | None) -> Mapping[str, str]:
    """Scope → what it is for, with these settings."""
    needed = NEEDED_SCOPES | {FILES: FILES_REASON}
    if usergroup:
        needed |= {GROUP: GROUP_REASON}
    if private is not None:
        needed |= _of_channel("groups" if private else "channels")
    return needed


def _of_channel(kind: str) -> dict[str, str]:
    return {f"{kind}:{what}": why for what, why in STAFF_CHANNEL_SCOPES.items()}


def _at_times() -> dict[str, str]:
    """What the manifest asks for and some settings do without."""
    return {GROUP: GROUP_REASON} | _of_channel("groups") | _of_channel("channels")


def _scope_line(scope: str, why: str, granted: bool) -> Line:
    if granted:
        return ok(AREA, f"scope {scope}", f"Granted. It is for {why}.")
    add = "Add it under OAuth & Permissions → Bot Token Scopes, and install the app again."
    return mend(AREA, f"scope {scope}", f"Missing. It is for {why}. {add}")

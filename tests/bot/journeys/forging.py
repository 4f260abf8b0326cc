"""Payloads as an attacker would make them: any interaction there is, by anybody, with any value."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from typing import Any, NamedTuple, cast

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.conversations import listen
from bot.slack.edge import Edge
from bot.slack.kit import Kit

Payload = dict[str, Any]

SAMPLES: dict[str, list[str]] = {
    "^triage_(next|previous)$": ["triage_next", "triage_previous"],
    ".*": ["nobody_knows_this"],
}
"""A pattern of a listener → ids that it takes. A new pattern without a row here fails the test."""


class Forger(NamedTuple):
    """Who Slack says that it was."""

    team_id: str
    user_id: str


class Interaction(NamedTuple):
    """A way to do something: its kind and its name."""

    kind: str
    name: str


class _NotingApp(AsyncApp):
    """Bolt itself, which also notes under which name each listener was registered."""

    def __init__(self) -> None:
        super().__init__(client=AsyncWebClient(token="xoxb-not-used"), request_verification_enabled=False)
        self.noted: dict[str, list[Any]] = defaultdict(list)

    def command(self, command: Any, *args: Any, **more: Any) -> Any:
        self.noted["command"].append(command)
        return super().command(command, *args, **more)

    def shortcut(self, constraints: Any, *args: Any, **more: Any) -> Any:
        self.noted["shortcut"].append(constraints)
        return super().shortcut(constraints, *args, **more)

    def action(self, constraints: Any, *args: Any, **more: Any) -> Any:
        self.noted["action"].append(constraints)
        return super().action(constraints, *args, **more)

    def view(self, constraints: Any, *args: Any, **more: Any) -> Any:
        self.noted["view"].append(constraints)
        return super().view(constraints, *args, **more)


def every_interaction() -> list[Interaction]:
    """All that is registered, with patterns replaced by samples.

    Raises:
        KeyError: a pattern that has no sample.
    """
    edge = Edge(cast("Kit", None), AsyncWebClient(token="xoxb-not-used"))
    noting = _NotingApp()
    edge.app = noting
    listen(edge)
    return [
        Interaction(kind, sample)
        for kind, names in noting.noted.items()
        for name in names
        for sample in (SAMPLES[name.pattern] if isinstance(name, re.Pattern) else [name])
    ]


def forged(what: Interaction, who: Forger, value: str, channel: str, trigger_id: str) -> tuple[str, Payload]:
    """How it is delivered, and the payload."""
    common = {
        "team": {"id": who.team_id, "domain": "x"},
        "user": {"id": who.user_id, "team_id": who.team_id, "username": "x", "name": "x"},
        "trigger_id": trigger_id,
        "api_app_id": "A1",
    }
    if what.kind == "command":
        return "slash_commands", _command(what.name, who, value, channel, trigger_id)
    if what.kind == "shortcut":
        return "interactive", {"type": "shortcut", "callback_id": what.name, "action_ts": "1.1", **common}
    if what.kind == "view":
        return "interactive", {"type": "view_submission", "view": _view(what.name, value), **common}
    action = {"type": "button", "block_id": "b", "action_id": what.name, "value": value, "action_ts": "1.1"}
    action["selected_option"] = {"value": value}  # type: ignore[assignment]  # of a menu
    container = {"type": "message", "message_ts": "1.1", "channel_id": channel}
    place = {"channel": {"id": channel, "name": "x"}, "container": container}
    return "interactive", {"type": "block_actions", "actions": [action], **place, **common}


def _command(name: str, who: Forger, text: str, channel: str, trigger_id: str) -> Payload:
    ids = {"team_id": who.team_id, "user_id": who.user_id, "channel_id": channel}
    return {"command": name, "text": text, "trigger_id": trigger_id, "api_app_id": "A1", **ids}


def _view(callback_id: str, value: str) -> Payload:
    """A dialog of ours, or nearly: its metadata and its field hold *value*."""
    values = {
        "text": {"text": {"type": "plain_text_input", "value": f"words about {value[:20]}"}},
        "account": {"account": {"selected_option": {"value": "spot_margin"}}},
        **{name: {name: {"value": value}} for name in ("key", "secret", "passphrase")},
    }
    return {
        "id": f"V{uuid.uuid4().hex[:10]}",
        "hash": "1.1",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": value,
        "state": {"values": values},
        "title": {"type": "plain_text", "text": "Forged"},
    }

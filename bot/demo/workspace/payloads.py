"""The payloads of interactions, shaped as Slack's (Slack docs, Interaction payloads; Bolt's tests)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.demo.workspace import forms
from bot.demo.workspace.records import (
    ChannelRecord,
    MessageRecord,
    Payload,
    TeamRecord,
    UserRecord,
    ViewRecord,
)
from bot.demo.workspace.triggers import Triggers
from bot.demo.workspace.world import World

VERIFICATION_TOKEN = "verification_token"


class Payloads:
    """Builds what goes to the app when a person acts."""

    def __init__(self, world: World, triggers: Triggers) -> None:
        self._world = world
        self._triggers = triggers

    def command(self, user: UserRecord, channel: ChannelRecord, name: str, text: str) -> Payload:
        """A slash command; a form, so every value is text."""
        team = self._world.teams[user.team_id]
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": team.team_id,
            "team_domain": team.domain,
            "channel_id": channel.channel_id,
            "channel_name": _name(channel),
            "user_id": user.user_id,
            "user_name": user.name,
            "command": name,
            "text": text,
            "api_app_id": self._world.app_id,
            "is_enterprise_install": "false",
            "response_url": self._triggers.issue_url(user.user_id, channel.channel_id),
            "trigger_id": self._triggers.issue(user.user_id, channel_id=channel.channel_id),
        }

    def shortcut(self, user: UserRecord, callback_id: str) -> Payload:
        """A global shortcut: no channel, no address to answer to."""
        return {
            **self._common("shortcut", user, self._world.teams[user.team_id]),
            "action_ts": self._world.next_ts(),
            "user": {"id": user.user_id, "username": user.name, "team_id": user.team_id},
            "callback_id": callback_id,
            "trigger_id": self._triggers.issue(user.user_id),
        }

    def message_shortcut(
        self, user: UserRecord, callback_id: str, channel: ChannelRecord, message: MessageRecord
    ) -> Payload:
        """An entry of a message's own menu."""
        return {
            **self._common("message_action", user, self._world.teams[user.team_id]),
            "action_ts": self._world.next_ts(),
            "callback_id": callback_id,
            "trigger_id": self._triggers.issue(user.user_id, channel_id=channel.channel_id),
            "channel": {"id": channel.channel_id, "name": _name(channel)},
            "message_ts": message.ts,
            "message": message_body(message),
            "response_url": self._triggers.issue_url(
                user.user_id, channel.channel_id, message.ts, message.thread_ts
            ),
        }

    def message_action(
        self, user: UserRecord, channel: ChannelRecord, message: MessageRecord, action: Payload
    ) -> Payload:
        """A press on a message; an ephemeral one is not handed along."""
        return {
            **self._action(user, action, channel=channel),
            **_where(channel, message),
            "state": {"values": forms.state(self._world, message.blocks, message.inputs)},
            "response_url": self._triggers.issue_url(
                user.user_id, channel.channel_id, message.ts, message.thread_ts
            ),
        }

    def message_suggestion(
        self,
        user: UserRecord,
        channel: ChannelRecord,
        message: MessageRecord,
        field: forms.Field,
        typed: str,
    ) -> Payload:
        """Something typed into a message's menu whose options the app has."""
        return {**self._suggestion(user, field, typed), **_where(channel, message)}

    def view_suggestion(self, user: UserRecord, view: ViewRecord, field: forms.Field, typed: str) -> Payload:
        """The same in a dialog or on the Home tab."""
        return {
            **self._suggestion(user, field, typed),
            "container": {"type": "view", "view_id": view.view_id},
            "view": self.view(view),
        }

    def view_action(self, user: UserRecord, view: ViewRecord, action: Payload) -> Payload:
        """A press in a dialog or on the Home tab: no address to answer to."""
        return {
            **self._action(user, action, view),
            "container": {"type": "view", "view_id": view.view_id},
            "view": self.view(view),
        }

    def submission(self, user: UserRecord, view: ViewRecord) -> Payload:
        """The dialog's main button."""
        return {
            **self._common("view_submission", user, self._world.teams[user.team_id]),
            "trigger_id": self._triggers.issue(user.user_id, view.view_id, view.opened_from),
            "view": self.view(view),
            "response_urls": list(self._response_urls(user, view)),
        }

    def _response_urls(self, user: UserRecord, view: ViewRecord) -> Iterator[Payload]:
        """An address for each conversation that was chosen in a menu which asks for one (docs, Modals)."""
        blocks = [block for block in view.body["blocks"] if block.get("type") == "input"]
        for field in forms.fields(self._world, blocks):
            chosen = view.inputs.get(field.path, field.blank())[field.kind.key]
            if field.element.get("response_url_enabled") and chosen in self._world.channels:
                yield {
                    "block_id": field.block_id,
                    "action_id": field.action_id,
                    "channel_id": chosen,
                    "response_url": self._triggers.issue_url(user.user_id, chosen),
                }

    def closed(self, user: UserRecord, view: ViewRecord, cleared: bool) -> Payload:
        """A dialog that was closed without sending; what was typed is not handed along."""
        shown = self.view(view)
        shown["state"] = {"values": {}}
        common = self._common("view_closed", user, self._world.teams[user.team_id])
        return {**common, "view": shown, "is_cleared": cleared}

    def view(self, view: ViewRecord) -> Payload:
        """A view as Slack hands it out."""
        ours = self._world.team.team_id
        return {
            "id": view.view_id,
            "team_id": self._world.users[view.user_id].team_id,
            "app_id": self._world.app_id,
            "app_installed_team_id": ours,
            "bot_id": self._world.bot_id,
            "callback_id": "",
            "private_metadata": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "title": None,
            "submit": None,
            "close": None,
            **view.body,
            "external_id": view.external_id,
            "hash": view.hash,
            "root_view_id": view.root_view_id,
            "previous_view_id": view.previous_view_id,
            "state": {"values": forms.state(self._world, view.body["blocks"], view.inputs)},
        }

    def _suggestion(self, user: UserRecord, field: forms.Field, typed: str) -> Payload:
        about = {"block_id": field.block_id, "action_id": field.action_id, "value": typed}
        return {**self._common("block_suggestion", user, self._world.team), **about}

    def _action(
        self,
        user: UserRecord,
        action: Payload,
        view: ViewRecord | None = None,
        channel: ChannelRecord | None = None,
    ) -> Payload:
        view_id, place = (view.view_id, view.opened_from) if view else (None, None)
        place = channel.channel_id if channel else place
        return {
            **self._common("block_actions", user, self._world.team),
            "trigger_id": self._triggers.issue(user.user_id, view_id, place),
            "actions": [{**action, "action_ts": self._world.next_ts()}],
        }

    def _common(self, kind: str, user: UserRecord, team: TeamRecord) -> Payload:
        return {
            "type": kind,
            "token": VERIFICATION_TOKEN,
            "api_app_id": self._world.app_id,
            "team": {"id": team.team_id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {
                "id": user.user_id,
                "username": user.name,
                "name": user.name,
                "team_id": user.team_id,
            },
        }


def _name(channel: ChannelRecord) -> str:
    """A private channel's own name is kept from the app here, as in Slack's payloads."""
    return "privategroup" if channel.kind == "private" else channel.name


def _where(channel: ChannelRecord, message: MessageRecord) -> Payload:
    """The message in which a person acted; an ephemeral one is not handed along."""
    container: Payload = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.channel_id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    where: Payload = {"container": container, "channel": {"id": channel.channel_id, "name": _name(channel)}}
    return where if message.ephemeral_to is not None else where | {"message": message_body(message)}


def message_body(message: MessageRecord, metadata: bool | None = None) -> Payload:
    """A message as Slack hands it out.

    Args:
        metadata: None leaves it out, False tells only its type, True all of it.
    """
    body: Payload = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": message.team,
    }
    optional = ("subtype", "bot_id", "app_id", "client_msg_id", "blocks", "attachments", "thread_ts")
    for key in (*optional, "edited", "reactions", "files"):
        if value := getattr(message, key):
            body[key] = value
    if message.metadata is not None and metadata is not None:
        event_type = {"event_type": message.metadata["event_type"]}
        body["metadata"] = message.metadata if metadata else event_type
    return body

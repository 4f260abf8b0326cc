"""What one person has on their screen, as JSON for the page: never what only others see."""

from __future__ import annotations

from typing import Any

from bot.demo.workspace import ChannelRecord, Person, PersonKind, Workspace
from bot.demo.workspace.records import MessageRecord, Payload, ViewRecord
from bot.demo.workspace.words import seen_by

KIND_WORDS = {
    PersonKind.MEMBER: "member",
    PersonKind.ADMIN: "admin",
    PersonKind.GUEST: "guest",
    PersonKind.SINGLE_GUEST: "single-channel guest",
    PersonKind.EXTERNAL: "another company, by Slack Connect",
    PersonKind.STRANGER: "stranger: shares no channel",
    PersonKind.DEACTIVATED: "deactivated",
}
Json = dict[str, Any]


def screen(slack: Workspace, person: Person, place_id: str = "", thread_ts: str = "") -> Json:
    """Everything that the person's pane shows.

    Args:
        place_id: The conversation that is open; "" for the app's.
        thread_ts: The message whose thread is open; "" for none.
    """
    place = place_of(slack, person, place_id)
    return {
        "me": {"id": person.user_id, "name": person.name, "kind": KIND_WORDS[person.record.kind]},
        "team": slack.team_name,
        "app": {"id": slack.bot_user_id, "name": slack.app_name, "home": slack.home_tab},
        "places": [_place(slack, channel, person) for channel in _places(slack, person)],
        "open": place.channel_id if place else "",
        "mayWrite": _may_write(person, place, place_id),
        "messages": [_message(slack, m, place, person) for m in _top(place, person)] if place else [],
        "thread": [_message(slack, m, place, person) for m in _thread(place, person, thread_ts)],
        "home": _home(person.record.home),
        "dialogs": [_dialog(view) for view in person.record.stack],
        "names": _names(slack),
        "commands": list(slack.commands),
        "shortcuts": _entries(slack.shortcuts),
        "messageShortcuts": _entries(slack.message_shortcuts),
    }


def place_of(slack: Workspace, person: Person, place_id: str) -> ChannelRecord | None:
    """The conversation of that id, as far as the person is in it; "" is the app's.

    Raises:
        LookupError: they are in no such conversation.
    """
    if not place_id:
        return person.app_conversation
    for channel in _places(slack, person):
        if channel.channel_id == place_id:
            return channel
    raise LookupError("this person is in no such conversation")


def _places(slack: Workspace, person: Person) -> list[ChannelRecord]:
    own = person.app_conversation
    channels = [channel for channel in slack.channels if person.user_id in channel.members]
    return [*channels, *([own] if own else [])]


def _entries(shortcuts: list[tuple[str, str]]) -> list[Json]:
    return [{"id": callback_id, "name": name} for callback_id, name in shortcuts]


def _place(slack: Workspace, channel: ChannelRecord, person: Person) -> Json:
    visible = [m.ts for m in _top(channel, person) if m.user != person.user_id]
    return {
        "id": channel.channel_id,
        "name": _name(slack, channel, person),
        "kind": "shared" if channel.ext_shared else channel.kind,
        "latest": max(visible, default=""),
        "received": visible,
    }


def _name(slack: Workspace, channel: ChannelRecord, person: Person) -> str:
    """A direct message among several is called after the others in it."""
    if channel.kind != "mpim":
        return channel.name
    others = [user_id for user_id in channel.members if user_id not in {person.user_id, slack.bot_user_id}]
    return ", ".join([*(slack.person(user_id).name for user_id in others), slack.app_name])


def _may_write(person: Person, place: ChannelRecord | None, place_id: str) -> bool:
    if place is None or place.im_with is not None:
        return not place_id and person.may_write_to_app
    return not place.archived


def _visible(message: MessageRecord, person: Person) -> bool:
    return message.ephemeral_to in {None, person.user_id}


def _top(place: ChannelRecord, person: Person) -> list[MessageRecord]:
    return [m for m in place.messages if _visible(m, person) and (m.thread_ts in {None, m.ts} or m.broadcast)]


def _thread(place: ChannelRecord | None, person: Person, ts: str) -> list[MessageRecord]:
    if place is None or not ts:
        return []
    return [m for m in place.messages if _visible(m, person) and ts in {m.ts, m.thread_ts}]


def _message(slack: Workspace, message: MessageRecord, place: ChannelRecord | None, person: Person) -> Json:
    replies = [m for m in place.messages if m.thread_ts == message.ts != m.ts] if place else []
    return {
        "ts": message.ts,
        "user": message.user,
        "bot": message.bot_id is not None,
        "text": message.text,
        "blocks": seen_by(message.blocks, person.user_id),
        "attachments": message.attachments,
        "files": message.files,
        "inputs": message.inputs,
        "reactions": [reaction["name"] for reaction in message.reactions],
        "ephemeral": message.ephemeral_to is not None,
        "edited": message.edited is not None,
        "replies": len([m for m in replies if _visible(m, person)]),
    }


def _home(view: ViewRecord | None) -> Json | None:
    if view is None:
        return None
    return {"hash": view.hash, "blocks": view.body["blocks"], "inputs": view.inputs}


def _dialog(view: ViewRecord) -> Json:
    return {
        "id": view.view_id,
        "hash": view.hash,
        **{part: (view.body.get(part) or {}).get("text", "") for part in ("title", "submit", "close")},
        "blocks": view.body["blocks"],
        "inputs": view.inputs,
        "errors": view.errors,
    }


def _names(slack: Workspace) -> Payload:
    return {
        "users": {person.user_id: person.name for person in slack.people}
        | {slack.bot_user_id: slack.app_name},
        "channels": {channel.channel_id: channel.name for channel in slack.channels},
        "groups": {group.usergroup_id: group.handle for group in slack.usergroups},
    }

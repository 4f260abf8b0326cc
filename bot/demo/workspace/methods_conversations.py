"""conversations.*: what there is to know of a channel, who is in it, what was said."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from bot.demo.workspace.method import Request, method
from bot.demo.workspace.payloads import message_body
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import ChannelRecord, MessageRecord, Payload
from bot.demo.workspace.scopes import scopes_of

T = TypeVar("T")
RANGE = "cursor inclusive include_all_metadata latest limit oldest"


@method("conversations.info", "channel! include_locale include_num_members")
def info(request: Request) -> Payload:
    """What a channel is."""
    channel = request.channel()
    request.needs_for(channel)
    told = described(request, channel)
    if request.flag("include_num_members"):
        told["num_members"] = len(channel.members)
    return {"channel": told}


@method("conversations.members", "channel! cursor limit", tier=4)
def members(request: Request) -> Payload:
    """Who is in a channel, page by page."""
    channel = request.channel()
    request.needs_for(channel)
    page, more = _page(request, channel.members, 100, 1000)
    return {"members": page, "response_metadata": {"next_cursor": more}}


@method("conversations.list", "cursor exclude_archived limit team_id types", tier=2)
def list_conversations(request: Request) -> Payload:
    """The channels that the bot may know of."""
    found = [c for c in _of_types(request) if not c.private or request.bot_in(c)]
    return _channels_page(request, found)


@method("users.conversations", "cursor exclude_archived limit team_id types user")
def of_user(request: Request) -> Payload:
    """The channels that a person, or the bot, is in."""
    user_id = request.text("user") or request.core.world.bot.user_id
    if user_id not in request.core.world.users:
        raise SlackError("user_not_found")
    found = [c for c in _of_types(request) if user_id in c.members]
    return _channels_page(request, [c for c in found if not c.private or request.bot_in(c)])


@method("conversations.history", f"channel! {RANGE}")
def history(request: Request) -> Payload:
    """What was said in a channel, latest first; replies only where they were sent to the channel too."""
    channel = request.joined_channel()
    request.needs_for(channel)
    found = [m for m in channel.messages if m.thread_ts in {None, m.ts} or m.broadcast]
    return _messages_page(request, channel, found, newest_first=True)


@method("conversations.replies", f"channel! ts! {RANGE}")
def replies(request: Request) -> Payload:
    """A thread, its first message included, earliest first."""
    channel = request.joined_channel()
    request.needs_for(channel)
    ts = request.text("ts")
    first = channel.find(ts)
    if first is None or first.ephemeral_to is not None:
        raise SlackError("thread_not_found")
    root = first.thread_ts or first.ts
    found = [m for m in channel.messages if root in {m.ts, m.thread_ts}]
    return _messages_page(request, channel, found, newest_first=False)


@method("conversations.join", "channel!")
def join(request: Request) -> Payload:
    """Comes into a public channel by itself."""
    channel, world = request.channel(), request.core.world
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if not request.bot_in(channel):
        channel.members.append(world.bot.user_id)
        request.core.announce.joined(channel, world.bot, True)
    return {"channel": described(request, channel)}


def described(request: Request, channel: ChannelRecord) -> Payload:
    """A channel as Slack hands it out."""
    told: Payload = {"id": channel.channel_id, "created": channel.created, "is_archived": channel.archived}
    if channel.im_with is not None:
        return {**told, "is_im": True, "user": channel.im_with, "is_open": True, "is_org_shared": False}
    return told | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": channel.group,
        "is_private": channel.private,
        "is_general": False,
        "is_shared": channel.ext_shared,
        "is_ext_shared": channel.ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_member": request.bot_in(channel),
        "context_team_id": request.core.world.team.team_id,
        "creator": channel.members[0] if channel.members else "",
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def _of_types(request: Request) -> list[ChannelRecord]:
    named = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
    wanted = (request.text("types") or "public_channel").split(",")
    if not set(wanted) <= set(named):
        raise SlackError("invalid_types")
    kinds = {named[name] for name in wanted}
    for kind in sorted(kinds):
        request.needs(scopes_of(request.method, kind))
    archived = not request.flag("exclude_archived")
    channels = request.core.world.channels.values()
    return [c for c in channels if c.kind in kinds and (archived or not c.archived)]


def _channels_page(request: Request, found: list[ChannelRecord]) -> Payload:
    page, more = _page(request, found, 100, 1000)
    return {"channels": [described(request, c) for c in page], "response_metadata": {"next_cursor": more}}


def _messages_page(
    request: Request, channel: ChannelRecord, found: list[MessageRecord], newest_first: bool
) -> Payload:
    visible = [m for m in found if m.ephemeral_to is None and _in_range(request, m)]
    visible.sort(key=lambda m: m.ts, reverse=newest_first)
    page, more = _page(request, visible, 100 if newest_first else 1000, 1000)
    whole = request.flag("include_all_metadata")
    told = [{**message_body(m, metadata=whole), **_thread_counts(channel, m)} for m in page]
    body: Payload = {"messages": told, "has_more": bool(more)}
    if more:
        body["response_metadata"] = {"next_cursor": more}
    return body


def _thread_counts(channel: ChannelRecord, message: MessageRecord) -> Payload:
    answers = [m for m in channel.messages if m.thread_ts == message.ts and m is not message]
    if not answers:
        return {}
    return {"thread_ts": message.ts, "reply_count": len(answers), "latest_reply": answers[-1].ts}


def _in_range(request: Request, message: MessageRecord) -> bool:
    try:
        oldest, latest = float(request.text("oldest") or 0), float(request.text("latest") or "inf")
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None
    ts = float(message.ts)
    if request.flag("inclusive"):
        return oldest <= ts <= latest
    return oldest < ts < latest


def _page(request: Request, found: Sequence[T], default: int, most: int) -> tuple[list[T], str]:
    limit = request.number("limit", default)
    if not 0 < limit <= most:
        raise SlackError("invalid_limit")
    start = _start(request.text("cursor"))
    end = start + limit
    more = base64.b64encode(f"next:{end}".encode()).decode() if end < len(found) else ""
    return list(found[start:end]), more


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).removeprefix(b"next:"))
    except (ValueError, binascii.Error):
        raise SlackError("invalid_cursor") from None

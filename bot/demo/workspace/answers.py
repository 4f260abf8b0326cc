"""What an acknowledgement does: closes, marks, replaces or stacks a dialog; says something back."""

from __future__ import annotations

from typing import Any

from bot.demo.workspace.core import Core
from bot.demo.workspace.methods_chat import fill
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import ChannelRecord, MessageRecord, Payload, UserRecord, ViewRecord
from bot.demo.workspace.rules import (
    command_answer_faults,
    response_action_faults,
    response_url_faults,
)
from bot.demo.workspace.triggers import ResponseUrl
from bot.demo.workspace.uploads import check_scope


def apply_submission(core: Core, user: UserRecord, view: ViewRecord, body: Any) -> str | None:
    """Do what the answer to a submission says; a dialog closed meanwhile stays closed.

    Returns:
        The word for what was wrong with the answer, or None.
    """
    if response_action_faults(body, view.body):
        return "invalid_response"
    if view.closed:
        return None
    try:
        _apply(core, user, view, body or {})
    except SlackError as problem:
        return problem.code
    return None


def _apply(core: Core, user: UserRecord, view: ViewRecord, body: Payload) -> None:
    action = body.get("response_action")
    check_scope(core, body.get("view"))
    if action == "errors":
        view.errors = dict(body["errors"])
        core.changes.note("view", user=user.user_id, view=view.view_id)
    elif action == "update":
        core.stacks.update(view, body["view"])
    elif action == "push":
        core.stacks.push(user, body["view"])
    elif action == "clear":
        core.stacks.clear(user)
    else:
        core.stacks.pop(user, view)


def command_answer(
    core: Core, user: UserRecord, channel: ChannelRecord, body: Any
) -> tuple[MessageRecord | None, str | None]:
    """The message that answers a command at once, and what was wrong with it."""
    if not body:
        return None, None
    if command_answer_faults(body):
        return None, "invalid_response"
    content = {"text": body} if isinstance(body, str) else body
    return post_answer(core, user.user_id, channel, content), None


def post_answer(
    core: Core, user_id: str, channel: ChannelRecord, content: Payload, thread_ts: str | None = None
) -> MessageRecord:
    """Says it to the person alone, unless it is meant for the channel."""
    world = core.world
    message = MessageRecord(world.next_ts(), world.bot.user_id, world.team.team_id, "")
    fill(world, message, content)
    message.thread_ts = content.get("thread_ts") or thread_ts
    if content.get("response_type") != "in_channel":
        message.ephemeral_to = user_id
    world.posted_by_bot(channel, message)
    core.announce.posted(channel, message)
    return message


def use_response_url(core: Core, url: ResponseUrl, content: Payload) -> None:
    """What a post to a response address does: no membership is asked for.

    Raises:
        SlackError: the content breaks a rule.
    """
    faults = response_url_faults(content)
    if faults:
        raise SlackError("invalid_payload", [fault.as_line() for fault in faults], status=400)
    channel = core.world.channels[url.channel_id]
    original = _own(core, channel, url.ts)
    if content.get("delete_original"):
        _delete(core, channel, original)
    elif content.get("replace_original") and original is not None:
        fill(core.world, original, content)
        core.announce.changed(channel, original, {})
    else:
        post_answer(core, url.user_id, channel, content)


def _own(core: Core, channel: ChannelRecord, ts: str | None) -> MessageRecord | None:
    """The message of that time stamp, where the app wrote it: what people wrote is theirs."""
    found = channel.find(ts) if ts else None
    return found if found is not None and found.bot_id == core.world.bot_id else None


def _delete(core: Core, channel: ChannelRecord, original: MessageRecord | None) -> None:
    if original is not None:
        channel.messages.remove(original)
        core.announce.deleted(channel, original)

"""chat.* and reactions.*: what is said, changed and taken back."""

from __future__ import annotations

from bot.demo.workspace import forms, words
from bot.demo.workspace.method import Request, method
from bot.demo.workspace.payloads import message_body
from bot.demo.workspace.problems import SlackError, refuse
from bot.demo.workspace.records import ChannelRecord, MessageRecord, Payload
from bot.demo.workspace.rules import message_faults
from bot.demo.workspace.world import World

CONTENT = "text blocks attachments markdown_text"
LOOKS = "as_user icon_emoji icon_url link_names mrkdwn parse unfurl_links unfurl_media username"


@method(
    "chat.postMessage",
    f"channel! thread_ts reply_broadcast metadata container_id file_annotation {CONTENT} {LOOKS}",
    tier=5,
)
def post_message(request: Request) -> Payload:
    """Says something to a channel, or to a person by their id."""
    refuse(message_faults(request.arguments, request.method))
    channel = _target(request)
    _check_thread(channel, request.text("thread_ts"))
    world = request.core.world
    message = MessageRecord(world.next_ts(), world.bot.user_id, world.team.team_id, "")
    _fill(request, message)
    message.thread_ts = request.text("thread_ts") or None
    message.broadcast = request.flag("reply_broadcast")
    message.metadata = request.arguments.get("metadata")
    world.posted_by_bot(channel, message)
    request.core.announce.posted(channel, message)
    return {"channel": channel.channel_id, "ts": message.ts, "message": message_body(message)}


@method(
    "chat.postEphemeral",
    f"channel! user! thread_ts {CONTENT} {LOOKS}",
    tier=4,
)
def post_ephemeral(request: Request) -> Payload:
    """Says something that one member of a channel sees."""
    refuse(message_faults(request.arguments, request.method))
    channel, user = request.joined_channel(), request.user()
    if channel.archived:
        raise SlackError("is_archived")
    if user.user_id not in channel.members:
        raise SlackError("user_not_in_channel")
    world = request.core.world
    message = MessageRecord(world.next_ts(), world.bot.user_id, world.team.team_id, "")
    _fill(request, message)
    message.ephemeral_to, message.thread_ts = user.user_id, request.text("thread_ts") or None
    world.posted_by_bot(channel, message)
    request.core.announce.posted(channel, message)
    return {"message_ts": message.ts}


@method(
    "chat.update",
    f"channel! ts! as_user file_ids link_names metadata parse reply_broadcast {CONTENT}",
)
def update(request: Request) -> Payload:
    """Changes what the bot said; an ephemeral message cannot be changed."""
    refuse(message_faults(request.arguments, request.method))
    channel = request.channel()
    message = _own_message(request, channel, "cant_update_message")
    before = message_body(message)
    _fill(request, message)
    if "metadata" in request.arguments:
        message.metadata = request.arguments["metadata"]
    world = request.core.world
    message.edited = {"user": world.bot_id, "ts": f"{int(world.clock.now())}.000000"}
    request.core.announce.changed(channel, message, before)
    body = message_body(message)
    return {"channel": channel.channel_id, "ts": message.ts, "text": message.text, "message": body}


@method("chat.delete", "channel! ts! as_user")
def delete(request: Request) -> Payload:
    """Takes back what the bot said; nobody else's message."""
    channel = request.channel()
    message = _own_message(request, channel, "cant_delete_message")
    channel.messages.remove(message)
    request.core.announce.deleted(channel, message)
    return {"channel": channel.channel_id, "ts": message.ts}


@method("chat.getPermalink", "channel! message_ts!", tier=5)
def get_permalink(request: Request) -> Payload:
    """The address of a message."""
    channel = request.channel()
    message = channel.find(request.text("message_ts"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    domain, ts = request.core.world.team.domain, message.ts.replace(".", "")
    link = f"https://{domain}.slack.com/archives/{channel.channel_id}/p{ts}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.channel_id}"
    return {"channel": channel.channel_id, "permalink": link}


@method("reactions.add", "channel! timestamp! name!")
def add_reaction(request: Request) -> Payload:
    """Puts an emoji on a message, once."""
    channel, bot = request.channel(), request.core.world.bot.user_id
    message = channel.find(request.text("timestamp"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    name = request.text("name").strip(":")
    found = next((r for r in message.reactions if r["name"] == name), None)
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        message.reactions.append(found)
    if bot in found["users"]:
        raise SlackError("already_reacted")
    found["users"].append(bot)
    found["count"] += 1
    request.core.changes.note("message", channel=channel.channel_id, ts=message.ts)
    return {}


@method("reactions.remove", "channel! timestamp! name!", tier=2)
def remove_reaction(request: Request) -> Payload:
    """Takes the bot's emoji off a message."""
    channel, bot = request.channel(), request.core.world.bot.user_id
    message = channel.find(request.text("timestamp"))
    reactions = message.reactions if message else []
    found = next((r for r in reactions if r["name"] == request.text("name") and bot in r["users"]), None)
    if found is None:
        raise SlackError("no_reaction")
    found["users"].remove(bot)
    found["count"] -= 1
    if not found["users"]:
        reactions.remove(found)
    request.core.changes.note("message", channel=channel.channel_id, ts=request.text("timestamp"))
    return {}


def _target(request: Request) -> ChannelRecord:
    """A channel the bot may post to, or the direct message of a person."""
    world = request.core.world
    user = world.users.get(request.text("channel"))
    if user is not None:
        request.reachable(user, "channel_not_found")
        return world.direct_message(user.user_id)
    channel = request.channel()
    if channel.archived:
        raise SlackError("is_archived")
    if not request.bot_in(channel) and "chat:write.public" not in request.core.config.scopes:
        raise SlackError("not_in_channel")
    if channel.im_with is not None:
        request.reachable(world.users[channel.im_with], "channel_not_found")
    return channel


def _check_thread(channel: ChannelRecord, thread_ts: str) -> None:
    if not thread_ts:
        return
    parent = channel.find(thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.thread_ts not in {None, parent.ts} or parent.ephemeral_to is not None:
        raise SlackError("cannot_reply_to_message")


def _own_message(request: Request, channel: ChannelRecord, code: str) -> MessageRecord:
    message = channel.find(request.text("ts"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    if message.bot_id != request.core.world.bot_id:
        raise SlackError(code)
    return message


def _fill(request: Request, message: MessageRecord) -> None:
    fill(request.core.world, message, request.arguments)


def fill(world: World, message: MessageRecord, content: Payload) -> None:
    """Text and blocks as the message shows them; without text Slack makes it from the blocks."""
    if "blocks" in content or "text" in content or "markdown_text" in content:
        message.blocks = forms.with_ids(content.get("blocks") or [])
    if "markdown_text" in content:
        message.blocks = forms.with_ids([{"type": "markdown", "text": content["markdown_text"]}])
    if "attachments" in content:
        message.attachments = content["attachments"] or []
    message.text = content.get("text") or words.of_blocks(world, message.blocks)
    message.inputs = forms.kept(world, message.blocks, message.inputs)

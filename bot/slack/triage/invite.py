"""`/triage invite`."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

from bot.outbox import say
from bot.refusal import Told
from bot.slack.kit import Kit
from bot.slack.reach import NO_ANSWER, is_passing, word_of
from bot.slack.triage._command import Answer, Asked, Command

USAGE = "invite"
NO_CHANNEL = (
    "`/triage invite` posts the “Test an API key” message into the channel it is typed in. "
    "Please type it in a channel that clients are in."
)
NOT_IN_CHANNEL = (
    "I am not in this channel, so I cannot post here. Please type `/invite @Keydesk` here, "
    "then `/triage invite` again."
)


async def run(kit: Kit, asked: Asked) -> Answer:
    """Post the message that everybody can press, people from other companies too."""
    channel = asked.gesture.channel_id or ""
    if not channel.startswith(("C", "G")):
        raise Told(NO_CHANNEL)
    if not await _is_member(kit, channel):
        raise Told(NOT_IN_CHANNEL)
    async with kit.db.writing() as session:
        await say(
            session,
            conversation=channel,
            kind="invitation",
            key=f"invitation:{asked.gesture.key}"[:128],
            payload={},
        )
    kit.outbox.wake(channel)
    return Answer(
        "Posted. Everybody in this channel can press “Test an API key”; only they see their result."
    )


async def _is_member(kit: Kit, channel: str) -> bool:
    """Whether the bot is in the channel; where Slack does not say, it is tried."""
    try:
        answer = await kit.client.conversations_info(channel=channel)
    except SlackApiError as error:
        return word_of(error) == "missing_scope" or is_passing(error)
    except NO_ANSWER:
        return True
    return bool((answer.get("channel") or {}).get("is_member"))


COMMAND = Command(12, "invite", USAGE, "post the “Test an API key” message into this channel.", run)

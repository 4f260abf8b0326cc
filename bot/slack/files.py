"""A file for one person alone, in their direct messages with the bot."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.log import get_logger
from bot.slack.kit import Kit
from bot.slack.reach import NO_ANSWER, word_of

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """What is uploaded. *comment* stands beside it; *alt_text* is for those who cannot see it."""

    content: bytes
    name: str
    title: str
    comment: str
    alt_text: str | None = None


async def send_file(kit: Kit, user_id: str, file: PrivateFile) -> bool:
    """Upload it to the person's direct messages. False where Slack would not take it."""
    try:
        opened = await kit.client.conversations_open(users=user_id)
        await kit.client.files_upload_v2(
            channel=opened["channel"]["id"],
            content=file.content,
            filename=file.name,
            title=file.title,
            alt_txt=file.alt_text,
            initial_comment=file.comment,
        )
    except SlackApiError as error:
        log.warning("file_not_sent", error=word_of(error))
        return False
    except (SlackRequestError, *NO_ANSWER) as error:
        log.warning("file_not_sent", error=type(error).__name__)
        return False
    return True

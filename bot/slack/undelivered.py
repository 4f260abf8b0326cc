"""A client whom Slack will not let us write to: staff hear of it, for they count on having been heard.

The message itself stays in the outbox and is tried again, for most of it can be mended.
"""

from __future__ import annotations

from bot.case_story import not_delivered
from bot.log import get_logger
from bot.schema import Attempt, CaseEvent, OutboxMessage
from bot.slack.kit import Kit
from bot.telling import tell_staff

log = get_logger(__name__)

# Slack's documents of chat.postMessage, errors: the ones that are about the recipient.
WORDS = {
    "channel_not_found": "they share no channel with keydesk any more",
    "user_not_found": "Slack does not know them any more",
    "user_disabled": "their account is switched off",
    "cannot_dm_bot": "they are a bot",
    "messages_tab_disabled": "direct messages to keydesk are switched off in the settings of the app",
    "restricted_action": "an administrator does not let keydesk write to them",
}
OF_AN_EVENT = frozenset({"relay", "retest"})


async def note(kit: Kit, message: OutboxMessage, code: str) -> None:
    """Write it down in the case's history, once for each message."""
    if code not in WORDS or message.id is None:
        return
    number = await _case_number(kit, message)
    if number is None:
        return
    due = kit.first_response_due()
    async with kit.db.writing() as session:
        case = await not_delivered(session, number, message.id, WORDS[code], remind_at=due)
        if case is None:
            return
        await tell_staff(session, kit.settings.staff_channel, case)
    log.info("client_not_reached", case=number, code=code)
    kit.wake_desk(case)


async def _case_number(kit: Kit, message: OutboxMessage) -> int | None:
    """The case that a message to a client is about; None where it is about none."""
    async with kit.db.reading() as session:
        if message.kind in OF_AN_EVENT:
            event = await session.get(CaseEvent, int(message.payload["event"]))
            return event.case_number if event else None
        if message.kind == "result":
            attempt = await session.get(Attempt, int(message.payload["attempt"]))
            return attempt.case_number if attempt else None
        if message.kind == "nudge":
            return int(message.payload["case"])
    return None

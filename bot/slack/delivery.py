"""Takes messages out of the outbox to Slack, and reads back whether an uncertain one arrived.

Slack knows no idempotency key that its documents promise, so ours travels as message metadata
(``chat.postMessage``, Slack's documents on message metadata) and is looked for before anything is
sent a second time. The client used here never retries by itself: slack_sdk's default would post twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.log import get_logger
from bot.outbox import NotSent, Overtaken, Parked, Sent, TryLater, Uncertain, say_card
from bot.outbox.saying import CARD
from bot.schema import Case, OutboxMessage
from bot.slack.kit import Composed, Kit
from bot.slack.ours_alone import OursAlone
from bot.slack.reach import NO_ANSWER, is_passing, retry_after_s, status_of, word_of

log = get_logger(__name__)

REMEMBERED = 1_000
"""Direct messages whose channel is known: what is looked for again is looked for soon."""

Composer = Callable[[Kit, AsyncSession, OutboxMessage], Awaitable[Composed]]

EVENT_TYPE = "keydesk_message"
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
LOOK_BACK = timedelta(seconds=60)


class SlackDelivery:
    """Sends one kind of message. *post* is a client without any retry handler."""

    def __init__(self, kit: Kit, post: AsyncWebClient, compose: Composer, ours_alone: OursAlone) -> None:
        self.kit = kit
        self.ours_alone = ours_alone
        self.post = post
        self.compose = compose
        self._direct: dict[str, str] = {}

    async def send(self, message: OutboxMessage) -> Sent:
        """Compose from the rows as they are now, and send once."""
        async with self.kit.db.reading() as session:
            composed = await self.compose(self.kit, session, message)
        await self.ours_alone.insist(composed.channel)
        try:
            return await self._said(message, composed)
        except Parked as refused:
            if refused.why not in BLOCKS_REFUSED or not composed.blocks:
                raise
            # An error of ours, and no reason to keep silent: the text alone holds all that is essential.
            log.error("blocks_refused", kind=message.kind, code=refused.why)
        return await self._said(message, replace(composed, blocks=[]))

    async def _said(self, message: OutboxMessage, composed: Composed) -> Sent:
        if composed.update_ts is not None:
            return await self._update(message, composed)
        return await self._post(message, composed)

    async def find(self, message: OutboxMessage) -> Sent | None:
        """Our message in its conversation, by its key, or None where it is not there."""
        async with self.kit.db.reading() as session:
            composed = await self.compose(self.kit, session, message)
        if composed.update_ts is not None:
            return None  # an update may be done twice: it shows the same
        channel = await self._channel_of(composed.channel)
        async for ts in self._with_key(message, channel, composed.thread_ts):
            return Sent(channel, ts)
        return None

    async def withdraw(self, message: OutboxMessage, kept: Sent) -> int:
        """Delete ours that have its key, but for the one that counts; none where that one is not there."""
        async with self.kit.db.reading() as session:
            composed = await self.compose(self.kit, session, message)
        found = [ts async for ts in self._with_key(message, kept.channel, composed.thread_ts)]
        others = [ts for ts in found if ts != kept.ts] if kept.ts in found else []
        for ts in others:
            await _called(self.post.chat_delete, channel=kept.channel, ts=ts)
        return len(others)

    async def _with_key(
        self, message: OutboxMessage, channel: str, thread_ts: str | None
    ) -> AsyncIterator[str]:
        """The time stamps of what stands there with its key."""
        method = self.post.conversations_replies if thread_ts else self.post.conversations_history
        arguments: dict[str, Any] = {
            "channel": channel,
            "include_all_metadata": True,
            "oldest": f"{(message.created_at - LOOK_BACK).timestamp():.6f}",
            "limit": 200,
        } | ({"ts": thread_ts} if thread_ts else {})
        while True:
            page = await _called(method, **arguments)
            for said in page.get("messages") or []:
                metadata = said.get("metadata") or {}
                if (metadata.get("event_payload") or {}).get("key") == message.key:
                    yield said["ts"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            arguments["cursor"] = cursor

    async def _post(self, message: OutboxMessage, composed: Composed) -> Sent:
        arguments: dict[str, Any] = {
            "channel": composed.channel,
            "text": composed.text,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if composed.blocks:
            arguments["blocks"] = composed.blocks
        if composed.thread_ts is not None:
            arguments["thread_ts"] = composed.thread_ts
        try:
            answer = await _called(self.post.chat_postMessage, **arguments)
        except Parked as parked:
            if parked.why == "thread_not_found":
                # Somebody deleted the card, and its thread with it. Nothing may wait behind that.
                await self._forget_card(message)
                raise TryLater(0.1, "the card was deleted") from None
            raise
        return Sent(answer["channel"], answer["ts"])

    async def _update(self, message: OutboxMessage, composed: Composed) -> Sent:
        try:
            answer = await _called(
                self.post.chat_update,
                channel=composed.channel,
                ts=composed.update_ts,
                text=composed.text,
                blocks=composed.blocks,
            )
        except Parked as parked:
            if parked.why in ("message_not_found", "cant_update_message", "edit_window_closed"):
                # Somebody deleted it by hand: of a card the next attempt posts a new one, and looks first.
                if message.case_number is None:
                    raise Overtaken("the message was deleted") from None
                await self._forget_card(message)
                raise TryLater(0.1, "the card was deleted") from None
            raise
        return Sent(answer["channel"], answer["ts"])

    async def _forget_card(self, message: OutboxMessage) -> None:
        async with self.kit.db.writing() as session:
            case = await session.get(Case, message.case_number)
            if case is None:
                return
            case.card_channel = case.card_ts = None
            session.add(case)
            if message.kind != CARD:
                await say_card(session, case, message.conversation)

    async def _channel_of(self, conversation: str) -> str:
        """The channel id of a conversation with a person, which history needs."""
        if not conversation.startswith(("U", "W")):
            return conversation
        if conversation not in self._direct:
            answer = await _called(self.post.conversations_open, users=conversation)
            if len(self._direct) >= REMEMBERED:
                self._direct.clear()
            self._direct[conversation] = answer["channel"]["id"]
        return self._direct[conversation]


async def _called(method: Callable[..., Awaitable[Any]], **arguments: Any) -> Any:
    """Call Slack once; what it answers becomes one of the outbox's words."""
    try:
        return await method(**arguments)
    except SlackApiError as error:
        raise _outcome_of(error) from None
    except NO_ANSWER as error:
        raise Uncertain(type(error).__name__) from None


def _outcome_of(error: SlackApiError) -> NotSent:
    code = word_of(error)
    if status_of(error) == 429 or code == "ratelimited":
        return TryLater(retry_after_s(error), "ratelimited")
    # Slack's documents of chat.postMessage: some part of the operation may have succeeded.
    if is_passing(error):
        return Uncertain(code)
    return Parked(code)


async def remember_card(session: AsyncSession, message: OutboxMessage, sent: Sent) -> None:
    """In the transaction that marks a card as sent: where it is, so that it is updated in place."""
    if message.kind != "card" or message.case_number is None:
        return
    case = await session.get(Case, message.case_number)
    if case is not None:
        case.card_channel, case.card_ts = sent.channel, sent.ts
        session.add(case)

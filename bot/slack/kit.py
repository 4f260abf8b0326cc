"""What every conversation is handed, and how each listener is run.

A listener is one coroutine that takes a `Gesture`. Whatever it raises is told to the person here,
never to Bolt: an exception within some 10 ms after an acknowledgement destroys it (measured with
slack_bolt 1.30), and Bolt's own error handler prints the exception's text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.columns import now
from bot.db import Database
from bot.hours import BusinessHours
from bot.inbox import Again, First, Inbox
from bot.key_test import KeyTests
from bot.log import get_logger
from bot.outbox import Outbox
from bot.person import Person
from bot.schema import Case
from bot.settings import Settings
from bot.slack.blocks import Block
from bot.slack.people import Staff
from bot.slack.reach import NO_ANSWER, word_of
from bot.slack.underway import Underway
from bot.vault import Vault
from validators.exchange import Exchange

log = get_logger(__name__)

TAKEN = frozenset({"ok", '{"ok":true}'})
"""What a `response_url` answers when it was done."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A message of the outbox in Slack's words, made when it is sent.

    Attributes:
        text: All essential content: screen readers and notifications read only this.
        thread_ts: The message whose thread it belongs to.
        update_ts: The message that it replaces; None where it is a new one.
    """

    channel: str
    text: str
    blocks: list[Block]
    thread_ts: str | None = None
    update_ts: str | None = None


@dataclass(frozen=True)
class Kit:
    """Everything a conversation may use. Made once, in `bot.app`."""

    settings: Settings
    db: Database
    vault: Vault
    inbox: Inbox
    outbox: Outbox
    key_tests: KeyTests
    exchanges: dict[str, Exchange]
    staff: Staff
    client: AsyncWebClient
    team_id: str
    bot_user_id: str
    hours: BusinessHours
    underway: Underway = field(default_factory=Underway)

    def exchange_of(self, slug: str) -> Exchange:
        """The exchange of a stored slug; KeyError where its folder is gone."""
        return self.exchanges[slug]

    def wake_desk(self, case: Case) -> None:
        """Send what was put down for staff, now."""
        self.outbox.wake(self.settings.staff_channel)
        self.outbox.wake(f"mail:case-{case.number}")

    def first_response_due(self) -> datetime:
        """When staff should have answered what is asked now, in business hours."""
        return self.hours.due(now(), self.settings.sla_first_response)


class SeenBefore(Exception):  # noqa: N818 - no error of anybody
    """A delivery that was acted on before, and is only answered."""


@dataclass
class Gesture:
    """One thing a person did, as Slack delivered it. Its body is never logged.

    Attributes:
        person: Who did it: the person's own team, which may not be ours.
        key: Business key of the delivery, for the inbox.
        recording: Of what opens a dialog before it is recorded: its entry in the inbox, on its way.
        body: The payload. Holds secrets where it is a submitted dialog.
    """

    person: Person
    key: str
    body: dict[str, Any] = field(repr=False)
    _ack: Callable[..., Awaitable[Any]] = field(repr=False)
    _client: AsyncWebClient = field(repr=False)
    recording: asyncio.Future[First | Again] | None = field(default=None, repr=False)
    acked: bool = False
    answer: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def trigger_id(self) -> str:
        return str(self.body.get("trigger_id", ""))

    @property
    def action(self) -> dict[str, Any]:
        """The pressed button, or an empty one."""
        actions = self.body.get("actions") or [{}]
        return actions[0] if isinstance(actions[0], dict) else {}

    @property
    def value(self) -> str:
        return str(self.action.get("value", ""))

    @property
    def view(self) -> dict[str, Any]:
        """The dialog or Home tab that this happened in, or an empty one."""
        return self.body.get("view") or {}

    @property
    def dialog_view(self) -> dict[str, Any] | None:
        """The dialog that this happened in; None on a message or the Home tab."""
        view = self.view
        return view if view.get("type") == "modal" else None

    @property
    def channel_id(self) -> str | None:
        channel = self.body.get("channel")
        if isinstance(channel, dict):
            return channel.get("id")
        return self.body.get("channel_id")

    async def ack(self, **answer: Any) -> None:
        """Answer Slack, within its 3 seconds. The first answer counts."""
        if self.acked:
            return
        self.acked, self.answer = True, answer or None
        await self._ack(**answer)

    async def first_time(self) -> None:
        """Go on only where this was not acted on before; for what has opened its dialog first.

        Raises:
            SeenBefore, StorageUnavailable
        """
        if self.recording is not None and isinstance(await asyncio.shield(self.recording), Again):
            raise SeenBefore

    async def tell(self, text: str, blocks: list[Block] | None = None) -> None:
        """Say something that only this person sees, where they are, or else in a direct message.

        Not promised: used for refusals and pointers, never for a result.
        """
        channel = self.channel_id
        said: dict[str, Any] = {"text": text} | ({"blocks": blocks} if blocks else {})
        if channel is not None and not channel.startswith("D"):
            with suppress(SlackApiError, *NO_ANSWER):
                await self._client.chat_postEphemeral(channel=channel, user=self.person.user_id, **said)
                return
        try:
            await self._client.chat_postMessage(
                channel=self.person.user_id, unfurl_links=False, unfurl_media=False, **said
            )
        except (SlackApiError, *NO_ANSWER) as error:
            log.warning("not_told", error=type(error).__name__)

    async def replace(self, text: str, blocks: list[Block]) -> None:
        """Put something in place of the private message that was pressed; else say it as a new one.

        An ephemeral message can only be changed by its `response_url`, within 30 minutes
        (Slack's documents on handling user interaction).
        """
        address = self.body.get("response_url")
        if address:
            with suppress(SlackApiError, *NO_ANSWER):
                answer = await self._webhook(str(address)).send(
                    text=text, blocks=blocks, replace_original=True, unfurl_links=False
                )
                # Whatever else comes with 200, a proxy's page or an error as JSON, changed nothing.
                if answer.status_code == 200 and answer.body.replace(" ", "").strip() in TAKEN:
                    return
        await self.tell(text, blocks)

    def _webhook(self, address: str) -> AsyncWebhookClient:
        return AsyncWebhookClient(address, session=self._client.session, retry_handlers=[])

    async def open_dialog(self, view: Block) -> bool:
        """Open a dialog, or put it in place of the one this was pressed in. False where it is too late."""
        try:
            if self.dialog_view is not None:
                await self._client.views_update(view_id=self.dialog_view["id"], view=view)
            else:
                await self._client.views_open(trigger_id=self.trigger_id, view=view)
        except SlackApiError as error:
            # A trigger works once: it was used, so the dialog is there, and only the answer was lost.
            if word_of(error) == "exchanged_trigger_id":
                return True
            log.info("dialog_not_opened", error=word_of(error))
            await self.first_time()
            return False
        except NO_ANSWER as error:
            log.info("dialog_not_opened", error=type(error).__name__)
            return False
        return True


Listener = Callable[[Kit, Gesture], Awaitable[None]]

"""A person: what they do, and what they see."""

from __future__ import annotations

from bot.demo.workspace.answers import command_answer
from bot.demo.workspace.core import Core
from bot.demo.workspace.courier import seen_by_person
from bot.demo.workspace.dialogs import Dialog
from bot.demo.workspace.home_tab import Surface
from bot.demo.workspace.ids import new_digits
from bot.demo.workspace.payloads import message_body
from bot.demo.workspace.records import (
    ChannelRecord,
    MessageRecord,
    UserRecord,
)
from bot.demo.workspace.rights import refused
from bot.demo.workspace.shown import Shown
from bot.demo.workspace.surfaces import Message
from bot.demo.workspace.typing_text import as_command_text, as_message
from bot.demo.workspace.words import of_message


class Person:
    """Somebody at their screen."""

    def __init__(self, core: Core, record: UserRecord) -> None:
        self._core, self.record = core, record

    def __repr__(self) -> str:
        return f"<Person {self.record.real_name}>"

    @property
    def user_id(self) -> str:
        """Slack's id of them."""
        return self.record.user_id

    @property
    def team_id(self) -> str:
        """Of their own company's workspace."""
        return self.record.team_id

    @property
    def name(self) -> str:
        """As others see it."""
        return self.record.real_name

    async def command(self, name: str, text: str = "", channel: ChannelRecord | None = None) -> Shown:
        """Type a slash command, in their conversation with the app unless told otherwise."""
        error = refused(self._core, self.record)
        if error is None and name not in self._core.config.commands:
            error = "unknown_command"
        if error:
            return Shown(error=error, act=name)
        place = channel or self._core.world.direct_message(self.user_id)
        self._must_be_in(place)
        if name in self._core.config.escaped:
            text = as_command_text(self._core.world, text)
        payload = self._core.payloads.command(self.record, place, name, text)
        delivery = await self._core.courier.ask("slash_commands", payload)
        error = seen_by_person(delivery)
        if error:
            return Shown(error=error, act=name)
        message, error = command_answer(self._core, self.record, place, delivery.answer)
        return self._shown(message, error, name)

    async def shortcut(self, wanted: str) -> Shown:
        """Use a global shortcut, by its callback id or name."""
        error = refused(self._core, self.record)
        found = self._core.config.shortcut(wanted, "global")
        if error or found is None:
            return Shown(error=error or "unknown_shortcut", act=wanted)
        payload = self._core.payloads.shortcut(self.record, found.callback_id)
        return Shown(error=await self._core.interaction(payload), act=wanted)

    async def opens_home(self) -> Surface:
        """Look at the app's Home tab."""
        if self._core.config.home_tab:
            self._opens("home")
        return self.home

    async def opens_messages(self) -> None:
        """Look at the app's Messages tab."""
        self._opens("messages")

    @property
    def home(self) -> Surface:
        """The app's Home tab, as it stands."""
        return Surface(self._core, self.record)

    async def direct_message(self, text: str, thread: Message | None = None) -> Message:
        """Write to the app directly.

        Raises:
            PermissionError: the Messages tab is off or read-only, or they share no channel with the app.
        """
        config = self._core.config
        if not config.messages_tab or config.messages_tab_read_only:
            raise PermissionError("this app takes no messages")
        if not self._core.world.bot_may_write_to(self.record):
            raise PermissionError(f"{self.name} shares no channel with the app")
        return await self.says(self._core.world.direct_message(self.user_id), text, thread)

    async def says(self, channel: ChannelRecord, text: str, thread: Message | None = None) -> Message:
        """Write into a conversation they are in."""
        self._must_be_in(channel)
        if channel.archived:
            raise PermissionError("this channel is archived")
        message = MessageRecord(
            self._core.world.next_ts(), self.user_id, self.team_id, as_message(self._core.world, text)
        )
        message.client_msg_id = f"{new_digits(8)}-0000-4000-8000-{new_digits(12)}"
        message.thread_ts = thread.ts if thread else None
        channel.messages.append(message)
        self._core.announce.posted(channel, message)
        return Message(self._core, channel, message, self.user_id)

    async def edits(self, message: Message, text: str) -> None:
        """Change what they wrote."""
        channel, record = self._own(message)
        before = message_body(record)
        record.text = as_message(self._core.world, text)
        record.edited = {"user": self.user_id, "ts": self._core.world.next_ts()}
        self._core.announce.changed(channel, record, before)

    async def deletes(self, message: Message) -> None:
        """Take back what they wrote."""
        channel, record = self._own(message)
        channel.messages.remove(record)
        self._core.announce.deleted(channel, record)

    def reloads(self) -> None:
        """Load Slack anew: what only they saw is gone (Slack docs, chat.postEphemeral)."""
        for channel in self._core.world.channels.values():
            channel.messages[:] = [m for m in channel.messages if m.ephemeral_to != self.user_id]

    async def joins(self, channel: ChannelRecord) -> None:
        """Come into a channel; a direct message stays among those it was opened with."""
        if channel.kind in {"im", "mpim"}:
            raise PermissionError("nobody joins a direct message")
        if self.user_id not in channel.members:
            channel.members.append(self.user_id)
            self._core.announce.joined(channel, self.record, True)

    async def leaves(self, channel: ChannelRecord) -> None:
        """Go out of a channel."""
        self._must_be_in(channel)
        channel.members.remove(self.user_id)
        self._core.announce.joined(channel, self.record, False)

    async def dialog(self, timeout: float = 10) -> Dialog:  # noqa: ASYNC109 - part of the interface
        """The dialog in front; waits until there is one."""
        stack = self.record.stack
        await self._core.changes.until(lambda: stack, timeout, f"a dialog for {self.name}")
        return Dialog(self._core, self.record, stack[-1])

    @property
    def dialogs(self) -> list[Dialog]:
        """The stack, the one in front last."""
        return [Dialog(self._core, self.record, view) for view in self.record.stack]

    @property
    def app_conversation(self) -> ChannelRecord | None:
        """The direct message with the app, if there is one."""
        return self._core.world.found_direct_message(self.user_id)

    @property
    def may_write_to_app(self) -> bool:
        """Whether the app's Messages tab takes what they write."""
        config = self._core.config
        return (
            config.messages_tab
            and not config.messages_tab_read_only
            and self._core.world.bot_may_write_to(self.record)
        )

    @property
    def direct_messages(self) -> list[Message]:
        """The conversation with the app, both sides, earliest first."""
        channel = self._core.world.found_direct_message(self.user_id)
        return self._messages(channel) if channel else []

    def sees(self, channel: ChannelRecord) -> list[Message]:
        """What they see in a channel, earliest first; replies stand in their threads.

        Raises:
            PermissionError: they are not in it.
        """
        self._must_be_in(channel)
        return self._messages(channel)

    def _own(self, message: Message) -> tuple[ChannelRecord, MessageRecord]:
        channel = self._core.world.channels[message.channel_id]
        record = channel.find(message.ts)
        if record is None or record.user != self.user_id:
            raise PermissionError(f"{self.name} did not write this")
        return channel, record

    def _messages(self, channel: ChannelRecord) -> list[Message]:
        return [
            Message(self._core, channel, message, self.user_id)
            for message in channel.messages
            if message.ephemeral_to in {None, self.user_id}
            and (message.thread_ts in {None, message.ts} or message.broadcast)
        ]

    def _opens(self, tab: str) -> None:
        channel = self._core.world.direct_message(self.user_id)
        view = self._core.payloads.view(self.record.home) if self.record.home else None
        self._core.announce.home_opened(self.record, channel, tab, view)

    def _must_be_in(self, channel: ChannelRecord) -> None:
        if self.user_id not in channel.members:
            raise PermissionError(f"{self.name} is not in {channel.name}")

    def _shown(self, message: MessageRecord | None, error: str | None, act: str) -> Shown:
        if message is None:
            return Shown(error=error, act=act)
        text = of_message(self._core.world, message, self.user_id)
        return Shown(text, message.ephemeral_to is not None, act=act)

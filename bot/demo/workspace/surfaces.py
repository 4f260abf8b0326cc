"""Messages as a person holds them: they read, press and choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from bot.demo.workspace import by_id, forms, words
from bot.demo.workspace.core import Core
from bot.demo.workspace.pressing import button_action, choice_action, offered
from bot.demo.workspace.records import ChannelRecord, MessageRecord, Payload, UserRecord
from bot.demo.workspace.rights import refused
from bot.demo.workspace.shown import Answered, Suggested
from bot.demo.workspace.suggestions import ask_options

if TYPE_CHECKING:
    from bot.demo.workspace.people import Person

S = TypeVar("S")


class Message:
    """One message, live: it reads as it stands now."""

    def __init__(self, core: Core, channel: ChannelRecord, record: MessageRecord, viewer: str) -> None:
        self._core, self._channel, self._record, self._viewer = core, channel, record, viewer

    def __repr__(self) -> str:
        return f"<Message {self.ts} {self.words[:60]!r}>"

    @property
    def ts(self) -> str:
        """Its time stamp, which is its id in the channel."""
        return self._record.ts

    @property
    def text(self) -> str:
        """The top-level text, as it was sent; screen readers and notifications read this."""
        return self._record.text

    @property
    def blocks(self) -> list[Payload]:
        """Its blocks."""
        return self._record.blocks

    @property
    def words(self) -> str:
        """All that a person reads."""
        return words.of_message(self._core.world, self._record, self._viewer)

    @property
    def buttons(self) -> list[str]:
        """The texts of its buttons, as far as this person sees them."""
        seen = words.seen_by(self._record.blocks, self._viewer)
        return [button["text"]["text"] for _block, button in words.buttons(seen)]

    @property
    def author(self) -> str:
        """The user id of whoever wrote it."""
        return self._record.user

    @property
    def by_bot(self) -> bool:
        """Whether the app wrote it."""
        return self._record.bot_id is not None

    @property
    def metadata(self) -> Payload | None:
        """What the app attached for itself."""
        return self._record.metadata

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self._record.ephemeral_to is not None

    @property
    def edited(self) -> bool:
        """Whether it was changed."""
        return self._record.edited is not None

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return self._record not in self._channel.messages

    @property
    def reactions(self) -> list[str]:
        """The names of the emoji on it."""
        return [reaction["name"] for reaction in self._record.reactions]

    @property
    def files(self) -> list[Payload]:
        """The files it carries."""
        return self._record.files

    @property
    def channel_id(self) -> str:
        """Where it stands."""
        return self._channel.channel_id

    @property
    def thread(self) -> list[Message]:
        """The replies below it, as far as this person sees them."""
        return [
            Message(self._core, self._channel, reply, self._viewer)
            for reply in self._channel.messages
            if reply.thread_ts == self.ts != reply.ts and reply.ephemeral_to in {None, self._viewer}
        ]

    async def press(self, text: str, by: Person | None = None, confirm: bool = True) -> Answered:
        """Press the button of that text.

        Args:
            by: Who presses; without it, whoever read the message.
            confirm: What they answer if they are asked first.
        """
        user = self._reader(by)
        block, button = offered(words.seen_by(self.blocks, user.user_id), text)
        if "confirm" in button and not confirm:
            return Answered()
        return await self._act(user, button_action(block, button))

    def confirmation(self, text: str) -> str:
        """What pressing that button asks first, or ""."""
        _block, button = offered(self.blocks, text)
        asked = button.get("confirm", {})
        parts = [asked.get(key) for key in ("title", "text", "confirm", "deny")]
        return words.of_blocks(self._core.world, parts)

    async def select(self, label: str, option: str, by: Person | None = None) -> Answered:
        """Choose an option of a menu, found by its placeholder, or of an overflow menu, by "⋯"."""
        user = self._reader(by)
        action = choice_action(self._core.world, self.blocks, self._record, label, option)
        return await self._act(user, action)

    async def suggest(self, label: str, typed: str = "", by: Person | None = None) -> Suggested:
        """Type into the menu of that placeholder, whose options the app hands out."""
        return await self._suggest(self._reader(by), forms.find(self._core.world, self.blocks, label), typed)

    async def suggest_at(self, path: str, typed: str) -> Suggested:
        """The same by the place of the menu."""
        return await self._suggest(self._reader(None), forms.at(self._core.world, self.blocks, path), typed)

    async def touch(self, block_id: str, action_id: str, raw: Any = None) -> Answered:
        """Press or choose what has these ids; see `by_id.touched`."""
        user = self._reader(None)
        seen = words.seen_by(self.blocks, user.user_id)
        done = by_id.touched(self._core.world, seen, block_id, action_id, raw, self._record)
        self._record.inputs |= {done.path: done.value} if done.path else {}
        return await self._act(user, done.action)

    async def shortcut(self, callback_id: str, by: Person | None = None) -> Answered:
        """Use an entry of the message's own menu, by callback id or name; not there on ephemeral messages."""
        user = self._reader(by)
        error, found = refused(self._core, user), self._core.config.shortcut(callback_id, "message")
        if error or self.ephemeral or found is None:
            return Answered(error=error or "unknown_shortcut")
        payloads = self._core.payloads
        payload = payloads.message_shortcut(user, found.callback_id, self._channel, self._record)
        return Answered(error=await self._core.interaction(payload))

    def _reader(self, by: Person | None) -> UserRecord:
        user = self._core.world.users[by.user_id if by else self._viewer]
        if self.deleted or self._record.ephemeral_to not in {None, user.user_id}:
            raise LookupError(f"{user.real_name} does not see this message")
        if user.user_id not in self._channel.members:
            raise PermissionError(f"{user.real_name} is not in this conversation")
        return user

    async def _suggest(self, user: UserRecord, field: forms.Field, typed: str) -> Suggested:
        about = self._core.payloads.message_suggestion(user, self._channel, self._record, field, typed)
        return await ask_options(self._core, field, typed, about, self._record.suggested)

    async def _act(self, user: UserRecord, action: Payload) -> Answered:
        payload = self._core.payloads.message_action(user, self._channel, self._record, action)
        return Answered(error=await self._core.interaction(payload))

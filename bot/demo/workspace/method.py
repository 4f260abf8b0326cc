"""How a Web API method is declared: its arguments, scopes, rate tier and token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.workspace.core import Core
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import ChannelRecord, Payload, PersonKind, UserRecord
from bot.demo.workspace.scopes import scopes_of

Handler = Callable[["Request"], Payload]


@dataclass(frozen=True, slots=True)
class Request:
    """One call that passed the door: known method, good token, allowed arguments."""

    core: Core
    method: str
    arguments: Payload = field(repr=False)

    def text(self, name: str) -> str:
        """An argument as text, "" when absent."""
        value = self.arguments.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """An argument as yes or no, in any of the ways that forms write it."""
        return str(self.arguments.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """An argument as a number.

        Raises:
            SlackError: it is none.
        """
        try:
            return int(self.arguments.get(name, default))
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments", [f"[ERROR] {name} must be a number"]) from None

    def channel(self) -> ChannelRecord:
        """The conversation of the argument `channel`, as far as the bot may know of it.

        Raises:
            SlackError: channel_not_found.
        """
        found = self.core.world.channels.get(self.text("channel"))
        if found is None or (found.private and not self.bot_in(found)):
            raise SlackError("channel_not_found")
        return found

    def joined_channel(self) -> ChannelRecord:
        """The same, where the bot has to be in it.

        Raises:
            SlackError: channel_not_found or not_in_channel.
        """
        channel = self.channel()
        if not self.bot_in(channel):
            raise SlackError("not_in_channel")
        return channel

    def bot_in(self, channel: ChannelRecord) -> bool:
        """Whether the bot is a member."""
        return self.core.world.bot.user_id in channel.members

    def user(self, name: str = "user") -> UserRecord:
        """The person of that argument.

        Raises:
            SlackError: user_not_found.
        """
        user = self.core.world.users.get(self.text(name))
        if user is None:
            raise SlackError("user_not_found")
        return user

    def needs(self, scopes: frozenset[str]) -> None:
        """One of these scopes has to be granted.

        Raises:
            SlackError: missing_scope.
        """
        provided = self.core.config.scopes
        if scopes and provided.isdisjoint(scopes):
            raise SlackError(
                "missing_scope", needed=",".join(sorted(scopes)), provided=",".join(sorted(provided))
            )

    def needs_for(self, channel: ChannelRecord) -> None:
        """The method's scope for this kind of conversation has to be granted.

        Raises:
            SlackError: missing_scope.
        """
        self.needs(scopes_of(self.method, channel.kind))

    def reachable(self, user: UserRecord, code: str) -> None:
        """The bot has to be able to write to this person directly.

        Raises:
            SlackError: *code*, user_disabled, cannot_dm_bot or messages_tab_disabled.
        """
        self.may_be_written_to(user, code)
        if not self.core.config.messages_tab:
            raise SlackError("messages_tab_disabled")

    def may_be_written_to(self, user: UserRecord, code: str) -> None:
        """This person has to be one whom the bot may talk to at all.

        Raises:
            SlackError: *code*, user_disabled or cannot_dm_bot.
        """
        if user.kind is PersonKind.BOT:
            raise SlackError("cannot_dm_bot")
        if user.kind is PersonKind.DEACTIVATED:
            raise SlackError("user_disabled")
        if not self.core.world.bot_may_write_to(user):
            raise SlackError(code)


@dataclass(frozen=True, slots=True)
class Method:
    """A row of Slack's method reference.

    Attributes:
        scopes: Any one of them is needed.
        tier: 1 to 4 as Slack's, 5 for the special ones.
        caller: Whose token it takes: "bot", "app" or "none" at all.
    """

    handler: Handler
    allowed: frozenset[str]
    required: tuple[str, ...]
    scopes: frozenset[str]
    tier: int
    caller: str


METHODS: dict[str, Method] = {}


def method(
    name: str, arguments: str = "", tier: int = 3, caller: str = "bot"
) -> Callable[[Handler], Handler]:
    """Declare a method; a required argument is written with an exclamation mark."""
    words = arguments.split()
    allowed = frozenset(word.rstrip("!") for word in words)
    required = tuple(word[:-1] for word in words if word.endswith("!"))

    scopes = scopes_of(name) if caller == "bot" else frozenset()

    def declare(handler: Handler) -> Handler:
        METHODS[name] = Method(handler, allowed, required, scopes, tier, caller)
        return handler

    return declare

"""What the workspace remembers: people, channels, messages, views, calls and deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Payload = dict[str, Any]


class PersonKind(StrEnum):
    """Who somebody is to this workspace (Slack docs, user types)."""

    MEMBER = "member"
    ADMIN = "admin"
    GUEST = "guest"
    SINGLE_GUEST = "single_guest"
    EXTERNAL = "external"
    STRANGER = "stranger"
    BOT = "bot"
    DEACTIVATED = "deactivated"


GUESTS = frozenset({PersonKind.GUEST, PersonKind.SINGLE_GUEST})
FROM_ELSEWHERE = frozenset({PersonKind.EXTERNAL, PersonKind.STRANGER})


@dataclass(slots=True)
class TeamRecord:
    """One company's workspace."""

    team_id: str
    name: str
    domain: str


@dataclass(slots=True)
class UserRecord:
    """An account, a person's or a bot's."""

    user_id: str
    team_id: str
    name: str
    real_name: str
    kind: PersonKind
    tz: str = "Europe/London"
    bot_id: str | None = None
    home: ViewRecord | None = None
    stack: list[ViewRecord] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class MessageRecord:
    """A message as it stands now.

    Attributes:
        ephemeral_to: The only person who sees it, or None for everybody.
        inputs: What was chosen in its menus, by the place of the menu.
        suggested: The options that the app handed out last, by the place of the menu.
    """

    ts: str
    user: str
    team: str
    text: str
    blocks: list[Payload] = field(default_factory=list)
    attachments: list[Payload] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: Payload | None = None
    bot_id: str | None = None
    app_id: str | None = None
    client_msg_id: str | None = None
    subtype: str | None = None
    edited: Payload | None = None
    reactions: list[Payload] = field(default_factory=list)
    files: list[Payload] = field(default_factory=list)
    ephemeral_to: str | None = None
    inputs: Payload = field(default_factory=dict)
    suggested: dict[str, list[Payload]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class ChannelRecord:
    """A conversation: public, private, or a direct message.

    Attributes:
        im_with: The person that a direct message with the app is with.
        group: Whether it is a direct message among several.
    """

    channel_id: str
    name: str
    private: bool = False
    ext_shared: bool = False
    members: list[str] = field(default_factory=list)
    archived: bool = False
    im_with: str | None = None
    group: bool = False
    created: int = 0
    messages: list[MessageRecord] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Slack's id of it."""
        return self.channel_id

    @property
    def kind(self) -> str:
        """ "im", "mpim", "private" or "public"."""
        if self.im_with is not None:
            return "im"
        if self.group:
            return "mpim"
        return "private" if self.private else "public"

    @property
    def family(self) -> str:
        """How events and scopes call it: "im", "mpim", "groups" or "channels"."""
        return {"im": "im", "mpim": "mpim", "private": "groups", "public": "channels"}[self.kind]

    def find(self, ts: str) -> MessageRecord | None:
        """The message of that time stamp."""
        return next((m for m in self.messages if m.ts == ts), None)


@dataclass(slots=True, eq=False)
class UsergroupRecord:
    """A user group such as @support."""

    usergroup_id: str
    handle: str
    members: list[str] = field(default_factory=list)
    date_update: int = 0

    @property
    def id(self) -> str:
        """Slack's id of it."""
        return self.usergroup_id


@dataclass(slots=True, eq=False)
class ViewRecord:
    """A modal or a Home tab on somebody's screen.

    Attributes:
        opened_from: The conversation that the person had before them when it opened, where Slack knows it.
        suggested: The options that the app handed out last, by the place of the menu.
    """

    view_id: str
    user_id: str
    body: Payload
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    external_id: str = ""
    closed: bool = False
    opened_from: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    inputs: Payload = field(default_factory=dict)
    suggested: dict[str, list[Payload]] = field(default_factory=dict)


@dataclass(slots=True)
class FileRecord:
    """An uploaded file."""

    file_id: str
    name: str
    length: int
    content: bytes = b""
    title: str = ""
    shared: bool = False
    user_id: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A Web API call that the workspace received.

    Attributes:
        at: Seconds since 1970 by the workspace's clock.
        token_kind: "bot", "app", "unknown" or "none".
        ts: The time stamp of the message it made or changed.
    """

    at: float
    method: str
    arguments: Payload = field(repr=False)
    token_kind: str
    ok: bool
    error: str | None = None
    ts: str | None = None


@dataclass(slots=True, eq=False)
class Delivery:
    """One attempt to hand the bot something.

    Attributes:
        kind: "slash_commands", "interactive" or "events_api", as Socket Mode names them.
        transport: "socket" or "http".
        attempt: 0, then the number of the retry.
        acked_after_s: Seconds by the workspace's clock; None while or because nothing came.
        answer: What the acknowledgement carried.
        error: Why it counts as failed, in Slack's words for retries.
    """

    kind: str
    payload: Payload = field(repr=False)
    transport: str
    attempt: int = 0
    acked_after_s: float | None = None
    answer: Any = field(default=None, repr=False)
    error: str | None = None
    status: int | None = None
    no_retry: bool = False
    done: bool = False

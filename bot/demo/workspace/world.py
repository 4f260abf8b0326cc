"""Who and what is in the workspace, and the look-ups that everything shares."""

from __future__ import annotations

from bot.demo.workspace.clock import Clock
from bot.demo.workspace.ids import new_digits, new_id
from bot.demo.workspace.records import (
    FROM_ELSEWHERE,
    ChannelRecord,
    FileRecord,
    MessageRecord,
    PersonKind,
    TeamRecord,
    UsergroupRecord,
    UserRecord,
    ViewRecord,
)


class World:
    """The records, and the bot's own identity."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.team = TeamRecord(new_id("T"), "Home", "home")
        self.teams = {self.team.team_id: self.team}
        self.users: dict[str, UserRecord] = {}
        self.channels: dict[str, ChannelRecord] = {}
        self.usergroups: dict[str, UsergroupRecord] = {}
        self.views: dict[str, ViewRecord] = {}
        self._named_views: dict[str, ViewRecord] = {}
        self._direct_messages: dict[str, ChannelRecord] = {}
        self.files: dict[str, FileRecord] = {}
        self.app_id = new_id("A")
        self.bot_id = new_id("B")
        self.bot = self.add_user("bot", PersonKind.BOT, self.team)
        self.bot.bot_id = self.bot_id
        self._last_us = 0

    def next_ts(self) -> str:
        """A message's time stamp: seconds and microseconds, never the same twice."""
        self._last_us = max(self._last_us + 1, int(self.clock.now() * 1_000_000))
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def team_called(self, name: str) -> TeamRecord:
        """Another company's workspace, made when first named."""
        for team in self.teams.values():
            if team.name == name:
                return team
        team = TeamRecord(new_id("T"), name, "".join(c for c in name.lower() if c.isalnum()))
        self.teams[team.team_id] = team
        return team

    def add_user(
        self, real_name: str, kind: PersonKind, team: TeamRecord, user_id: str | None = None
    ) -> UserRecord:
        """A new account."""
        name = real_name.lower().replace(" ", ".")
        user = UserRecord(user_id or new_id("U"), team.team_id, name, real_name, kind)
        self.users[user.user_id] = user
        return user

    def add_channel(self, channel: ChannelRecord) -> ChannelRecord:
        """A new conversation."""
        channel.created = int(self.clock.now())
        self.channels[channel.channel_id] = channel
        if channel.im_with:
            self._direct_messages[channel.im_with] = channel
        return channel

    def direct_message(self, user_id: str) -> ChannelRecord:
        """The conversation of that person with the bot, made when first needed."""
        found = self.found_direct_message(user_id)
        if found is not None:
            return found
        return self.add_channel(
            ChannelRecord(
                new_id("D"),
                "directmessage",
                private=True,
                members=[user_id, self.bot.user_id],
                im_with=user_id,
            )
        )

    def group_message(self, users: list[UserRecord]) -> ChannelRecord:
        """A new conversation of these people and the bot; their order stays (docs, conversations.open)."""
        names = "--".join(user.name for user in (*users, self.bot))
        members = [*(user.user_id for user in users), self.bot.user_id]
        return self.add_channel(
            ChannelRecord(new_id("C"), f"mpdm-{names}-1", private=True, members=members, group=True)
        )

    def found_group_message(self, users: list[UserRecord]) -> ChannelRecord | None:
        """The conversation of just these people and the bot, if there is one."""
        wanted = {*(user.user_id for user in users), self.bot.user_id}
        return next((c for c in self.channels.values() if c.group and set(c.members) == wanted), None)

    def found_direct_message(self, user_id: str) -> ChannelRecord | None:
        """The conversation of that person with the bot, if there is one."""
        return self._direct_messages.get(user_id)

    def place(self, target: object) -> str:
        """The conversation that this id stands for: a person's is the direct message with them."""
        found = self.found_direct_message(str(target))
        return found.channel_id if found else str(target)

    def shares_channel(self, user: UserRecord) -> bool:
        """Whether this outsider and the bot are in one Slack Connect channel."""
        return any(
            c.ext_shared and user.user_id in c.members and self.bot.user_id in c.members
            for c in self.channels.values()
        )

    def bot_may_write_to(self, user: UserRecord) -> bool:
        """Local people, and people from elsewhere who share a channel (Slack docs, Slack Connect)."""
        return user.kind not in FROM_ELSEWHERE or not self.is_stranger(user)

    def is_stranger(self, user: UserRecord) -> bool:
        """Whether somebody from elsewhere shares no channel with us (Slack docs, Slack Connect)."""
        return user.kind is PersonKind.STRANGER or not self.shares_channel(user)

    def members(self, channel: ChannelRecord) -> list[UserRecord]:
        """The people in it, the bot too."""
        return [self.users[user_id] for user_id in channel.members]

    def name_view(self, view: ViewRecord, external_id: str) -> None:
        """From now on the view carries this id, or none."""
        if self._named_views.get(view.external_id) is view:
            del self._named_views[view.external_id]
        view.external_id = external_id
        if external_id:
            self._named_views[external_id] = view

    def view_by_external_id(self, external_id: str) -> ViewRecord | None:
        """The open view that carries this id."""
        found = self._named_views.get(external_id)
        return found if found is not None and not found.closed else None

    def posted_by_bot(self, channel: ChannelRecord, message: MessageRecord) -> MessageRecord:
        """The message, signed as the bot's and stored."""
        message.bot_id, message.app_id = self.bot_id, self.app_id
        channel.messages.append(message)
        return message

    @staticmethod
    def trigger_text() -> str:
        """The shape of a trigger id."""
        return f"{new_digits(13)}.{new_digits(12)}.{new_id('').lower()}{new_digits(20)}"

"""What happens in a workspace besides conversation: channels, groups and accounts change."""

from __future__ import annotations

from collections.abc import Iterable

from bot.demo.workspace.core import Core
from bot.demo.workspace.ids import new_id
from bot.demo.workspace.methods_people import described
from bot.demo.workspace.people import Person
from bot.demo.workspace.records import ChannelRecord, Payload, PersonKind, UsergroupRecord


class Admin:
    """Acts at once; the app hears of it as far as it subscribed."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def archive(self, channel: ChannelRecord) -> None:
        """Nobody writes there any more."""
        channel.archived = True
        kind = "group_archive" if channel.private else "channel_archive"
        self._core.announce.other(kind, {"channel": channel.channel_id, "user": ""})

    def invite_bot(self, channel: ChannelRecord) -> None:
        """The app is let in."""
        bot = self._core.world.bot
        channel.members.append(bot.user_id)
        self._core.announce.joined(channel, bot, True)

    def remove_bot(self, channel: ChannelRecord) -> None:
        """The app is put out."""
        channel.members.remove(self._core.world.bot.user_id)
        kind = "group_left" if channel.private else "channel_left"
        self._core.announce.other(kind, {"channel": channel.channel_id})

    def share(self, channel: ChannelRecord, company: str) -> None:
        """Another company is let in; the channel gets a new id (Slack docs, Slack Connect)."""
        old, channel.channel_id = channel.channel_id, new_id("C")
        channels = self._core.world.channels
        channels[channel.channel_id] = channels.pop(old)
        channel.ext_shared = True
        team = self._core.world.team_called(company)
        ids = {"old_channel_id": old, "new_channel_id": channel.channel_id}
        self._core.announce.other("channel_id_changed", ids)
        about = {"channel": channel.channel_id, "connected_team_id": team.team_id}
        self._core.announce.other("channel_shared", about)

    def set_usergroup(self, group: UsergroupRecord, members: Iterable[Person]) -> None:
        """Others are in the group now."""
        before, group.members = group.members, [person.user_id for person in members]
        team_id, now = self._core.world.team.team_id, int(self._core.clock.now())
        moved = {
            "subteam_id": group.usergroup_id,
            "team_id": team_id,
            "added_users": [user_id for user_id in group.members if user_id not in before],
            "removed_users": [user_id for user_id in before if user_id not in group.members],
            "date_previous_update": group.date_update,
            "date_update": now,
        }
        group.date_update = now
        self._core.announce.other("subteam_members_changed", moved)
        told: Payload = {"id": group.usergroup_id, "team_id": team_id, "handle": group.handle}
        told |= {"users": list(group.members), "user_count": len(group.members)}
        self._core.announce.other("subteam_updated", {"subteam": told})

    def set_kind(self, person: Person, kind: PersonKind) -> None:
        """Somebody becomes a guest, an admin, or is deactivated."""
        person.record.kind = kind
        told = described(self._core, person.record)
        self._core.announce.other("user_change", {"user": told}, person.user_id)

    def enable_events(self) -> None:
        """The app gets events again, after it was given up for not taking them."""
        self._core.courier.health.enable()

    def revoke_tokens(self) -> None:
        """Every further call is answered token_revoked; the app is told over what is left."""
        self._core.tokens.revoked = True
        bot = self._core.world.bot.user_id
        self._core.announce.other("tokens_revoked", {"tokens": {"oauth": [], "bot": [bot]}})

    def uninstall(self) -> None:
        """The app is taken out of the workspace."""
        self.revoke_tokens()
        self._core.announce.other("app_uninstalled", {})

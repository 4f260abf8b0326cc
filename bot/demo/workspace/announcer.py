"""Tells the app what happened in the workspace, as far as it subscribed and may know."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bot.demo.workspace.app_config import AppConfig
from bot.demo.workspace.changes import Changes
from bot.demo.workspace.ids import new_id
from bot.demo.workspace.payloads import VERIFICATION_TOKEN, message_body
from bot.demo.workspace.records import ChannelRecord, MessageRecord, Payload, UserRecord
from bot.demo.workspace.world import World

#: For one app in one workspace (Slack docs, Events API, rate limiting).
EVENTS_PER_HOUR = 30_000
HOUR_S = 3600
CHANNEL_TYPES = {"im": "im", "mpim": "mpim", "groups": "group", "channels": "channel"}


class Announcer:
    """Events of the Events API (Slack docs, Events API; Slack Connect)."""

    def __init__(
        self, world: World, changes: Changes, config: Callable[[], AppConfig], tell: Callable[[Payload], None]
    ) -> None:
        self._world, self._changes = world, changes
        self._config, self._tell = config, tell
        self._told: deque[float] = deque()
        self._limited = False
        self.events_per_hour = EVENTS_PER_HOUR

    def posted(self, channel: ChannelRecord, message: MessageRecord) -> None:
        """A message is there; a mention of the bot is told a second time, as a mention."""
        self._changes.note("message", channel=channel.channel_id, ts=message.ts)
        if message.ephemeral_to is not None:
            return
        body = {**message_body(message), "channel": channel.channel_id, "event_ts": message.ts}
        body["channel_type"] = CHANNEL_TYPES[channel.family]
        self._message_event(channel, body, message.user)
        if f"<@{self._world.bot.user_id}>" in message.text and channel.im_with is None:
            mention = {key: value for key, value in body.items() if key != "channel_type"}
            if self._in(channel):
                self._send("app_mention", {**mention, "type": "app_mention"}, message.user, channel)

    def changed(self, channel: ChannelRecord, message: MessageRecord, before: Payload) -> None:
        """A message was edited."""
        self._changes.note("message", channel=channel.channel_id, ts=message.ts)
        about = {"message": message_body(message), "previous_message": before}
        self._hidden_event("message_changed", channel, about, message.user)

    def deleted(self, channel: ChannelRecord, message: MessageRecord) -> None:
        """A message is gone."""
        self._changes.note("message", channel=channel.channel_id, ts=message.ts)
        about = {"deleted_ts": message.ts, "previous_message": message_body(message)}
        self._hidden_event("message_deleted", channel, about, message.user)

    def joined(self, channel: ChannelRecord, user: UserRecord, joined: bool) -> None:
        """Somebody came into a channel, or left it."""
        self._changes.note("channel", channel=channel.channel_id, user=user.user_id)
        kind = "member_joined_channel" if joined else "member_left_channel"
        event: Payload = {"user": user.user_id, "channel": channel.channel_id, "team": user.team_id}
        event["channel_type"] = "G" if channel.private else "C"
        if self._in(channel) or user.user_id == self._world.bot.user_id:
            self._send(kind, event, user.user_id, channel)

    def home_opened(self, user: UserRecord, channel: ChannelRecord, tab: str, view: Payload | None) -> None:
        """Somebody looks at the app's Home or Messages tab."""
        event: Payload = {"user": user.user_id, "channel": channel.channel_id, "tab": tab}
        if view is not None:
            event["view"] = view
        self._send("app_home_opened", event, user.user_id, channel)

    def other(self, kind: str, event: Payload, user_id: str = "") -> None:
        """Any other event that Slack has."""
        self._changes.note("workspace", event=kind)
        self._send(kind, event, user_id, None)

    def _hidden_event(self, subtype: str, channel: ChannelRecord, about: Payload, user_id: str) -> None:
        ts = self._world.next_ts()
        body = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": channel.channel_id,
            "ts": ts,
        }
        body |= {"event_ts": ts, "channel_type": CHANNEL_TYPES[channel.family], **about}
        self._message_event(channel, body, user_id)

    def _message_event(self, channel: ChannelRecord, body: Payload, user_id: str) -> None:
        if self._in(channel):
            self._send(f"message.{channel.family}", body, user_id, channel)

    def _in(self, channel: ChannelRecord) -> bool:
        return self._world.bot.user_id in channel.members

    def _send(self, name: str, event: Payload, user_id: str, channel: ChannelRecord | None) -> None:
        if not self._config().hears(name):
            return
        ours = self._world.team.team_id
        user = self._world.users.get(user_id)
        team_id = user.team_id if user else ours
        body = {"type": name, "event_ts": self._world.next_ts(), **event}
        if team_id != ours:
            body |= {"user_team": team_id, "source_team": team_id}
        if self._within_quota():
            self._tell(self._envelope(body, team_id, channel is not None and channel.ext_shared))

    def _within_quota(self) -> bool:
        """Whether this hour takes one more; the first that it does not take is told as such."""
        now = self._world.clock.running()
        while self._told and self._told[0] <= now - HOUR_S:
            self._told.popleft()
        if len(self._told) < self.events_per_hour:
            self._told.append(now)
            self._limited = False
        elif not self._limited:
            self._limited = True
            self._tell(self._rate_limited())
        return not self._limited

    def _rate_limited(self) -> Payload:
        return {
            "token": VERIFICATION_TOKEN,
            "type": "app_rate_limited",
            "team_id": self._world.team.team_id,
            "minute_rate_limited": int(self._world.clock.now()) // 60 * 60,
            "api_app_id": self._world.app_id,
        }

    def _envelope(self, event: Payload, team_id: str, ext_shared: bool) -> Payload:
        ours = self._world.team.team_id
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": team_id,
            "context_team_id": ours,
            "context_enterprise_id": None,
            "api_app_id": self._world.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(self._world.clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": ours,
                    "user_id": self._world.bot.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": ext_shared,
            "event_context": f"4-{new_id('')}",
        }

"""What the app is allowed and told: scopes, events, commands and features, as its manifest says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Event → any of the scopes that deliver it (Slack docs, Events API reference); none: always.
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_id_changed": (),
    "channel_left": ("channels:read",),
    "channel_shared": ("channels:read", "groups:read"),
    "channel_unshared": ("channels:read", "groups:read"),
    "group_archive": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "im_open": ("im:read",),
    "im_close": ("im:read",),
    "im_created": ("im:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "file_shared": ("files:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
    "app_uninstalled": (),
    "tokens_revoked": (),
    "app_rate_limited": (),
}

ALL_SCOPES = frozenset(
    {scope for scopes in EVENT_SCOPES.values() for scope in scopes}
    | {
        "commands",
        "chat:write",
        "channels:history",
        "channels:read",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "users:read",
        "users:read.email",
        "usergroups:read",
        "reactions:read",
        "reactions:write",
        "files:read",
        "files:write",
        "team:read",
        "app_mentions:read",
        "channels:join",
    }
)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An entry of the shortcuts menu.

    Attributes:
        kind: "global", or "message" for a message's own menu.
    """

    name: str
    callback_id: str
    kind: str = "global"


@dataclass(slots=True)
class AppConfig:
    """An installed app; without a manifest everything is allowed and every event sent."""

    name: str = "bot"
    commands: tuple[str, ...] = ()
    shortcuts: tuple[Shortcut, ...] | None = None
    scopes: frozenset[str] = ALL_SCOPES
    events: frozenset[str] = frozenset(EVENT_SCOPES)
    interactive: bool = True
    home_tab: bool = True
    messages_tab: bool = True
    messages_tab_read_only: bool = False
    socket_mode: bool | None = None

    def hears(self, event: str) -> bool:
        """Whether the app subscribed to it and has a scope that delivers it."""
        scopes = EVENT_SCOPES.get(event, ())
        return event in self.events and (not scopes or not self.scopes.isdisjoint(scopes))

    def shortcut(self, wanted: str, kind: str) -> Shortcut | None:
        """The entry of that callback id or name; without a manifest any callback id exists."""
        if self.shortcuts is None:
            return Shortcut(wanted, wanted, kind)
        return next((s for s in self.shortcuts if kind == s.kind and wanted in {s.callback_id, s.name}), None)


def installed(manifest: Mapping[str, Any]) -> AppConfig:
    """The app as this manifest describes it.

    Raises:
        ValueError: an event is unknown, or no scope of the manifest delivers it.
    """
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    home = features.get("app_home", {})
    config = AppConfig(
        name=features.get("bot_user", {}).get("display_name", "bot"),
        commands=tuple(c["command"] for c in features.get("slash_commands", ())),
        shortcuts=tuple(
            Shortcut(s["name"], s["callback_id"], s["type"]) for s in features.get("shortcuts", ())
        ),
        scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        interactive=settings.get("interactivity", {}).get("is_enabled", False),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", False),
        messages_tab_read_only=home.get("messages_tab_read_only_enabled", False),
        socket_mode=settings.get("socket_mode_enabled", False),
    )
    _check(config)
    return config


def _check(config: AppConfig) -> None:
    for event in sorted(config.events):
        if event not in EVENT_SCOPES:
            raise ValueError(f"the manifest subscribes to {event}, which Slack does not have")
        if not config.hears(event):
            wanted = " or ".join(EVENT_SCOPES[event])
            raise ValueError(f"the manifest subscribes to {event} without the scope {wanted}")
    if (config.commands or config.shortcuts) and "commands" not in config.scopes:
        raise ValueError("the manifest has commands or shortcuts without the scope commands")

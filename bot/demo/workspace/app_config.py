"""What the app is allowed and told: scopes, events, commands and features, as its manifest says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace.scopes import SCOPE_OF_EVENT, SCOPES_OF_METHOD

ALL_SCOPES = frozenset(
    {"commands"}.union(*SCOPES_OF_METHOD.values(), *SCOPE_OF_EVENT.values()) - {"chat:write.public"}
)
#: Nobody subscribes to this one, it comes by itself (Slack docs, Events API, rate limiting).
AUTOMATIC = frozenset({"app_rate_limited"})


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
    """An installed app; without a manifest everything is allowed and every event sent.

    Attributes:
        escaped: The commands whose text carries ids for the names of people and channels.
        options_load: Whether Slack knows where to ask for the options of external menus.
    """

    name: str = "bot"
    commands: tuple[str, ...] = ()
    escaped: frozenset[str] = frozenset()
    shortcuts: tuple[Shortcut, ...] | None = None
    scopes: frozenset[str] = ALL_SCOPES
    events: frozenset[str] = frozenset(SCOPE_OF_EVENT)
    interactive: bool = True
    home_tab: bool = True
    messages_tab: bool = True
    messages_tab_read_only: bool = False
    socket_mode: bool | None = None
    options_load: bool = True

    def hears(self, event: str) -> bool:
        """Whether the app subscribed to it and was granted a scope that delivers it."""
        return event in self.events | AUTOMATIC and _granted(event, self.scopes)

    def shortcut(self, wanted: str, kind: str) -> Shortcut | None:
        """The entry of that callback id or name; without a manifest any callback id exists."""
        if self.shortcuts is None:
            return Shortcut(wanted, wanted, kind)
        return next((s for s in self.shortcuts if kind == s.kind and wanted in {s.callback_id, s.name}), None)


def installed(manifest: Mapping[str, Any], refused: Collection[str] = ()) -> AppConfig:
    """The app as this manifest describes it.

    Args:
        refused: Optional scopes that whoever installed the app did not grant.

    Raises:
        ValueError: an event is unknown, or no scope of the manifest delivers it; a scope cannot be refused.
    """
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    home = features.get("app_home", {})
    commands = features.get("slash_commands", ())
    config = AppConfig(
        name=features.get("bot_user", {}).get("display_name", "bot"),
        commands=tuple(c["command"] for c in commands),
        escaped=frozenset(c["command"] for c in commands if c.get("should_escape")),
        shortcuts=tuple(
            Shortcut(s["name"], s["callback_id"], s["type"]) for s in features.get("shortcuts", ())
        ),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        interactive=settings.get("interactivity", {}).get("is_enabled", False),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", False),
        messages_tab_read_only=home.get("messages_tab_read_only_enabled", False),
        socket_mode=settings.get("socket_mode_enabled", False),
        options_load=_loads_options(settings),
    )
    scopes = manifest.get("oauth_config", {}).get("scopes", {})
    _check(config, frozenset(scopes.get("bot", ())) | frozenset(scopes.get("bot_optional", ())))
    config.scopes = _scopes(scopes, refused)
    return config


def _loads_options(settings: Mapping[str, Any]) -> bool:
    """Over a socket always; over HTTP where the manifest names an address (docs, app manifest reference)."""
    address = settings.get("interactivity", {}).get("message_menu_options_url")
    return bool(settings.get("socket_mode_enabled") or address)


def _scopes(scopes: Mapping[str, Any], refused: Collection[str]) -> frozenset[str]:
    optional = frozenset(scopes.get("bot_optional", ()))
    if kept := frozenset(refused) - optional:
        raise ValueError(f"the manifest does not offer {', '.join(sorted(kept))} as optional")
    return (frozenset(scopes.get("bot", ())) | optional) - frozenset(refused)


def _granted(event: str, scopes: frozenset[str]) -> bool:
    choice = SCOPE_OF_EVENT.get(event, frozenset())
    return not choice or not choice.isdisjoint(scopes)


def _check(config: AppConfig, scopes: frozenset[str]) -> None:
    for event in sorted(config.events):
        if event not in SCOPE_OF_EVENT:
            raise ValueError(f"the manifest subscribes to {event}, which Slack does not have")
        if not _granted(event, scopes):
            wanted = " or ".join(sorted(SCOPE_OF_EVENT[event]))
            raise ValueError(f"the manifest subscribes to {event} without the scope {wanted}")
    if (config.commands or config.shortcuts) and "commands" not in scopes:
        raise ValueError("the manifest has commands or shortcuts without the scope commands")

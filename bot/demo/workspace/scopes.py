"""Which scope of a bot token opens which Web API method and lets which event through.

Sources: docs.slack.dev/reference/methods and docs.slack.dev/reference/events, "Required scopes", bot token.
A set is a choice: any one of its scopes is enough. An empty set needs none.
"""

from __future__ import annotations

from collections.abc import Mapping

NONE: frozenset[str] = frozenset()

HISTORY = frozenset({"channels:history", "groups:history", "im:history", "mpim:history"})
READ = frozenset({"channels:read", "groups:read", "im:read", "mpim:read"})
CHANNEL_READ = frozenset({"channels:read", "groups:read"})
MANAGE = frozenset({"channels:manage", "groups:write", "im:write", "mpim:write"})
CHAT = frozenset({"chat:write"})
FILES_READ = frozenset({"files:read"})
FILES_WRITE = frozenset({"files:write"})
USERS = frozenset({"users:read"})
USERGROUPS = frozenset({"usergroups:read"})

KIND_PREFIX: Mapping[str, str] = {
    "public": "channels:",
    "private": "groups:",
    "im": "im:",
    "mpim": "mpim:",
}
"""Kind of conversation → how the scopes begin that open a conversations.* method for it."""

SCOPES_OF_METHOD: Mapping[str, frozenset[str]] = {
    "api.test": NONE,
    "assistant.threads.setStatus": CHAT,
    "auth.revoke": NONE,
    "auth.test": NONE,
    "blocks.validate": NONE,
    "bookmarks.add": frozenset({"bookmarks:write"}),
    "bots.info": USERS,
    "chat.delete": CHAT,
    "chat.deleteScheduledMessage": CHAT,
    "chat.getPermalink": NONE,
    "chat.postEphemeral": CHAT,
    "chat.postMessage": CHAT,
    "chat.scheduleMessage": CHAT,
    "chat.update": CHAT,
    "conversations.close": MANAGE,
    "conversations.history": HISTORY,
    "conversations.info": READ,
    "conversations.join": frozenset({"channels:join"}),
    "conversations.leave": MANAGE,
    "conversations.list": READ,
    "conversations.members": READ,
    "conversations.open": MANAGE,
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": FILES_WRITE,
    "files.delete": FILES_WRITE,
    "files.getUploadURLExternal": FILES_WRITE,
    "files.info": FILES_READ,
    "files.list": FILES_READ,
    "oauth.v2.access": NONE,
    "pins.add": frozenset({"pins:write"}),
    "reactions.add": frozenset({"reactions:write"}),
    "reactions.get": frozenset({"reactions:read"}),
    "reactions.remove": frozenset({"reactions:write"}),
    "team.info": frozenset({"team:read"}),
    "usergroups.list": USERGROUPS,
    "usergroups.users.list": USERGROUPS,
    "users.conversations": READ,
    "users.getPresence": USERS,
    "users.info": USERS,
    "users.list": USERS,
    "users.lookupByEmail": frozenset({"users:read.email"}),
    "users.profile.get": frozenset({"users.profile:read"}),
    "views.open": NONE,
    "views.publish": NONE,
    "views.push": NONE,
    "views.update": NONE,
}

SCOPES_OF_APP_TOKEN: Mapping[str, frozenset[str]] = {
    "apps.connections.open": frozenset({"connections:write"}),
    "apps.event.authorizations.list": frozenset({"authorizations:read"}),
}
"""Methods of the app-level token (`xapp-…`), whose scopes stand in no manifest."""

SCOPE_OF_EVENT: Mapping[str, frozenset[str]] = {
    "app_home_opened": NONE,
    "app_mention": frozenset({"app_mentions:read"}),
    "app_rate_limited": NONE,
    "app_uninstalled": NONE,
    "channel_archive": frozenset({"channels:read"}),
    "channel_created": frozenset({"channels:read"}),
    "channel_deleted": frozenset({"channels:read"}),
    "channel_id_changed": NONE,
    "channel_left": frozenset({"channels:read"}),
    "channel_rename": frozenset({"channels:read"}),
    "channel_shared": CHANNEL_READ,
    "channel_unarchive": frozenset({"channels:read"}),
    "channel_unshared": CHANNEL_READ,
    "file_shared": FILES_READ,
    "group_archive": frozenset({"groups:read"}),
    "group_left": frozenset({"groups:read"}),
    "group_rename": frozenset({"groups:read"}),
    "group_unarchive": frozenset({"groups:read"}),
    "im_close": frozenset({"im:read"}),
    "im_created": frozenset({"im:read"}),
    "im_open": frozenset({"im:read"}),
    "member_joined_channel": CHANNEL_READ,
    "member_left_channel": CHANNEL_READ,
    "message.channels": frozenset({"channels:history"}),
    "message.groups": frozenset({"groups:history"}),
    "message.im": frozenset({"im:history"}),
    "message.mpim": frozenset({"mpim:history"}),
    "reaction_added": frozenset({"reactions:read"}),
    "reaction_removed": frozenset({"reactions:read"}),
    "subteam_created": USERGROUPS,
    "subteam_members_changed": USERGROUPS,
    "subteam_updated": USERGROUPS,
    "team_join": USERS,
    "tokens_revoked": NONE,
    "user_change": USERS,
}

SCOPE_OF_FEATURE: Mapping[str, str] = {"slash_commands": "commands", "shortcuts": "commands"}
"""A manifest's feature → the scope that it needs (docs, app manifest reference)."""


def scopes_of(method: str, kind: str | None = None) -> frozenset[str]:
    """The scopes of which any one opens a method.

    Args:
        method: As in the docs, e.g. `conversations.history`.
        kind: `public`, `private`, `im` or `mpim`, where the method acts on one conversation: the choice is
            then narrowed to the scope for that kind, which Slack names in `missing_scope`.

    Raises:
        KeyError: the method is in no table.
    """
    choice = {**SCOPES_OF_METHOD, **SCOPES_OF_APP_TOKEN}[method]
    if kind is None or len(choice) < 2:
        return choice
    return frozenset(scope for scope in choice if scope.startswith(KIND_PREFIX[kind]))


def event_type(subscription: str) -> str:
    """The `type` in the payload of a subscribed event: every `message.*` arrives as `message`."""
    return subscription.partition(".")[0]

"""Whatever a stranger may send, as hypothesis makes it up; what must not come back is marked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as some

MARK = "canary-5d1f"
"""Stands in everything that is sent, and must stand in nothing that comes back."""

TEXT = some.text(max_size=40) | some.sampled_from(
    [MARK, MARK * 500, "\x00", "\ud800", "", "null", "../../etc"]
)
JSON: some.SearchStrategy[Any] = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | TEXT,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
TYPES = [
    "event_callback",
    "url_verification",
    "block_actions",
    "view_submission",
    "view_closed",
    "shortcut",
    "message_action",
    "app_rate_limited",
    "block_suggestion",
    "nonsense",
]
FIELDS = [
    "event",
    "user",
    "team",
    "team_id",
    "user_id",
    "actions",
    "view",
    "channel",
    "trigger_id",
    "callback_id",
    "response_url",
    "authorizations",
    "container",
    "message",
    "text",
    "command",
    "event_id",
]
PAYLOAD = some.builds(
    lambda kind, rest: {**rest, "type": kind},
    some.sampled_from(TYPES),
    some.dictionaries(some.sampled_from(FIELDS), JSON, max_size=8),
)
"""Nearly one of Slack's: the right names, with anything in them."""
EVENT = some.builds(
    lambda kind, rest: {"type": "event_callback", "event_id": "Ev1", "event": {**rest, "type": kind}},
    some.sampled_from(["message", "app_home_opened", "member_joined_channel", "tokens_revoked"]),
    some.dictionaries(
        some.sampled_from(
            ["user", "text", "channel", "channel_type", "ts", "tab", "subtype", "message", "attachments"]
        ),
        JSON,
        max_size=7,
    ),
)
BODY = some.one_of(
    some.binary(max_size=400),
    TEXT.map(lambda text: text.encode("utf-8", "replace")),
    some.integers(1, 60_000).map(lambda depth: b"[" * depth),
)


def without_halves(value: Any) -> Any:
    """The same as JSON can carry it over a wire: halves of characters become question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {without_halves(name): without_halves(held) for name, held in value.items()}
    return [without_halves(held) for held in value] if isinstance(value, list) else value

"""Slack's messages, views and answers as tables: which arguments there are, which must be there, how long.

Sources: docs.slack.dev/reference/methods (arguments and errors), docs.slack.dev/surfaces, slack_sdk 3.47.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.workspace.rules_blocks import MARKDOWN, blocks_of
from bot.demo.workspace.rules_objects import ID, MENU_OPTION, OPTION_GROUP, URL, plain
from bot.demo.workspace.rules_shape import AnyObject, Anything, Flag, Items, Record, Rule, Text, Word

TEXT = 40_000
"""Characters of a message's text; Slack cuts off the rest, which is a loss (docs, chat.postMessage)."""
TEXT_OF_UPDATE = 4_000
"""Characters of text in chat.update, beyond which it answers `msg_too_long` (docs, chat.update, errors)."""
ATTACHMENTS = 100
"""Attachments of one message, beyond which it answers `too_many_attachments` (docs, chat.postMessage)."""

ATTACHMENT = Record(
    may={
        **dict.fromkeys(
            (
                *("fallback", "color", "pretext", "text", "title", "author_name", "author_subname", "footer"),
                *("callback_id", "attachment_type"),
            ),
            Text(shortest=0),
        ),
        **dict.fromkeys(
            ("author_link", "author_icon", "title_link", "image_url", "thumb_url", "footer_icon"), URL
        ),
        "fields": Items(Record(may={"title": Text(shortest=0), "value": Text(shortest=0), "short": Flag()})),
        "mrkdwn_in": Items(Word(("pretext", "text", "fields"))),
        "ts": Anything(),
        "blocks": blocks_of("message"),
    }
)
METADATA = Record(needs={"event_type": ID, "event_payload": AnyObject()})

CONTENT: Mapping[str, Rule] = {
    "text": Text(TEXT, shortest=0),
    "blocks": blocks_of("message", fewest=0),
    "attachments": Items(ATTACHMENT, most=ATTACHMENTS, fewest=0),
    "markdown_text": Text(MARKDOWN),
}
LOOKS: Mapping[str, Rule] = {
    "as_user": Flag(),
    "icon_emoji": Text(),
    "icon_url": URL,
    "link_names": Flag(),
    "parse": Word(("none", "full")),
    "username": Text(80),
}
POSTED: Mapping[str, Rule] = {
    "thread_ts": Text(),
    "reply_broadcast": Flag(),
    "unfurl_links": Flag(),
    "unfurl_media": Flag(),
    "mrkdwn": Flag(),
    "metadata": METADATA,
}
NEVER_BOTH = (("markdown_text", "text"), ("markdown_text", "blocks"))
"""docs, chat.postMessage, error `markdown_text_conflict`."""

ARGUMENTS: Mapping[str, Record] = {
    "chat.postMessage": Record(
        needs={"channel": Text()}, may={**CONTENT, **LOOKS, **POSTED}, never_both=NEVER_BOTH
    ),
    "chat.postEphemeral": Record(
        needs={"channel": Text(), "user": Text()},
        may={**CONTENT, **LOOKS, "thread_ts": Text()},
        never_both=NEVER_BOTH,
    ),
    "chat.update": Record(
        needs={"channel": Text(), "ts": Text()},
        may={
            **CONTENT,
            "text": Text(TEXT_OF_UPDATE, shortest=0),
            **{name: LOOKS[name] for name in ("as_user", "link_names", "parse")},
            "reply_broadcast": Flag(),
            "metadata": METADATA,
            "file_ids": Anything(),
        },
        never_both=NEVER_BOTH,
    ),
}
"""Arguments by method: docs.slack.dev/reference/methods and the signatures of slack_sdk 3.47."""

ANY_MESSAGE = Record(
    may={
        **CONTENT,
        **LOOKS,
        **POSTED,
        "channel": Text(),
        "user": Text(),
        "ts": Text(),
        "file_ids": Anything(),
    },
    never_both=NEVER_BOTH,
)

COMMAND_ANSWER = Record(
    may={**CONTENT, **POSTED, "response_type": Word(("ephemeral", "in_channel"))},
    never_both=NEVER_BOTH,
)
"""What may be sent back at once to a slash command (docs, interactivity/implementing-slash-commands)."""

RESPONSE_URL = Record(
    may={**COMMAND_ANSWER.may, "replace_original": Flag(), "delete_original": Flag()}, never_both=NEVER_BOTH
)
"""What may be posted to a `response_url` (docs, interactivity/handling-user-interaction)."""

OPTIONS_ANSWER = Record(
    may={
        "options": Items(MENU_OPTION, most=100, fewest=0),
        "option_groups": Items(OPTION_GROUP, most=100, fewest=0),
    },
    one_of=(("options", "option_groups"),),
    never_both=(("options", "option_groups"),),
)
"""What a `block_suggestion` is answered with (docs, external select menu; at most 100 of either)."""

VIEW: Mapping[str, Rule] = {"private_metadata": Text(3000, shortest=0), "callback_id": ID, "external_id": ID}
MODAL = Record(
    needs={"title": plain(24), "blocks": blocks_of("modal")},
    may={
        **VIEW,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
    },
)
HOME = Record(needs={"blocks": blocks_of("home")}, may=VIEW)

ANSWERS: Mapping[str, Record] = {
    "clear": Record(needs={"response_action": Anything()}),
    "errors": Record(needs={"response_action": Anything(), "errors": Anything()}),
    "update": Record(needs={"response_action": Anything(), "view": Anything()}),
    "push": Record(needs={"response_action": Anything(), "view": Anything()}),
}
"""What a `view_submission` may be answered with (docs, surfaces/modals#response_actions)."""

UNKNOWN_ANSWER = Record(
    needs={"response_action": Word(tuple(ANSWERS))}, may={"errors": Anything(), "view": Anything()}
)
"""What is demanded of an answer whose action is not in the table."""

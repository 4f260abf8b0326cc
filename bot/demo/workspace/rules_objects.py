"""Slack's composition objects as a table: text, option, confirm and what else sits inside an element.

Sources: docs.slack.dev/reference/block-kit/composition-objects/*, the length constants of
`slack_sdk.models.blocks.basic_components` (3.47) and `@slack/types` composition-objects.ts.
"""

from __future__ import annotations

from bot.demo.workspace.rules_shape import ByType, Flag, Items, Record, Rule, Text, Word

TEXT_OBJECT = 3000
"""Characters in any text object, where its place sets no lower bound."""

ID = Text(255)
"""block_id, action_id, callback_id and external_id."""

URL = Text(3000)


def plain(longest: int = TEXT_OBJECT) -> Rule:
    """A text object where Slack takes `plain_text` only."""
    return Record(needs={"type": Word(("plain_text",)), "text": Text(longest)}, may={"emoji": Flag()})


def rich(longest: int = TEXT_OBJECT) -> ByType:
    """A text object where Slack takes either kind; `emoji` belongs to one, `verbatim` to the other."""
    return ByType(
        {
            "plain_text": Record(needs={"text": Text(longest)}, may={"emoji": Flag()}),
            "mrkdwn": Record(needs={"text": Text(longest)}, may={"verbatim": Flag()}),
        }
    )


STYLE = Word(("primary", "danger"))

CONFIRM = Record(
    needs={"title": plain(100), "text": plain(300), "confirm": plain(30), "deny": plain(30)},
    may={"style": STYLE},
)

MENU_OPTION = Record(needs={"text": plain(75), "value": Text(150)}, may={"description": plain(75)})
"""An option of a select menu."""

CHOICE_OPTION = Record(needs={"text": rich(75), "value": Text(150)}, may={"description": rich(75)})
"""An option of radio buttons or checkboxes: the only ones that take `mrkdwn`."""

OVERFLOW_OPTION = Record(
    needs={"text": plain(75), "value": Text(150)},
    may={"description": plain(75), "url": URL},
)
"""An option of an overflow menu: the only one that takes a `url`."""

OPTION_GROUP = Record(needs={"label": plain(75), "options": Items(MENU_OPTION, most=100)})

DISPATCH_CONFIG = Record(
    may={"trigger_actions_on": Items(Word(("on_enter_pressed", "on_character_entered")), most=2)}
)

CONVERSATION_FILTER = Record(
    may={
        "include": Items(Word(("im", "mpim", "private", "public")), most=4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    one_of=(("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)

SLACK_FILE = Record(may={"id": Text(), "url": Text()}, one_of=(("id", "url"),), never_both=(("id", "url"),))

WORKFLOW = Record(
    needs={
        "trigger": Record(
            needs={"url": URL},
            may={"customizable_input_parameters": Items(Record(needs={"name": Text(), "value": Text()}))},
        )
    }
)

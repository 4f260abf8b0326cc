"""Slack's block elements as a table, and in which block each may stand.

Sources: docs.slack.dev/reference/block-kit/block-elements/*, the length constants of
`slack_sdk.models.blocks.block_elements` (3.47) and the element unions of `@slack/types` blocks.ts.
There is no password element: Slack has never had one, and refuses every type that is not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.demo.workspace.rules_objects import (
    CHOICE_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    ID,
    MENU_OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    SLACK_FILE,
    STYLE,
    URL,
    WORKFLOW,
    plain,
)
from bot.demo.workspace.rules_richtext import RICH_TEXT
from bot.demo.workspace.rules_shape import ByType, Flag, Items, Record, Rule, Text, Whole, Word

NAMED: Mapping[str, Rule] = {"action_id": ID}
ASKED: Mapping[str, Rule] = {**NAMED, "confirm": CONFIRM}
FOCUSED: Mapping[str, Rule] = {**ASKED, "focus_on_load": Flag()}
MENU: Mapping[str, Rule] = {**FOCUSED, "placeholder": plain(150)}
TYPED: Mapping[str, Rule] = {
    **NAMED,
    "focus_on_load": Flag(),
    "placeholder": plain(150),
    "dispatch_action_config": DISPATCH_CONFIG,
}
MANY: Mapping[str, Rule] = {**MENU, "max_selected_items": Whole(1)}
STATIC: Mapping[str, Rule] = {
    "options": Items(MENU_OPTION, most=100),
    "option_groups": Items(OPTION_GROUP, most=100),
}
CONVERSATIONS: Mapping[str, Rule] = {"default_to_current_conversation": Flag(), "filter": CONVERSATION_FILTER}
IDS = Items(Text())
LABEL = Text(75)
FEEDBACK = Record(needs={"text": plain(75), "value": Text(2000)}, may={"accessibility_label": LABEL})

IMAGE = Record(
    needs={"alt_text": Text(2000)},
    may={"image_url": URL, "slack_file": SLACK_FILE},
    one_of=(("image_url", "slack_file"),),
    never_both=(("image_url", "slack_file"),),
)

ELEMENTS: Mapping[str, Record] = {
    "button": Record(
        needs={"text": plain(75)},
        may={
            **ASKED,
            "url": URL,
            "value": Text(2000, shortest=0),
            "style": STYLE,
            "accessibility_label": LABEL,
            "visible_to_user_ids": Items(Text(), most=10),
        },
    ),
    "image": IMAGE,
    "overflow": Record(needs={"options": Items(OVERFLOW_OPTION, most=5, fewest=2)}, may=ASKED),
    "radio_buttons": Record(
        needs={"options": Items(CHOICE_OPTION, most=10)},
        may={**FOCUSED, "initial_option": CHOICE_OPTION},
        among=(("initial_option", "options"),),
    ),
    "checkboxes": Record(
        needs={"options": Items(CHOICE_OPTION, most=10)},
        may={**FOCUSED, "initial_options": Items(CHOICE_OPTION, most=10)},
        among=(("initial_options", "options"),),
    ),
    "static_select": Record(
        may={**MENU, **STATIC, "initial_option": MENU_OPTION},
        one_of=(("options", "option_groups"),),
        never_both=(("options", "option_groups"),),
    ),
    "multi_static_select": Record(
        may={**MANY, **STATIC, "initial_options": Items(MENU_OPTION, most=100)},
        one_of=(("options", "option_groups"),),
        never_both=(("options", "option_groups"),),
    ),
    "external_select": Record(may={**MENU, "initial_option": MENU_OPTION, "min_query_length": Whole(0)}),
    "multi_external_select": Record(
        may={**MANY, "initial_options": Items(MENU_OPTION, most=100), "min_query_length": Whole(0)}
    ),
    "users_select": Record(may={**MENU, "initial_user": Text()}),
    "multi_users_select": Record(may={**MANY, "initial_users": IDS}),
    "conversations_select": Record(
        may={**MENU, **CONVERSATIONS, "initial_conversation": Text(), "response_url_enabled": Flag()}
    ),
    "multi_conversations_select": Record(may={**MANY, **CONVERSATIONS, "initial_conversations": IDS}),
    "channels_select": Record(may={**MENU, "initial_channel": Text(), "response_url_enabled": Flag()}),
    "multi_channels_select": Record(may={**MANY, "initial_channels": IDS}),
    "datepicker": Record(may={**MENU, "initial_date": Text(10)}),
    "timepicker": Record(may={**MENU, "initial_time": Text(5), "timezone": Text()}),
    "datetimepicker": Record(may={**FOCUSED, "initial_date_time": Whole(0, 9_999_999_999)}),
    "plain_text_input": Record(
        may={
            **TYPED,
            "initial_value": Text(3000, shortest=0),
            "multiline": Flag(),
            "min_length": Whole(0, 3000),
            "max_length": Whole(1, 3000),
        },
        ordered=(("min_length", "max_length"),),
    ),
    "email_text_input": Record(may={**TYPED, "initial_value": Text()}),
    "url_text_input": Record(may={**TYPED, "initial_value": Text()}),
    "number_input": Record(
        needs={"is_decimal_allowed": Flag()},
        may={**TYPED, "initial_value": Text(), "min_value": Text(), "max_value": Text()},
    ),
    "rich_text_input": Record(
        may={
            **TYPED,
            "initial_value": ByType({"rich_text": RICH_TEXT}),
            "min_lines": Whole(1, 100),
            "max_lines": Whole(1, 100),
        },
        ordered=(("min_lines", "max_lines"),),
    ),
    "file_input": Record(may={**NAMED, "filetypes": IDS, "max_files": Whole(1, 10)}),
    "workflow_button": Record(
        needs={"text": plain(75), "workflow": WORKFLOW},
        may={**NAMED, "style": STYLE, "accessibility_label": LABEL},
    ),
    "feedback_buttons": Record(needs={"positive_button": FEEDBACK, "negative_button": FEEDBACK}, may=NAMED),
    "icon_button": Record(
        needs={"icon": Word(("trash",)), "text": plain(75)},
        may={
            **ASKED,
            "value": Text(2000, shortest=0),
            "accessibility_label": LABEL,
            "visible_to_user_ids": Items(Text(), most=10),
        },
    ),
}

SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
PICKERS = ("datepicker", "timepicker", "datetimepicker")
CHOICES = ("radio_buttons", "checkboxes")
TYPED_IN = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")

IN_ACTIONS = ("button", "overflow", "workflow_button", "rich_text_input", *CHOICES, *PICKERS, *SELECTS)
IN_SECTION = (
    "button",
    "image",
    "overflow",
    "workflow_button",
    *CHOICES,
    "datepicker",
    "timepicker",
    *SELECTS,
)
IN_INPUT = (*TYPED_IN, "file_input", *CHOICES, *PICKERS, *SELECTS)


def one_of(names: Iterable[str]) -> ByType:
    """The rule for a place that takes only the elements called *names*."""
    return ByType({name: ELEMENTS[name] for name in names})

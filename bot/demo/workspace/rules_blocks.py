"""Slack's blocks as a table, and on which surface each may stand.

Sources: docs.slack.dev/reference/block-kit/blocks/*, the length constants of
`slack_sdk.models.blocks.blocks` (3.47), `@slack/types` blocks.ts; surfaces also from slackblocks 3.0
(`spec/`, MIT or BSD-3-Clause). A block that is not here is a fault: those that an app cannot send
(`file`, `call`), those of Slack's own agents (`plan`, `task_card`), and `data_table` and
`data_visualization`, which slack_sdk does not know yet.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.workspace.rules_elements import IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION, one_of
from bot.demo.workspace.rules_objects import ID, URL, plain, rich
from bot.demo.workspace.rules_richtext import RICH_TEXT
from bot.demo.workspace.rules_shape import ByType, Flag, Items, Record, Rule, Text, Word

MARKDOWN = 12_000
"""Characters of all markdown blocks of one message together, and of `markdown_text`."""

NAMED: Mapping[str, Rule] = {"block_id": ID}
LEVELS = Word(("default", "info", "warning", "error", "success"))
CELL = ByType(
    {
        "raw_text": Record(needs={"text": Text()}),
        "raw_number": Record(needs={"value": Text()}, may={"text": Text()}),
        "rich_text": RICH_TEXT,
    }
)
COLUMN = Record(may={"align": Word(("left", "center", "right")), "is_wrapped": Flag()})

CARD = Record(
    may={
        **NAMED,
        "hero_image": ByType({"image": IMAGE}),
        "icon": ByType({"image": IMAGE}),
        "title": rich(150),
        "subtitle": rich(150),
        "body": rich(200),
        "actions": Items(one_of(["button"]), most=3),
    },
    one_of=(("hero_image", "title", "actions", "body"),),
)

BLOCKS: dict[str, Record] = {
    "actions": Record(needs={"elements": Items(one_of(IN_ACTIONS), most=25)}, may=NAMED),
    "alert": Record(needs={"text": rich(200)}, may={**NAMED, "level": LEVELS}),
    "card": CARD,
    "carousel": Record(needs={"elements": Items(ByType({"card": CARD}), most=10)}, may=NAMED),
    "context": Record(
        needs={"elements": Items(ByType({**rich().kinds, "image": IMAGE}), most=10)},
        may=NAMED,
    ),
    "context_actions": Record(
        needs={"elements": Items(one_of(["feedback_buttons", "icon_button"]), most=5)}, may=NAMED
    ),
    "divider": Record(may=NAMED),
    "header": Record(needs={"text": plain(150)}, may=NAMED),
    "image": Record(
        needs=IMAGE.needs,
        may={**IMAGE.may, **NAMED, "title": plain(2000)},
        one_of=IMAGE.one_of,
        never_both=IMAGE.never_both,
    ),
    "input": Record(
        needs={"label": plain(2000), "element": one_of(IN_INPUT)},
        may={**NAMED, "hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
    ),
    "markdown": Record(needs={"text": Text(MARKDOWN)}, may=NAMED),
    "rich_text": RICH_TEXT,
    "section": Record(
        may={
            **NAMED,
            "text": rich(3000),
            "fields": Items(rich(2000), most=10),
            "accessory": one_of(IN_SECTION),
            "expand": Flag(),
        },
        one_of=(("text", "fields"),),
    ),
    "table": Record(
        needs={"rows": Items(Items(CELL, most=20), most=100)},
        may={**NAMED, "column_settings": Items(COLUMN, most=20)},
    ),
    "video": Record(
        needs={"title": plain(199), "video_url": URL, "thumbnail_url": URL, "alt_text": Text(2000)},
        may={
            **NAMED,
            "title_url": URL,
            "author_name": Text(49),
            "provider_name": Text(),
            "provider_icon_url": URL,
            "description": plain(),
        },
    ),
}

IN_CONTAINER = ("actions", "context", "divider", "header", "image", "rich_text", "section")
BLOCKS["container"] = Record(
    needs={"child_blocks": Items(ByType({name: BLOCKS[name] for name in IN_CONTAINER}), most=10)},
    may={
        **NAMED,
        "title": plain(150),
        "rich_text_title": ByType({"rich_text": RICH_TEXT}),
        "subtitle": rich(150),
        "icon": ByType({"image": IMAGE}),
        "width": Word(("narrow", "standard", "wide", "full")),
        "is_collapsible": Flag(),
        "default_collapsed": Flag(),
        "has_header_divider": Flag(),
    },
    one_of=(("title", "rich_text_title"),),
)

EVERYWHERE = (*IN_CONTAINER, "card", "input", "video")
ON_SURFACE: Mapping[str, tuple[str, ...]] = {
    "message": (*EVERYWHERE, "carousel", "container", "context_actions", "markdown", "table"),
    "modal": (*EVERYWHERE, "alert"),
    "home": (*EVERYWHERE, "carousel", "container", "table"),
}
MOST_BLOCKS: Mapping[str, int] = {"message": 50, "modal": 100, "home": 100}


def blocks_of(surface: str, fewest: int = 1) -> Items:
    """The rule for the blocks of a `message`, a `modal` or a `home`."""
    kinds = ByType({name: BLOCKS[name] for name in ON_SURFACE[surface]})
    return Items(kinds, most=MOST_BLOCKS[surface], fewest=fewest)

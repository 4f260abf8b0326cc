"""Slack's rich text as a table: a block of sections, lists, quotes and preformatted text.

Sources: docs.slack.dev/reference/block-kit/blocks/rich-text-block and `@slack/types` block-elements.ts.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.workspace.rules_objects import ID, URL
from bot.demo.workspace.rules_shape import ByType, Flag, Items, Record, Rule, Text, Whole, Word

TEXT_STYLE = Record(may=dict.fromkeys(("bold", "italic", "strike", "code", "underline"), Flag()))
MENTION_STYLE = Record(
    may=dict.fromkeys(("bold", "italic", "strike", "highlight", "client_highlight", "unlink", "code"), Flag())
)
STYLED: Mapping[str, Rule] = {"style": TEXT_STYLE}
MENTIONED: Mapping[str, Rule] = {"style": MENTION_STYLE}

PARTS: Mapping[str, Rule] = {
    "text": Record(needs={"text": Text()}, may=STYLED),
    "link": Record(needs={"url": URL}, may={**STYLED, "text": Text(), "unsafe": Flag()}),
    "emoji": Record(
        needs={"name": Text()},
        may={**STYLED, "unicode": Text(), "skin_tone": Whole(1, 6), "url": URL},
    ),
    "user": Record(needs={"user_id": Text()}, may=MENTIONED),
    "usergroup": Record(needs={"usergroup_id": Text()}, may=MENTIONED),
    "channel": Record(needs={"channel_id": Text()}, may=MENTIONED),
    "team": Record(needs={"team_id": Text()}, may=MENTIONED),
    "broadcast": Record(needs={"range": Word(("here", "channel", "everyone"))}, may=STYLED),
    "color": Record(needs={"value": Text()}, may=STYLED),
    "date": Record(
        needs={"timestamp": Whole(), "format": Text()},
        may={**STYLED, "url": URL, "fallback": Text()},
    ),
}

ANY_PART = Items(ByType(PARTS))
BORDER = Whole(0, 1)
SECTION = Record(needs={"elements": Items(ByType(PARTS), fewest=0)})

RICH_TEXT = Record(
    needs={
        "elements": Items(
            ByType(
                {
                    "rich_text_section": SECTION,
                    "rich_text_list": Record(
                        needs={
                            "elements": Items(ByType({"rich_text_section": SECTION})),
                            "style": Word(("bullet", "ordered")),
                        },
                        may={"indent": Whole(0, 8), "offset": Whole(0), "border": BORDER},
                    ),
                    "rich_text_quote": Record(needs={"elements": ANY_PART}, may={"border": BORDER}),
                    "rich_text_preformatted": Record(
                        needs={"elements": Items(ByType({name: PARTS[name] for name in ("text", "link")}))},
                        may={"border": BORDER, "language": Text()},
                    ),
                }
            )
        )
    },
    may={"block_id": ID},
)
"""A `rich_text` block, or a table cell or initial value of that type."""

"""Values → Block Kit: the few shared pieces. Pure; nothing here opens a session or calls Slack.

Limits are Slack's (Block Kit reference): section text 3,000 characters, header 150, button text
75, button value 2,000, 50 blocks a message and 100 a view.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

Block = dict[str, Any]

SECTION_CHARS = 3000
HEADER_CHARS = 150
MESSAGE_CHARS = 4000
"""chat.update refuses a longer top-level text, so none of ours is longer."""
MESSAGE_BLOCKS = 50

_BIDI = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_MARKUP = re.compile(r"(?<!\w)([*_~`])(?=\S)")
_ZERO_WIDTH_SPACE = "\u200b"


def literal(text: str, limit: int = 300) -> str:
    """Somebody's words as text and nothing else: no markup, mention, link or direction trick.

    Slack reads ``& < >`` as the start of entities, mentions and links, and ``* _ ~ ` `` before a
    word as formatting. Control and bidirectional marks go. At most *limit* characters of the
    original are kept.
    """
    kept = "".join(
        c for c in text.translate(_BIDI)[: limit + 1] if c in "\n\t" or unicodedata.category(c)[0] != "C"
    )
    if len(kept) > limit:
        kept = kept[: limit - 1] + "…"
    return _MARKUP.sub(rf"\1{_ZERO_WIDTH_SPACE}", escape(kept))


def escape(text: str) -> str:
    """Our own words for mrkdwn: only what Slack demands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str, limit: int = 2800) -> str:
    """Somebody's words as a quotation."""
    return "\n".join(f"> {line}" for line in literal(text, limit).split("\n"))


def paragraphs(text: str, *, quote: bool = False) -> list[Block]:
    """Somebody's words in full, in as many sections as they need; none where there are none."""
    shown = quoted if quote else literal
    return [section(shown(piece, len(text))) for piece in _pieces(text.strip("\n"), shown) if piece.strip()]


def _pieces(text: str, shown: Callable[[str, int], str]) -> list[str]:
    """*text* cut where it may be, so that each piece still fits once it is escaped."""
    if len(shown(text, len(text))) <= SECTION_CHARS:
        return [text]
    middle = len(text) // 2
    cut = max(text.rfind("\n", 1, middle), text.rfind(" ", 1, middle))
    cut = cut if cut > 0 else middle
    return _pieces(text[:cut], shown) + _pieces(text[cut:].lstrip("\n"), shown)


def when(moment: datetime, how: str = "{date_short_pretty} at {time}") -> str:
    """A moment in the reader's own zone, with UTC for those who read the plain text."""
    return f"<!date^{int(moment.timestamp())}^{how}|{moment:%d %b %Y %H:%M} UTC>"


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text[:HEADER_CHARS])}


def section(mrkdwn: str, accessory: Block | None = None) -> Block:
    """A paragraph. `verbatim` keeps Slack from making links and mentions out of bare words."""
    block: Block = {"type": "section", "text": text_object(shortened(mrkdwn, SECTION_CHARS))}
    return block | ({"accessory": accessory} if accessory else {})


def context(mrkdwn: str) -> Block:
    return {"type": "context", "elements": [text_object(shortened(mrkdwn, SECTION_CHARS))]}


def divider() -> Block:
    return {"type": "divider"}


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def text_object(mrkdwn: str) -> Block:
    return {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Block | None = None,
    says: str | None = None,
) -> Block:
    """A button; *says* is what a screen reader hears where the text alone is ambiguous."""
    block: Block = {"type": "button", "text": plain(text), "action_id": action_id}
    extras = {"value": value, "style": style, "confirm": confirm, "accessibility_label": says}
    return block | {name: extra for name, extra in extras.items() if extra}


def link_button(text: str, url: str, action_id: str) -> Block:
    return {"type": "button", "text": plain(text), "action_id": action_id, "url": url}


def confirm(title: str, text: str, yes: str, no: str = "Cancel") -> Block:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no)}


def actions(buttons: Iterable[Block], block_id: str | None = None) -> list[Block]:
    """A row of buttons, or no block where there are none."""
    row = list(buttons)
    if not row:
        return []
    return [{"type": "actions", "elements": row} | ({"block_id": block_id} if block_id else {})]


def text_input(label: str, name: str, **more: Any) -> Block:
    """One line to type in. *more*: ``hint``, ``multiline``, ``max_length``, ``placeholder``, ``optional``."""
    element: Block = {"type": "plain_text_input", "action_id": name}
    if "placeholder" in more:
        element["placeholder"] = plain(more["placeholder"])
    element |= {key: more[key] for key in ("multiline", "max_length", "initial_value") if key in more}
    block: Block = {"type": "input", "block_id": name, "label": plain(label), "element": element}
    if "hint" in more:
        block["hint"] = plain(more["hint"])
    return block | ({"optional": True} if more.get("optional") else {})


def modal(title: str, blocks: list[Block], **more: Any) -> Block:
    """A dialog. *more*: ``submit``, ``close``, ``callback_id``, ``external_id``, ``private_metadata``."""
    view: Block = {"type": "modal", "title": plain(title), "blocks": blocks}
    view |= {name: plain(more.pop(name)) for name in ("submit", "close") if more.get(name)}
    return view | more


def shortened(text: str, limit: int) -> str:
    """*text*, or its beginning, cut between lines where possible so that no entity is torn."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 2]
    for stop in ("\n", " "):
        if stop in kept:
            kept = kept.rsplit(stop, 1)[0]
            break
    return kept + " …"

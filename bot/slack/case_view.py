"""One case whole: its card as it stands now, and under it everything that happened."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.schema import CaseEvent
from bot.slack.blocks import SECTION_CHARS, Block, context, divider, literal, section, shortened
from bot.slack.card import card_blocks, card_text
from bot.slack.history import dated_line
from bot.slack.kit import Kit

SHOWN_SECTIONS = 12
"""A message holds 50 blocks; a card is at most 8."""
WRITTEN_CHARS = 200


async def case_text_and_blocks(kit: Kit, session: AsyncSession, number: int) -> tuple[str, list[Block]]:
    """The card and the history, newest last.

    Raises:
        NoSuchCase
    """
    history = await cases.case_with_history(session, number)
    lines = [_line(event) for event in history.events]
    pieces = _pieces(lines)
    earlier = len(pieces) - SHOWN_SECTIONS
    told = [section(piece) for piece in pieces[-SHOWN_SECTIONS:]]
    if earlier > 0:
        told.insert(0, context(f"The earliest acts are left out: `keydesk audit {number}` prints them all."))
    blocks = [*await card_blocks(kit, session, history.case), divider(), section("*History*"), *told]
    text = await card_text(kit, session, history.case)
    return shortened("\n".join([text, "History", *lines]), 39_000), blocks


def _line(event: CaseEvent) -> str:
    written = str(event.changes.get("text") or "").strip()
    return dated_line(event) + (f" {literal(' '.join(written.split()), WRITTEN_CHARS)}" if written else "")


def _pieces(lines: list[str]) -> list[str]:
    """As many lines to a section as it holds."""
    pieces: list[str] = []
    for line in lines:
        if pieces and len(pieces[-1]) + len(line) + 1 <= SECTION_CHARS:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return pieces

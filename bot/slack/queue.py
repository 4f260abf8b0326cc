"""The queue: open cases as rows with buttons, page by page; in an answer to `/triage` and on the Home tab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.case_queries import PAGE
from bot.schema import Case
from bot.slack.blocks import Block, actions, button, header, section
from bot.slack.case_words import client_of, standing_of, subject_of
from bot.slack.kit import Kit

WHICH: dict[cases.Which, str] = {
    "all": "Open cases",
    "mine": "Your open cases",
    "unclaimed": "Open cases that nobody has",
    "waiting": "Cases that wait for the client",
}
EMPTY: dict[cases.Which, str] = {
    "all": "There is no open case.",
    "mine": "You have no open case. `/triage list unclaimed` shows the ones that nobody has.",
    "unclaimed": "Somebody has every open case. `/triage list all` shows them.",
    "waiting": "No case waits for the client. `/triage` shows all open cases.",
}


def which_of(word: str) -> cases.Which | None:
    """The part of the queue of that name; None where there is none."""
    return next((name for name in get_args(cases.Which) if name == word.casefold()), None)


async def queue_page(
    kit: Kit, session: AsyncSession, which: cases.Which, staff_id: str, offset: int = 0
) -> tuple[str, list[Block]]:
    """One page as text and as blocks, oldest first, with buttons to the pages beside it."""
    shown, total = await cases.open_cases(session, which, staff_id, PAGE, offset)
    if not shown and offset:
        # Meanwhile cases were closed, and this page is gone.
        return await queue_page(kit, session, which, staff_id)
    if not shown:
        return EMPTY[which], [section(EMPTY[which])]
    title = f"{WHICH[which]}: {_range(offset, len(shown), total)}"
    text = "\n".join([title, *(case_line(kit, case) for case in shown)])
    return text, [header(title), *case_rows(kit, shown), *_pager(which, offset, total)]


def case_rows(kit: Kit, shown: Sequence[Case]) -> list[Block]:
    """Each case with its buttons."""
    return [block for case in shown for block in case_row(kit, case)]


def case_row(kit: Kit, case: Case) -> list[Block]:
    """One case: what it is, how it stands, and what can be done at once."""
    number = str(case.number)
    buttons = [button("Show", "case_show", number, says=f"Show case {number}")]
    if case.owner_id is None:
        buttons.append(button("Claim", "case_claim", number, says=f"Claim case {number}"))
    return [section(case_line(kit, case)), *actions(buttons)]


def case_line(kit: Kit, case: Case) -> str:
    return f"*Case {case.number}* · {subject_of(kit, case)} · {client_of(kit, case)}\n{standing_of(case)}"


def _range(offset: int, count: int, total: int) -> str:
    return str(total) if count == total else f"{offset + 1} to {offset + count} of {total}"


def _pager(which: cases.Which, offset: int, total: int) -> list[Block]:
    """Both buttons carry the page they lead to, so that pressing an old one twice is harmless."""
    buttons = []
    if offset > 0:
        buttons.append(button(f"Previous {PAGE}", "triage_previous", f"{which}:{max(0, offset - PAGE)}"))
    if offset + PAGE < total:
        buttons.append(
            button(f"Next {min(PAGE, total - offset - PAGE)}", "triage_next", f"{which}:{offset + PAGE}")
        )
    return actions(buttons)

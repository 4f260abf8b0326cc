"""`/triage export [days]`."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.columns import now
from bot.refusal import Told
from bot.slack import typed
from bot.slack.files import PrivateFile, send_file
from bot.slack.kit import Kit
from bot.slack.numbers_words import steps_of
from bot.slack.triage._command import Answer, Asked, Command
from bot.stats import export_rows, to_csv
from validators.diagnosis import Requirement

USAGE = "export [days]"
DEFAULT_DAYS = 30
NOT_TAKEN = "Slack would not take the file, so nothing was sent. Please try again."


async def run(kit: Kit, asked: Asked) -> Answer:
    """Every case that was open in the period as a spreadsheet, as a direct message."""
    days = typed.days(asked.rest, USAGE, DEFAULT_DAYS)
    until = now()
    async with kit.db.reading() as session:
        rows = await export_rows(session, until - timedelta(days=days), _steps(kit))
    sheet = await asyncio.to_thread(to_csv, rows)
    count = f"{len(rows)} case" + ("" if len(rows) == 1 else "s")
    title = f"Cases of the last {days} days" if days > 1 else "Cases of the last day"
    name = f"keydesk-cases-{until:%Y-%m-%d}.csv"
    file = PrivateFile(sheet.encode(), name, title, f"{title}: {count}. It names clients: keep it private.")
    if not await send_file(kit, asked.staff_id, file):
        raise Told(NOT_TAKEN)
    return Answer(f"{count}, in a file in your direct messages with me.")


def _steps(kit: Kit) -> dict[Requirement, str]:
    """Of the first exchange that names one: the rows are of all exchanges."""
    steps: dict[Requirement, str] = {}
    for exchange in kit.exchanges.values():
        steps = steps_of(exchange) | steps
    return steps


COMMAND = Command(14, "export", USAGE, "your cases as a CSV file, in private.", run)

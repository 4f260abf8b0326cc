"""`/triage stats [days]`."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import chart
from bot.columns import now
from bot.slack import typed
from bot.slack.blocks import MESSAGE_CHARS, section, shortened
from bot.slack.files import PrivateFile, send_file
from bot.slack.kit import Kit
from bot.slack.numbers_words import numbers_text, steps_of
from bot.slack.triage._command import Answer, Asked, Command
from bot.stats import Stats, collect
from validators.exchange import Exchange

USAGE = "stats [days]"
DEFAULT_DAYS = 30
SENT = "The chart is in your direct messages with me."
NOT_INSTALLED = "Charts are not installed here: whoever runs keydesk can add them with the extra `charts`."
NOT_TAKEN = "Slack would not take the chart. The numbers above hold everything that it shows."


async def run(kit: Kit, asked: Asked) -> Answer:
    """The numbers where they were asked for, the chart as a direct message."""
    days = typed.days(asked.rest, USAGE, DEFAULT_DAYS)
    until = now()
    told = []
    for exchange in kit.exchanges.values():
        stats = await _collected(kit, exchange, until - timedelta(days=days), until)
        title = f"{exchange.title}, the last {days} days" if days > 1 else f"{exchange.title}, the last day"
        told += [numbers_text(stats, title), await _charted(kit, asked.staff_id, stats, title)]
    return Answer(shortened("\n".join(told), MESSAGE_CHARS), [section(part) for part in told])


async def _collected(kit: Kit, exchange: Exchange, since: datetime, until: datetime) -> Stats:
    zone = ZoneInfo(kit.settings.time_zone)
    async with kit.db.reading() as session:
        return await collect(session, since, until, steps_of(exchange), zone=zone, exchange=exchange.slug)


async def _charted(kit: Kit, user_id: str, stats: Stats, title: str) -> str:
    """Draw off the loop, send, and say what became of it."""
    try:
        picture = await asyncio.to_thread(chart.draw, stats, title)
    except chart.ChartsNotInstalled:
        return NOT_INSTALLED
    name = f"keydesk-{stats.until:%Y-%m-%d}.png"
    file = PrivateFile(picture, name, title, f"Failures: {title}", chart.describe(stats)[:1000])
    return SENT if await send_file(kit, user_id, file) else NOT_TAKEN


COMMAND = Command(13, "stats", USAGE, "counts, times and failures by step of the guide, with a chart.", run)

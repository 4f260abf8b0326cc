"""`keydesk doctor`: looks at everything that a result needs, beside a running keydesk or without one.

It collects: no fault hides another one that can be seen without it. It changes nothing, in Slack, at the
exchange or in the database, and shows no value of a setting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from bot.db import Database, StorageUnavailable
from bot.doctor import messages, sealed, slack_app, staff, storage, venues
from bot.doctor.report import Line, Report, State, mend, unseen
from bot.doctor.settings_told import Given, given, settings_lines
from bot.log import get_logger
from bot.slack.lookup import Lookup
from validators.exchange import discover

__all__ = ["Given", "Line", "Report", "State", "examined", "given"]

log = get_logger(__name__)

AREA_S = 30.0
AREAS = ("settings", "slack", "staff", "database", "keys", "exchange", "mail", "messages")
"""As they are mended best: what comes first may be why what follows cannot be seen."""


async def examined(told: Given) -> Report:
    """Look at everything; each area for half a minute at most."""
    looked = await asyncio.gather(
        _bounded("slack", lambda: _slack(told)),
        _bounded("database", lambda: _stored(told)),
        _bounded("exchange", lambda: _exchanges(told)),
        _bounded("mail", lambda: _mail(told)),
    )
    lines = [*settings_lines(told), *(line for area in looked for line in area)]
    return Report(tuple(sorted(lines, key=lambda line: AREAS.index(line.area))))


async def _bounded(area: str, look: Callable[[], Awaitable[list[Line]]]) -> list[Line]:
    try:
        async with asyncio.timeout(AREA_S):
            return await look()
    except TimeoutError:
        return [
            mend(area, "answer", f"No answer within {AREA_S:g} s. Check the network, then run this again.")
        ]
    except Exception as error:
        log.error("doctor_failed", area=area, exc_info=error)
        says = f"The doctor itself failed here ({type(error).__name__}). Tell keydesk's maintainers."
        return [mend(area, "doctor", says)]


async def _slack(told: Given) -> list[Line]:
    if wrong := told.wrong("slack_bot_token", "slack_api_url"):
        return [unseen(slack_app.AREA, "bot token", f"{wrong} is missing or wrong")]
    async with Lookup.open(told.settings.slack_bot_token, told.settings.slack_api_url) as lookup:
        heard = await lookup.ourselves()
        first, door = slack_app.token_line(heard), await slack_app.door_lines(told, lookup)
        if heard.word is not None:
            until = "Slack does not take SLACK_BOT_TOKEN"
            return [first, *door, unseen(staff.AREA, staff.CHANNEL, until)]
        channel, private = await staff.channel_lines(told, lookup)
        scopes = slack_app.scope_lines(
            heard.scopes, usergroup=told.settings.staff_usergroup is not None, private=private
        )
        people = await staff.people_lines(told, lookup, str(heard.said.get("team_id")))
    return [first, *door, *scopes, *channel, *people]


async def _stored(told: Given) -> list[Line]:
    async with AsyncExitStack() as stack:
        lines, db = await _opened(told, stack)
        if db is None or any(line.state is not State.OK for line in lines if line.name == "tables"):
            return [*lines, *await sealed.key_lines(told, None)]
        lines += [await storage.writing_line(db), await storage.replicas_line(db)]
        return [*lines, *await sealed.key_lines(told, db), *await messages.message_lines(db)]


async def _opened(told: Given, stack: AsyncExitStack) -> tuple[list[Line], Database | None]:
    if wrong := told.wrong("database_url"):
        return [unseen(storage.AREA, "tables", f"{wrong} is wrong")], None
    path = storage.sqlite_file(told.settings)
    if path is not None and not path.exists():
        return storage.not_there_yet(path), None
    lines = storage.file_lines(path) if path is not None else []
    try:
        db = await stack.enter_async_context(
            Database.open(told.settings.database_url, busy_timeout_s=storage.BUSY_S)
        )
    except StorageUnavailable as error:
        return [*lines, mend(storage.AREA, "tables", storage.TO_DO[error.reason])], None
    return [*lines, await storage.tables_line(db)], db


async def _exchanges(told: Given) -> list[Line]:
    if wrong := told.wrong(*_addresses()):
        return [unseen(venues.AREA, "hosts", f"{wrong} is wrong")]
    return await venues.exchange_lines(told.settings)


def _addresses() -> list[str]:
    """The settings that are addresses of exchanges, by field."""
    return [one.setting.lower() for exchange in discover().values() for one in exchange.endpoints]


async def _mail(told: Given) -> list[Line]:
    return [await messages.mail_line(told)]

"""Whether a result can be given just now: Slack takes our calls, the database our rows, and work moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlmodel import col, func, select, update

from bot.app import App
from bot.columns import now
from bot.db import StorageUnavailable
from bot.schema import Attempt, Replica
from bot.slack.sockets import Sockets
from bot.slack.web import Readiness

STUCK_AFTER = timedelta(minutes=2)
ANSWER_WITHIN_S = 3.0

Part = Callable[[App], Awaitable[str]]


async def readiness(app: App, sockets: Sockets | None, *, taking: bool) -> Readiness:
    """Every part with "ok" or what is wrong with it."""
    parts = {
        "intake": "ok" if taking else "stopping, nothing new is taken",
        "slack": await _slack(app, sockets),
        "replica": _replica(app),
    }
    for name, part in (("database", _writable), ("tests", _tests), ("messages", _messages)):
        parts[name] = await _answered(app, part)
    return Readiness(parts)


async def _answered(app: App, part: Part) -> str:
    # SQLite waits in a thread that no time-out ends, so it is left alone and not waited for.
    asked = app.kit.underway.start(_told(app, part))
    done, _ = await asyncio.wait({asked}, timeout=ANSWER_WITHIN_S)
    return str(asked.result()) if done else f"the database gives no answer within {ANSWER_WITHIN_S:g} s"


async def _told(app: App, part: Part) -> str:
    try:
        return await part(app)
    except StorageUnavailable as error:
        return f"the database cannot be used: {error.reason}"


async def _slack(app: App, sockets: Sockets | None) -> str:
    trouble = await app.contact.fresh()
    if trouble is not None:
        return trouble
    if sockets is not None and not await sockets.connected():
        return "no socket is connected"
    return "ok"


def _replica(app: App) -> str:
    age_s = app.replica.age_s
    if age_s > app.tempo.lease_s:
        return f"its lease was last renewed {age_s:.0f} s ago, so others may take its work"
    return "ok"


async def _writable(app: App) -> str:
    async with app.db.writing() as session:
        mine = update(Replica).where(col(Replica.executor_id) == app.replica.executor_id)
        await session.exec(mine.values(started_at=col(Replica.started_at)))
    return "ok"


async def _tests(app: App) -> str:
    async with app.db.reading() as session:
        unsettled = select(func.min(Attempt.due_at)).where(col(Attempt.settled_at).is_(None))
        due = (await session.exec(unsettled)).first()
    if due is not None and due < now() - STUCK_AFTER:
        return f"the oldest test has been due since {due:%Y-%m-%d %H:%M:%S} UTC"
    return "ok"


async def _messages(app: App) -> str:
    """What waits for somebody to mend something is no fault of this replica; `doctor` tells it."""
    waiting_s = (await app.outbox.states()).moving_s
    if waiting_s is not None and waiting_s > STUCK_AFTER.total_seconds():
        return f"the oldest message has waited for {waiting_s:.0f} s"
    return "ok"

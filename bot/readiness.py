"""Whether a result can be given just now: Slack connected, database writable, work moving."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, func, select

from bot.app import App
from bot.columns import now
from bot.db import StorageUnavailable
from bot.schema import Attempt, MessageState, OutboxMessage, Replica
from bot.slack.sockets import Sockets
from bot.slack.web import Readiness

STUCK_AFTER = timedelta(minutes=2)


async def readiness(app: App, sockets: Sockets | None) -> Readiness:
    """Every part with "ok" or what is wrong with it."""
    parts = {"slack": await _slack(sockets)}
    try:
        parts["database"] = await _writable(app)
        parts["tests"] = await _tests(app)
        parts["messages"] = await _messages(app)
    except StorageUnavailable as error:
        parts["database"] = f"cannot be used: {error.reason}"
    return Readiness(parts)


async def _slack(sockets: Sockets | None) -> str:
    if sockets is None:
        return "ok"
    return "ok" if await sockets.connected() else "no socket is connected"


async def _writable(app: App) -> str:
    async with app.db.writing() as session:
        replica = await session.get(Replica, app.replica.executor_id)
        if replica is not None:
            session.add(replica)
    return "ok"


async def _tests(app: App) -> str:
    async with app.db.reading() as session:
        due = (
            await session.exec(select(func.min(Attempt.due_at)).where(col(Attempt.settled_at).is_(None)))
        ).first()
    if due is not None and due < now() - STUCK_AFTER:
        return f"the oldest test has been due since {due:%H:%M:%S} UTC"
    return "ok"


async def _messages(app: App) -> str:
    async with app.db.reading() as session:
        oldest = (
            await session.exec(
                select(func.min(OutboxMessage.created_at)).where(
                    col(OutboxMessage.state).in_(
                        [MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN]
                    )
                )
            )
        ).first()
    if oldest is not None and oldest < now() - STUCK_AFTER:
        return f"the oldest message has waited since {oldest:%H:%M:%S} UTC"
    return "ok"

"""What is still to be said, and what keeps it: for `/readyz`, the metrics and `doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import col, select, update

from bot.db import Database
from bot.db_clock import present
from bot.outbox.lanes import undone
from bot.schema import MessageState, OutboxLane, OutboxMessage


@dataclass(frozen=True, slots=True)
class Standing:
    """The messages that are not yet out.

    Attributes:
        counts: How many by state.
        troubles: How many by the word for what keeps them: ``not_in_channel``, ``rate_limited``.
        moving_s: Age in seconds of the oldest that is not parked, nor behind one that is; None where
            there is none.
        parked_s: Age in seconds of the oldest that waits for somebody to mend something.
    """

    counts: dict[MessageState, int]
    troubles: dict[str, int]
    moving_s: float | None
    parked_s: float | None


async def standing(db: Database) -> Standing:
    """How the outbox stands now, over all replicas."""
    states, since = col(OutboxMessage.state), func.min(col(OutboxMessage.created_at))
    async with db.reading() as session:
        at = await present(session)
        kept = col(OutboxMessage.trouble)
        by_state = await session.exec(select(states, func.count(), since).where(undone()).group_by(states))
        by_trouble = await session.exec(
            select(kept, func.count()).where(undone(), kept.is_not(None)).group_by(kept)
        )
        first = select(func.min(col(OutboxMessage.id))).where(undone()).group_by(OutboxMessage.conversation)
        moving = await session.exec(
            select(since).where(undone(), col(OutboxMessage.id).in_(first), states != MessageState.PARKED)
        )
        oldest = moving.one()
        rows = {state: (count, created) for state, count, created in by_state}
        troubles = {str(trouble): count for trouble, count in by_trouble}
    counts = {state: count for state, (count, _) in rows.items()}
    parked = rows.get(MessageState.PARKED)
    return Standing(counts, troubles, _age_s(oldest, at), _age_s(parked[1] if parked else None, at))


def _age_s(since: datetime | None, at: datetime) -> float | None:
    return (at - since).total_seconds() if since else None


async def mended(db: Database, conversation: str | None) -> None:
    """Let what is parked (in one conversation, or everywhere) be tried again at once."""
    parked = update(OutboxMessage).where(undone(), col(OutboxMessage.state) == MessageState.PARKED)
    if conversation is not None:
        parked = parked.where(col(OutboxMessage.conversation) == conversation)
    async with db.writing() as session:
        await session.exec(parked.values(not_before=None))


async def freed(db: Database, replica_id: str, grace_s: float) -> None:
    """Free the lanes of a replica whose process is gone, without waiting for their leases.

    What it was sending may have gone out; it is looked for first, after a short grace.
    """
    lanes = select(OutboxLane.conversation).where(OutboxLane.leased_by == replica_id)
    async with db.writing() as session:
        at = await present(session)
        await session.exec(
            update(OutboxMessage)
            .where(
                undone(),
                col(OutboxMessage.conversation).in_(lanes),
                col(OutboxMessage.state) == MessageState.SENDING,
            )
            .values(state=MessageState.UNKNOWN, not_before=at + timedelta(seconds=grace_s))
            .execution_options(synchronize_session=False)
        )
        await session.exec(
            update(OutboxLane)
            .where(col(OutboxLane.leased_by) == replica_id)
            .values(leased_by=None, leased_until=None)
            .execution_options(synchronize_session=False)
        )

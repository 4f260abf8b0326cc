"""One lane for each conversation: who may send to it now, and which message is next.

The intent to send is committed before the call. `attempts` counts intents, so it also tells
whether an attempt is still the last one: a replica that was frozen meanwhile changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, and_, func, or_, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.db import Database
from bot.db_clock import present
from bot.outbox.delivery import Sent
from bot.outbox.turn import Turn, Wait
from bot.schema import MessageState, OutboxLane, OutboxMessage

LEASE_S = 30.0
GRACE_S = 3.0
"""What was just sent may not be found yet."""
SWEEP_BATCH = 200

OnSent = Callable[[AsyncSession, OutboxMessage, Sent], Awaitable[None]]


class Lanes:
    """The lanes as the database has them."""

    def __init__(
        self,
        db: Database,
        lease_s: float = LEASE_S,
        grace_s: float = GRACE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db, self._lease_s, self._grace_s, self._monotonic = db, lease_s, grace_s, monotonic

    async def due(self, replica_id: str) -> list[str]:
        """Conversations whose next message may be sent now and that nobody else is sending to."""
        first = select(func.min(col(OutboxMessage.id))).where(undone()).group_by(OutboxMessage.conversation)
        async with self._db.reading() as session:
            at = await present(session)
            found = await session.exec(
                select(OutboxMessage.conversation)
                .outerjoin(OutboxLane, col(OutboxLane.conversation) == OutboxMessage.conversation)
                .where(
                    undone(),  # said twice, so that the index is used on both sides
                    col(OutboxMessage.id).in_(first),
                    _past(OutboxMessage.not_before, at),
                    _past(OutboxLane.not_before, at),
                    _leasable(replica_id, at),
                )
                .limit(SWEEP_BATCH)
            )
            return list(found)

    async def take(self, conversation: str, replica_id: str) -> Turn | Wait | None:
        """Lease the lane and commit the intent to send its first message.

        Returns:
            None where there is nothing to send, or somebody else is at it.
        """
        began = self._monotonic()
        async with self._db.writing_after() as session:
            at = await present(session)
            until = at + timedelta(seconds=self._lease_s)
            if not await _lease(session, conversation, replica_id, at, until):
                return await _why_not(session, conversation, at)
            message = await _first(session, conversation)
            if message is not None and message.state is MessageState.SENDING:
                _cut_off(message, at + timedelta(seconds=self._grace_s))
            if message is None or (message.not_before is not None and message.not_before > at):
                await session.exec(_freed(conversation, replica_id))
                return Wait(_seconds(message.not_before, at)) if message and message.not_before else None
            look_first = message.state is MessageState.UNKNOWN
            message.state = MessageState.SENDING
            message.attempts += 1
        return Turn(message, replica_id, message.attempts, look_first, began + self._lease_s)

    async def still_ours(self, turn: Turn, need_s: float) -> bool:
        """Whether the lease holds for *need_s* more seconds, prolonged where it has to be.

        Asked immediately before a call: a replica that was frozen for too long must not make it.
        """
        if self._monotonic() + need_s < turn.until:
            return True
        began = self._monotonic()
        async with self._db.writing() as session:
            at = await present(session)
            prolonged = await session.exec(
                update(OutboxLane)
                .where(
                    col(OutboxLane.conversation) == turn.message.conversation,
                    col(OutboxLane.leased_by) == turn.replica_id,
                )
                .values(leased_until=at + timedelta(seconds=self._lease_s))
            )
        turn.until = began + self._lease_s
        return prolonged.rowcount == 1

    async def sent(self, turn: Turn, sent: Sent, pace_s: float, on_sent: OnSent | None) -> Wait | None:
        """Record the success and all that follows from it in one transaction, and leave the lane.

        Returns:
            How long its next message has to wait; None where there is none.
        """
        async with self._db.writing_after() as session:
            at = await present(session)
            recorded = await session.exec(
                _own(turn).values(
                    state=MessageState.SENT,
                    sent_at=at,
                    channel=sent.channel,
                    ts=sent.ts,
                    not_before=None,
                    trouble=None,
                )
            )
            turn.overtaken = recorded.rowcount != 1
            if not turn.overtaken and on_sent is not None:
                await on_sent(session, turn.message, sent)
            await session.exec(_left(turn, at + timedelta(seconds=pace_s)))
            more = await session.exec(_waiting(turn.message.conversation).limit(1))
        return Wait(pace_s) if more.first() is not None else None

    async def put_back(
        self, turn: Turn, state: MessageState, trouble: str, *, message_s: float = 0, lane_s: float = 0
    ) -> bool:
        """Record how an attempt ended that was no success, and when to try again; leave the lane.

        Returns:
            Whether this was still the last attempt.
        """
        async with self._db.writing_after() as session:
            at = await present(session)
            after = at + timedelta(seconds=message_s) if message_s else None
            recorded = await session.exec(
                _own(turn).values(state=state, trouble=trouble[:128], not_before=after)
            )
            await session.exec(_left(turn, at + timedelta(seconds=lane_s)))
            turn.overtaken = recorded.rowcount != 1
        return not turn.overtaken

    async def went_out(self, message_id: int) -> Sent | None:
        """Where that message stands; None as long as it is still to be sent, or where it was dropped."""
        async with self._db.reading() as session:
            message = await session.get(OutboxMessage, message_id)
        if message is None or message.state is not MessageState.SENT:
            return None
        return Sent(message.channel or "", message.ts or "")


def undone() -> Any:
    """Still to be said. Literal, so that both databases see that the partial index holds all such rows."""
    return text("outbox_message.state NOT IN ('sent', 'dropped')")


def _waiting(conversation: str) -> SelectOfScalar[OutboxMessage]:
    undone_here = select(OutboxMessage).where(col(OutboxMessage.conversation) == conversation, undone())
    return undone_here.order_by(col(OutboxMessage.id))


async def _first(session: AsyncSession, conversation: str) -> OutboxMessage | None:
    return (await session.exec(_waiting(conversation).limit(1).with_for_update())).first()


def _cut_off(message: OutboxMessage, look_from: datetime) -> None:
    """Whoever was sending it is gone, and nobody knows how far it came."""
    message.state = MessageState.UNKNOWN
    message.not_before = look_from


async def _lease(
    session: AsyncSession, conversation: str, replica_id: str, at: datetime, until: datetime
) -> bool:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"leased_by": replica_id, "leased_until": until}
    leased = await session.exec(
        insert(OutboxLane)
        .values(conversation=conversation, **row)
        .on_conflict_do_update(
            index_elements=["conversation"],
            set_=row,
            where=and_(_leasable(replica_id, at), _past(OutboxLane.not_before, at)),
        )
        .returning(col(OutboxLane.conversation))
    )
    return leased.first() is not None


async def _why_not(session: AsyncSession, conversation: str, at: datetime) -> Wait | None:
    lane = await session.get(OutboxLane, conversation)
    if lane is None or lane.not_before is None or lane.not_before <= at:
        return None
    return Wait(_seconds(lane.not_before, at))


def _own(turn: Turn) -> Update:
    """Its message, as long as nobody began another attempt."""
    return update(OutboxMessage).where(
        col(OutboxMessage.id) == turn.message.id,
        col(OutboxMessage.attempts) == turn.attempt,
        col(OutboxMessage.state) == MessageState.SENDING,
    )


def _freed(conversation: str, replica_id: str) -> Update:
    return (
        update(OutboxLane)
        .where(col(OutboxLane.conversation) == conversation, col(OutboxLane.leased_by) == replica_id)
        .values(leased_by=None, leased_until=None)
    )


def _left(turn: Turn, not_before: datetime) -> Update:
    return _freed(turn.message.conversation, turn.replica_id).values(not_before=not_before)


def _leasable(replica_id: str, at: datetime) -> Any:
    return or_(
        col(OutboxLane.leased_by).is_(None),
        col(OutboxLane.leased_by) == replica_id,
        col(OutboxLane.leased_until) < at,
    )


def _past(moment: Any, at: datetime) -> Any:
    return or_(col(moment).is_(None), col(moment) <= at)


def _seconds(later: datetime, at: datetime) -> float:
    return max(0.0, (later - at).total_seconds())

"""Every delivery of Slack is recorded before it is acted on; a second one gets the first one's answer.

Slack's retry headers decide nothing here: a redelivery is told by its key alone, on whichever
replica and over whichever connection it comes.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, delete, update

from bot.columns import now
from bot.db import Database, StorageUnavailable, Trouble
from bot.inbox_journal import STALE, Answer, Journal, Known
from bot.schema import InboxEvent

RECORD_S = 1.2
"""Slack gives 3 seconds in all; SQLite waits in a thread that no time-out of ours can end sooner."""
PATIENCE_S = 1.5
"""How long a second delivery waits for the first one's answer."""
LOOK_AGAIN_S = 0.25


@dataclass(frozen=True, slots=True)
class First:
    """Recorded: act on it, then call `done`. It may have been acted on before a crash."""


@dataclass(frozen=True, slots=True)
class Again:
    """Seen before.

    Attributes:
        answer: What was answered; None where nothing was, or it is not known yet.
        done: Whether it was acted on to the end.
    """

    answer: Answer | None
    done: bool = True


class Inbox:
    """One for each process."""

    def __init__(self, db: Database, replica_id: str, *, patience_s: float = PATIENCE_S) -> None:
        self._db, self.replica_id, self._patience_s = db, replica_id, patience_s
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._journal = Journal(db)

    async def receive(self, key: str) -> First | Again:
        """Record a delivery. Returns within about two seconds.

        Args:
            key: What Slack makes unique for it: the event id, the trigger id, view id and hash.

        Raises:
            StorageUnavailable: it cannot be recorded, so it must not be acted on.
        """
        known = await self._recorded_in_time(key)
        if known is None:
            return First()
        if not known.done:
            known = await self._answered(key) or known
        return Again(known.answer, done=known.done)

    async def done(self, key: str, answer: Answer | None) -> None:
        """It was acted on, and this is what we answered.

        Raises:
            StorageUnavailable: it was not recorded; a redelivery may be acted on again.
        """
        await self._journal.done(key, answer)
        for waiting in self._waiting.get(key, ()):
            waiting.set()

    async def forget_old(self, older_than: timedelta) -> int:
        """Delete what was received before that; Slack redelivers for an hour at most."""
        async with self._db.writing() as session:
            gone = await session.exec(
                delete(InboxEvent).where(col(InboxEvent.received_at) < now() - older_than)
            )
        return gone.rowcount

    async def free(self, replica_id: str) -> None:
        """The process of that replica is gone: what it had begun is acted on at the next delivery."""
        async with self._db.writing() as session:
            await session.exec(
                update(InboxEvent)
                .where(col(InboxEvent.received_by) == replica_id, col(InboxEvent.done_at).is_(None))
                .values(received_at=now() - 2 * STALE)
            )

    async def close(self) -> None:
        """Wait for what is still being written down."""
        await self._journal.close()

    async def _recorded_in_time(self, key: str) -> Known | None:
        """None where it is ours to act on, else what is known of it."""
        try:
            async with asyncio.timeout(RECORD_S):
                return await self._journal.received(key, self.replica_id)
        except TimeoutError:
            raise StorageUnavailable(Trouble.TOO_SLOW) from None

    async def _answered(self, key: str) -> Known | None:
        """Wait for the answer: told by this process, or looked up where another one acts."""
        told = asyncio.Event()
        self._waiting[key].add(told)
        try:
            async with asyncio.timeout(self._patience_s):
                while (event := await self._finished(key)) is None:
                    await _either(told, LOOK_AGAIN_S)
                return event
        except TimeoutError:
            return None
        finally:
            self._waiting[key].discard(told)
            if not self._waiting[key]:
                del self._waiting[key]

    async def _finished(self, key: str) -> Known | None:
        known = await self._journal.known(key)
        return known if known is not None and known.done else None


async def _either(told: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await told.wait()
    except TimeoutError:
        return

"""A Slack in memory that fails on demand, and what tests do with an outbox."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from bot.db import Database
from bot.outbox import Outbox, Sent, say
from bot.schema import MessageState, OutboxMessage


@dataclass(frozen=True)
class Fault:
    """How one call fails.

    Attributes:
        taken: Whether the message is posted nevertheless.
    """

    error: Exception
    taken: bool = False


class Channel:
    """Keeps what was posted; `faults` are used up by the next calls, None is a success."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str]] = []
        self.looked: list[str] = []
        self.withdrawn = 0
        self.calls: list[tuple[str, float]] = []
        self.faults: deque[Fault | None] = deque()
        self.blind: deque[Exception] = deque()
        self.before: Callable[[OutboxMessage], Awaitable[None]] | None = None
        self.after: Callable[[OutboxMessage], Awaitable[None]] | None = None

    async def send(self, message: OutboxMessage) -> Sent:
        self.calls.append((message.key, asyncio.get_running_loop().time()))
        if self.before is not None:
            await self.before(message)
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault.taken:
            self.posted.append((message.conversation, message.key))
        if fault is not None:
            raise fault.error
        if self.after is not None:
            await self.after(message)
        return Sent(message.conversation, f"ts-{message.key}")

    async def find(self, message: OutboxMessage) -> Sent | None:
        self.looked.append(message.key)
        if self.blind:
            raise self.blind.popleft()
        there = (message.conversation, message.key) in self.posted
        return Sent(message.conversation, f"ts-{message.key}") if there else None

    async def withdraw(self, message: OutboxMessage, kept: Sent) -> int:
        if self.blind:
            raise self.blind.popleft()
        one = (message.conversation, message.key)
        doubles = self.posted.count(one) - 1
        for _ in range(doubles):
            self.posted.remove(one)
        self.withdrawn += doubles
        return doubles

    @property
    def keys(self) -> list[str]:
        """What was posted, in order, conversations aside."""
        return [key for _, key in self.posted]


@asynccontextmanager
async def sending(db: Database, channel: Channel, replica: str = "one", **told: Any) -> AsyncIterator[Outbox]:
    """An outbox that neither paces nor waits, unless told."""
    told = {"min_interval_s": 0, "grace_s": 0.01, "parked_s": 0.02} | told
    outbox = Outbox(db, {"post": channel, "card": channel}, replica, **told)
    try:
        yield outbox
    finally:
        await outbox.close(5)


async def put(db: Database, *keys: str, conversation: str = "C1", kind: str = "post") -> None:
    """Have these said, each in a transaction of its own."""
    for key in keys:
        async with db.writing() as session:
            await say(session, conversation=conversation, kind=kind, key=key, payload={"text": key})


async def states(db: Database) -> dict[str, MessageState]:
    async with db.reading() as session:
        rows = await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))
        return {row.key: row.state for row in rows}


async def row_of(db: Database, key: str) -> OutboxMessage:
    async with db.reading() as session:
        return (await session.exec(select(OutboxMessage).where(OutboxMessage.key == key))).one()


async def until_sent(db: Database, outbox: Outbox, *keys: str) -> None:
    """Sweep as the engine would, only faster, until these are sent."""
    async with asyncio.timeout(20):
        while not await all_sent(db, keys):
            await outbox.sweep()
            await asyncio.sleep(0.01)


async def all_sent(db: Database, keys: Iterable[str]) -> bool:
    found = await states(db)
    return all(found[key] is MessageState.SENT for key in keys)

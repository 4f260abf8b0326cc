"""What the outbox promises: once, in order, at Slack's pace, whatever fails."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlmodel import col, select

from bot.db import Database
from bot.outbox import Outbox, Sent, say
from bot.schema import MessageState, OutboxMessage


class Channel:
    """A Slack in memory: keeps what was posted, and fails as it is told to, attempt by attempt."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str]] = []
        self.faults: deque[tuple[bool, Exception] | None] = deque()
        self.looked: list[str] = []

    async def send(self, message: OutboxMessage) -> Sent:
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault[0]:
            self.posted.append((message.conversation, message.key))
        if fault is not None:
            raise fault[1]
        return Sent(message.conversation, f"ts-{message.key}")

    async def find(self, message: OutboxMessage) -> Sent | None:
        self.looked.append(message.key)
        found = (message.conversation, message.key) in self.posted
        return Sent(message.conversation, f"ts-{message.key}") if found else None


@asynccontextmanager
async def sending(db: Database, channel: Channel, replica: str = "one") -> AsyncIterator[Outbox]:
    outbox = Outbox(db, {"post": channel}, replica, min_interval_s=0)
    try:
        yield outbox
    finally:
        await outbox.close()


async def put(db: Database, *keys: str, conversation: str = "C1") -> None:
    async with db.writing() as session:
        for key in keys:
            await say(session, conversation=conversation, kind="post", key=key, payload={"text": key})


async def states(db: Database) -> dict[str, MessageState]:
    async with db.reading() as session:
        rows = await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))
        return {row.key: row.state for row in rows}


async def test_messages_go_out_once_and_in_order(db: Database) -> None:
    channel = Channel()
    async with sending(db, channel) as outbox:
        await put(db, "a", "b", "c")
        await put(db, "a")
        outbox.wake("C1")
        assert await outbox.drained(5)
    assert channel.posted == [("C1", "a"), ("C1", "b"), ("C1", "c")]
    assert channel.looked == []

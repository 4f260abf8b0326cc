"""Frozen after the last look at the lease: what another has said meanwhile stands there once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.db import Database
from bot.outbox import Outbox, TryLater, doubles
from bot.schema import OutboxMessage
from tests.bot.outbox.channel import Channel, Fault, put, row_of, sending, until_sent
from tests.bot.outbox.test_lanes import due_now, expire


@asynccontextmanager
async def frozen_over_its_call(db: Database, channel: Channel) -> AsyncIterator[Outbox]:
    """One replica is frozen when nothing but the call is left, and another sends; then it wakes."""
    frozen, wakes = asyncio.Event(), asyncio.Event()

    async def freeze(message: OutboxMessage) -> None:
        if not frozen.is_set():
            frozen.set()
            await wakes.wait()

    channel.before = freeze
    await put(db, "a")
    async with sending(db, channel, "one") as one, sending(db, channel, "two") as two:
        one.wake("C1")
        await frozen.wait()
        await expire(db)
        await two.sweep()
        await asyncio.sleep(0.02)
        await due_now(db, "a")
        await until_sent(db, two, "a")
        assert channel.keys == ["a"]
        wakes.set()
        yield one


async def until_it_has_looked(outbox: Outbox) -> None:
    async with asyncio.timeout(20):
        while outbox._tasks or outbox._doubles._looking:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("lost", [False, True], ids=["its answer comes", "its answer is lost"])
async def test_what_was_said_twice_is_taken_back(db: Database, lost: bool) -> None:
    channel = Channel()
    async with frozen_over_its_call(db, channel) as woken:
        if lost:
            channel.faults.append(Fault(OSError("cut off"), taken=True))
        await until_it_has_looked(woken)
    assert (channel.keys, channel.withdrawn) == (["a"], 1)
    assert (await row_of(db, "a")).ts == "ts-a"


async def test_without_that_it_would_stand_there_twice(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubles, "LOOKS", 0)
    channel = Channel()
    async with frozen_over_its_call(db, channel) as woken:
        await until_it_has_looked(woken)
    assert channel.keys == ["a", "a"]


async def test_it_is_looked_for_again_where_slack_does_not_answer(db: Database) -> None:
    channel = Channel()
    async with frozen_over_its_call(db, channel) as woken:
        channel.blind.extend([TryLater(0.01), TryLater(0.01)])
        await until_it_has_looked(woken)
    assert (channel.keys, len(channel.blind)) == (["a"], 0)


async def test_nothing_is_taken_back_where_nobody_was_overtaken(db: Database) -> None:
    channel = Channel()
    async with sending(db, channel) as outbox:
        await put(db, "a", "b")
        await until_sent(db, outbox, "a", "b")
        assert not outbox._doubles._looking
    assert (channel.keys, channel.withdrawn) == (["a", "b"], 0)

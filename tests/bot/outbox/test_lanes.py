"""Two replicas and one conversation: one sends at a time, and who was frozen harms nothing."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from sqlmodel import col, update

from bot.columns import now
from bot.db import Database
from bot.outbox import Sent
from bot.outbox.lanes import Lanes
from bot.outbox.turn import Turn, Wait
from bot.schema import MessageState, OutboxLane, OutboxMessage
from tests.bot.outbox.channel import Channel, put, row_of, sending, states, until_sent


class Clock:
    """A monotonic clock that stands still while a process is frozen, and then jumps."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


async def taken(lanes: Lanes, replica: str, conversation: str = "C1") -> Turn:
    turn = await lanes.take(conversation, replica)
    assert isinstance(turn, Turn)
    return turn


async def expire(db: Database) -> None:
    """All leases have run out, as if time had passed."""
    async with db.writing() as session:
        await session.exec(update(OutboxLane).values(leased_until=now() - timedelta(minutes=1)))


async def due_now(db: Database, key: str) -> None:
    async with db.writing() as session:
        await session.exec(update(OutboxMessage).where(col(OutboxMessage.key) == key).values(not_before=None))


async def test_the_intent_is_committed_before_the_call(db: Database) -> None:
    await put(db, "a")
    turn = await taken(Lanes(db), "one")
    assert not turn.look_first
    row = await row_of(db, "a")
    assert (row.state, row.attempts) == (MessageState.SENDING, 1)


async def test_a_lane_that_one_has_no_other_gets(db: Database) -> None:
    await put(db, "a", "b")
    one, two = Lanes(db), Lanes(db)
    assert await two.due("two") == ["C1"]
    turn = await taken(one, "one")
    assert await two.take("C1", "two") is None
    assert await two.due("two") == []
    await one.sent(turn, Sent("C1", "ts"), 0, None)
    assert (await taken(two, "two")).message.key == "b"


async def test_of_many_that_reach_for_a_lane_one_gets_it(db: Database) -> None:
    await put(db, "a")
    turns = await asyncio.gather(*(Lanes(db).take("C1", f"r{n}") for n in range(6)))
    assert sum(isinstance(turn, Turn) for turn in turns) == 1


async def test_what_a_dead_one_was_sending_is_looked_for_after_a_grace(db: Database) -> None:
    await put(db, "a")
    await taken(Lanes(db), "dead")
    await expire(db)
    assert isinstance(await Lanes(db, grace_s=5).take("C1", "living"), Wait)
    assert await states(db) == {"a": MessageState.UNKNOWN}
    assert await Lanes(db).due("living") == []
    await due_now(db, "a")
    turn = await taken(Lanes(db), "living")
    assert turn.look_first
    assert turn.attempt == 2


async def test_a_frozen_replica_gives_up_before_the_call(db: Database) -> None:
    clock = Clock()
    frozen, living = Lanes(db, monotonic=clock), Lanes(db)
    await put(db, "a")
    turn = await taken(frozen, "frozen")
    assert await frozen.still_ours(turn, 15)
    await expire(db)
    await living.take("C1", "living")
    clock.at += 3600
    assert not await frozen.still_ours(turn, 15)


async def test_a_lease_that_nobody_else_took_is_prolonged(db: Database) -> None:
    clock = Clock()
    slow = Lanes(db, monotonic=clock)
    await put(db, "a")
    turn = await taken(slow, "slow")
    clock.at += 20
    assert await slow.still_ours(turn, 15)
    assert turn.until == clock.at + 30
    assert await Lanes(db).take("C1", "other") is None


async def test_what_a_frozen_replica_records_too_late_changes_nothing(db: Database) -> None:
    await put(db, "a")
    frozen, living = Lanes(db), Lanes(db)
    late = await taken(frozen, "frozen")
    await expire(db)
    await living.take("C1", "living")
    await due_now(db, "a")
    turn = await taken(living, "living")
    await frozen.put_back(late, MessageState.PARKED, "too late", lane_s=100)
    assert (await row_of(db, "a")).state is MessageState.SENDING
    followed: list[str] = []

    async def on_sent(session: object, message: OutboxMessage, sent: Sent) -> None:
        followed.append(sent.ts)

    await living.sent(turn, Sent("C1", "right"), 0, on_sent)
    await frozen.sent(late, Sent("C1", "wrong"), 0, on_sent)
    assert (await row_of(db, "a")).ts == "right"
    assert followed == ["right"]


async def test_a_lane_that_must_wait_says_for_how_long(db: Database) -> None:
    await put(db, "a", "b")
    lanes = Lanes(db)
    await lanes.sent(await taken(lanes, "one"), Sent("C1", "ts"), 30, None)
    wait = await lanes.take("C1", "one")
    assert isinstance(wait, Wait)
    assert 20 < wait.seconds <= 30
    assert await lanes.due("one") == []
    assert await lanes.take("nothing here", "one") is None


async def test_only_the_first_message_of_a_lane_counts(db: Database) -> None:
    await put(db, "a", "b")
    lanes = Lanes(db)
    await lanes.put_back(await taken(lanes, "one"), MessageState.PARKED, "is_archived", message_s=60)
    assert await lanes.due("one") == []
    wait = await lanes.take("C1", "one")
    assert isinstance(wait, Wait)
    assert (await row_of(db, "b")).attempts == 0


async def test_two_outboxes_on_one_lane_say_everything_once_and_in_order(db: Database) -> None:
    channel = Channel()
    keys = [f"m{n:02}" for n in range(20)]
    async with AsyncExitStack() as stack:
        outboxes = [await stack.enter_async_context(sending(db, channel, f"r{n}")) for n in range(3)]
        for key in keys:
            await put(db, key)
            for outbox in outboxes:
                outbox.wake("C1")
        await asyncio.gather(*(until_sent(db, outbox, *keys) for outbox in outboxes))
    assert channel.keys == keys
    assert channel.looked == []


async def test_the_lanes_of_a_process_that_is_gone_are_free_at_once(db: Database) -> None:
    channel = Channel()
    await put(db, "was-sending")
    await taken(Lanes(db), "dead")
    channel.posted.append(("C1", "was-sending"))
    await put(db, "next")
    async with sending(db, channel, "living") as outbox:
        assert await outbox.drained(0.5)
        assert (await states(db))["was-sending"] is MessageState.SENDING
        await outbox.free("dead")
        await until_sent(db, outbox, "was-sending", "next")
    assert channel.keys == ["was-sending", "next"]
    assert channel.looked == ["was-sending"]


async def test_how_many_lanes_are_at_work_is_bounded(db: Database) -> None:
    channel = Channel()
    at_work, most = 0, 0

    async def busy(message: OutboxMessage) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.02)
        at_work -= 1

    channel.before = busy
    for n in range(40):
        await put(db, f"k{n}", conversation=f"C{n}")
    async with sending(db, channel) as outbox:
        await until_sent(db, outbox, *(f"k{n}" for n in range(40)))
    assert 1 < most <= 20

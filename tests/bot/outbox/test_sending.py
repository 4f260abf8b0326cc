"""What the outbox promises: once, in order, at Slack's pace, whatever fails."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database, StorageUnavailable
from bot.outbox import Overtaken, Parked, Sent, TryLater, Uncertain
from bot.schema import MessageState, OutboxMessage
from tests.bot.outbox.channel import Channel, Fault, put, row_of, sending, states, until_sent


async def test_messages_go_out_once_and_in_order(db: Database) -> None:
    channel = Channel()
    async with sending(db, channel) as outbox:
        await put(db, "a", "b", "c")
        await put(db, "a")
        outbox.wake("C1")
        assert await outbox.drained(10)
    assert channel.posted == [("C1", "a"), ("C1", "b"), ("C1", "c")]
    assert channel.looked == []
    row = await row_of(db, "b")
    assert (row.channel, row.ts, row.attempts, row.trouble) == ("C1", "ts-b", 1, None)
    assert row.sent_at is not None


async def test_waking_is_enough_and_sweeping_finds_what_nobody_woke(db: Database) -> None:
    channel = Channel()
    async with sending(db, channel) as outbox:
        await put(db, "woken")
        outbox.wake("C1")
        await put(db, "forgotten", conversation="C2")
        await until_sent(db, outbox, "woken", "forgotten")
    assert sorted(channel.keys) == ["forgotten", "woken"]


async def test_what_came_while_the_lane_was_at_work_is_sent_without_a_sweep(db: Database) -> None:
    channel = Channel()
    async with sending(db, channel) as outbox:

        async def another(message: OutboxMessage) -> None:
            if message.key == "first":
                await put(db, "second")
                outbox.wake("C1")

        channel.after = another
        await put(db, "first")
        outbox.wake("C1")
        async with asyncio.timeout(10):
            while channel.keys != ["first", "second"]:  # noqa: ASYNC110 - Slack tells nobody
                await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "error", [Uncertain("timeout"), OSError("reset"), TimeoutError(), ValueError("not JSON"), KeyError("ts")]
)
@pytest.mark.parametrize("taken", [True, False])
async def test_an_uncertain_message_is_looked_for_and_said_once(
    db: Database, error: Exception, taken: bool
) -> None:
    channel = Channel()
    channel.faults.append(Fault(error, taken))
    async with sending(db, channel) as outbox:
        await put(db, "a", "b")
        await until_sent(db, outbox, "a", "b")
    assert channel.keys == ["a", "b"]
    assert channel.looked == ["a"]
    assert (await row_of(db, "a")).ts == "ts-a"


async def test_it_is_not_sent_again_while_it_cannot_be_looked_for(db: Database) -> None:
    channel = Channel()
    channel.faults.append(Fault(Uncertain("timeout"), taken=True))
    channel.blind.extend([TryLater(0.01), OSError("down"), Parked("missing_scope"), TimeoutError()])
    async with sending(db, channel) as outbox:
        await put(db, "a")
        await until_sent(db, outbox, "a")
    assert channel.keys == ["a"]
    assert len(channel.looked) == 5
    assert len(channel.calls) == 1


async def test_a_refusal_to_be_looked_for_leaves_it_uncertain_and_tells_why(db: Database) -> None:
    channel = Channel()
    channel.faults.append(Fault(Uncertain("timeout"), taken=True))
    channel.blind.append(Parked("missing_scope"))
    async with sending(db, channel, parked_s=60) as outbox:
        await put(db, "a")
        while (await row_of(db, "a")).trouble != "missing_scope":
            await outbox.sweep()
            await asyncio.sleep(0.01)
        assert await states(db) == {"a": MessageState.UNKNOWN}
        assert (await outbox.states()).troubles == {"missing_scope": 1}


async def test_a_rate_limit_holds_the_whole_lane_and_is_no_doubt(db: Database) -> None:
    channel = Channel()
    channel.faults.extend([Fault(TryLater(0.3)), None, None])
    async with sending(db, channel) as outbox:
        await put(db, "a", "b")
        outbox.wake("C1")
        while not channel.calls:  # noqa: ASYNC110 - the channel tells nobody
            await asyncio.sleep(0.01)
        await put(db, "elsewhere", conversation="C2")
        await until_sent(db, outbox, "a", "b", "elsewhere")
    assert channel.looked == []
    assert channel.keys.index("a") < channel.keys.index("b")
    times = [at for key, at in channel.calls if key == "a"]
    assert times[1] - times[0] >= 0.3


async def test_what_is_parked_waits_is_told_and_goes_out_when_mended(db: Database) -> None:
    channel = Channel()
    parked: list[tuple[str, str]] = []

    async def tell(message: OutboxMessage, code: str) -> None:
        parked.append((message.key, code))

    channel.faults.append(Fault(Parked("not_in_channel")))
    async with sending(db, channel, parked_s=600, on_parked=tell) as outbox:
        await put(db, "a", "b")
        await put(db, "elsewhere", conversation="C2")
        assert await outbox.drained(10)
        standing = await outbox.states()
        assert await states(db) == {
            "a": MessageState.PARKED,
            "b": MessageState.PENDING,
            "elsewhere": MessageState.SENT,
        }
        assert standing.counts == {MessageState.PARKED: 1, MessageState.PENDING: 1}
        assert standing.troubles == {"not_in_channel": 1}
        assert standing.parked_s is not None
        assert standing.moving_s is None, "what waits behind a parked message does not count as stuck"
        await outbox.mended("C2")
        assert (await states(db))["a"] is MessageState.PARKED
        await outbox.mended("C1")
        assert await outbox.drained(10)
        assert (await outbox.states()).counts == {}
    assert channel.keys == ["elsewhere", "a", "b"]
    assert parked == [("a", "not_in_channel")]
    assert channel.looked == []


async def test_who_cannot_be_told_of_a_parked_message_holds_up_no_lane(db: Database) -> None:
    channel = Channel()
    channel.faults.append(Fault(Parked("is_archived")))

    async def tell(message: OutboxMessage, code: str) -> None:
        raise RuntimeError(code)

    async with sending(db, channel, on_parked=tell) as outbox:
        await put(db, "a", "b")
        await until_sent(db, outbox, "a", "b")
    assert channel.keys == ["a", "b"]


async def test_parked_messages_are_tried_again_by_themselves(db: Database) -> None:
    channel = Channel()
    channel.faults.extend([Fault(Parked("is_archived"))] * 3)
    async with sending(db, channel) as outbox:
        await put(db, "a")
        await until_sent(db, outbox, "a")
    assert (await row_of(db, "a")).attempts == 4


async def test_what_was_overtaken_is_dropped_and_holds_up_nothing(db: Database) -> None:
    channel = Channel()
    channel.faults.append(Fault(Overtaken("a newer card")))
    async with sending(db, channel) as outbox:
        await put(db, "a", "b")
        assert await outbox.drained(10)
    assert channel.keys == ["b"]
    assert (await states(db))["a"] is MessageState.DROPPED


async def test_the_age_of_what_should_be_moving_is_told(db: Database) -> None:
    async with sending(db, Channel()) as outbox:
        assert (await outbox.states()).moving_s is None
        await put(db, "a")
        moving_s = (await outbox.states()).moving_s
        assert moving_s is not None
        assert 0 <= moving_s < 20
        assert await outbox.drained(10)
        assert (await outbox.states()).moving_s is None


async def test_a_kind_that_nobody_sends_is_parked_and_not_lost(db: Database) -> None:
    channel = Channel()
    async with sending(db, channel, parked_s=60) as outbox:
        await put(db, "a", kind="smoke")
        assert await outbox.drained(10)
        assert (await outbox.states()).troubles == {"no_delivery": 1}


async def test_one_message_a_second_and_the_first_at_once(db: Database) -> None:
    channel = Channel()
    async with sending(db, channel, min_interval_s=0.5) as outbox:
        await put(db, "a", "b", "c")
        await put(db, "mail-1", "mail-2", conversation="mail:case-1")
        began = asyncio.get_running_loop().time()
        outbox.wake("C1")
        outbox.wake("mail:case-1")
        assert await outbox.drained(10)
    at = {key: moment - began for key, moment in channel.calls}
    assert at["b"] - at["a"] >= 0.5
    assert at["c"] - at["b"] >= 0.5
    assert at["mail-2"] - at["mail-1"] < 0.5


async def test_what_follows_from_a_success_is_stored_with_it_or_not_at_all(db: Database) -> None:
    channel = Channel()
    fails = [True, False]

    async def on_sent(session: AsyncSession, message: OutboxMessage, sent: Sent) -> None:
        message_row = await session.get_one(OutboxMessage, message.id)
        message_row.payload = {"followed": sent.ts}
        session.add(message_row)
        await session.flush()
        if fails.pop(0):
            raise RuntimeError

    async with sending(db, channel, on_sent=on_sent) as outbox:
        await put(db, "a")
        await until_sent(db, outbox, "a")
    assert channel.keys == ["a"]
    assert (await row_of(db, "a")).payload == {"followed": "ts-a"}
    assert fails == []


async def test_a_success_that_could_not_be_recorded_is_found_and_not_repeated(db: Database) -> None:
    channel = Channel()

    async def break_storage(message: OutboxMessage) -> None:
        channel.after = None
        await rename(db, "outbox_lane", "outbox_lane_away")

    channel.after = break_storage
    async with sending(db, channel) as outbox:
        await put(db, "a", "b")
        outbox.wake("C1")
        async with asyncio.timeout(20):
            while outbox._tasks:  # noqa: ASYNC110 - lanes end by themselves
                await asyncio.sleep(0.01)
        with pytest.raises(StorageUnavailable):
            await outbox.sweep()
        await rename(db, "outbox_lane_away", "outbox_lane")
        assert await states(db) == {"a": MessageState.SENDING, "b": MessageState.PENDING}
        await until_sent(db, outbox, "a", "b")
    assert channel.keys == ["a", "b"]
    assert channel.looked == ["a"]


async def rename(db: Database, table: str, to: str) -> None:
    async with db.writing() as session:
        await (await session.connection()).execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


async def test_closing_lets_a_call_end_and_begins_no_other(db: Database) -> None:
    channel = Channel()
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def hold(message: OutboxMessage) -> None:
        under_way.set()
        await go_on.wait()

    channel.before = hold
    async with sending(db, channel) as outbox:
        await put(db, "a", "b")
        outbox.wake("C1")
        await under_way.wait()
        closing = asyncio.create_task(outbox.close(10))
        await asyncio.sleep(0)
        go_on.set()
        await closing
        outbox.wake("C1")
    assert await states(db) == {"a": MessageState.SENT, "b": MessageState.PENDING}


async def test_a_call_cut_off_by_the_end_is_looked_for_by_the_next(db: Database) -> None:
    channel = Channel()
    taken = asyncio.Event()

    async def hang(message: OutboxMessage) -> None:
        taken.set()
        await asyncio.sleep(60)

    channel.after = hang
    async with sending(db, channel) as outbox:
        await put(db, "a")
        outbox.wake("C1")
        await taken.wait()
        await outbox.close(0.01)
    assert await states(db) == {"a": MessageState.UNKNOWN}
    channel.after = None
    async with sending(db, channel, "two", grace_s=0.01) as outbox:
        await outbox.mended()
        async with asyncio.timeout(20):
            await until_sent(db, outbox, "a")
    assert channel.keys == channel.looked == ["a"]


async def test_a_call_that_never_ends_is_cut_off_before_the_lease_does(db: Database) -> None:
    channel = Channel()
    waits = [60.0, 0.0]

    async def hang(message: OutboxMessage) -> None:
        await asyncio.sleep(waits.pop(0))

    channel.after = hang
    async with sending(db, channel, lease_s=0.4) as outbox:
        await put(db, "a")
        await until_sent(db, outbox, "a")
    assert channel.keys == ["a"]


FAULTS = (
    Fault(Uncertain("timeout"), taken=True),
    Fault(Uncertain("timeout")),
    Fault(OSError("dropped"), taken=True),
    Fault(TryLater(0.005)),
    Fault(Parked("channel_not_found")),
    None,
    None,
    None,
)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_fails_everything_is_said_once_and_in_order(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    channel = Channel()
    channel.faults.extend(chance.choices(FAULTS, k=60))
    wanted = {f"C{n}": [f"{n}-{k}" for k in range(6)] for n in range(5)}
    for conversation, keys in wanted.items():
        await put(db, *keys, conversation=conversation)
    async with sending(db, channel) as outbox:
        await until_sent(db, outbox, *(key for keys in wanted.values() for key in keys))
    for conversation, keys in wanted.items():
        assert [key for where, key in channel.posted if where == conversation] == keys

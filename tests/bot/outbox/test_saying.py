"""Things are put down with what they are about, once; a card is put down once until it is shown."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import col, select

from bot.columns import now
from bot.db import Database
from bot.outbox import Sent, Uncertain, said, say, say_card
from bot.schema import Case, MessageState, OutboxMessage
from tests.bot.outbox.channel import Channel, Fault, put, sending, states, until_sent

STAFF = "C-STAFF"


@pytest.fixture
async def case(db: Database) -> Case:
    row = Case(team_id="T1", user_id="U1", exchange="x", account="spot", opened_at=now())
    async with db.writing() as session:
        session.add(row)
    return row


async def changed(db: Database, case: Case) -> None:
    """Somebody acts on the case, and its card has to follow."""
    async with db.writing() as session:
        row = await session.get_one(Case, case.number, with_for_update=True)
        row.failures_in_row += 1
        await say_card(session, row, STAFF)


async def cards(db: Database) -> list[OutboxMessage]:
    async with db.reading() as session:
        rows = await session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "card").order_by(col(OutboxMessage.id))
        )
        return list(rows)


class Desk(Channel):
    """Shows cards as the case is when they are sent."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self.db, self.shown = db, list[int]()

    async def send(self, message: OutboxMessage) -> Sent:
        async with self.db.reading() as session:
            case = await session.get_one(Case, message.case_number)
        self.shown.append(case.failures_in_row)
        return await super().send(message)


async def test_what_is_said_in_a_transaction_that_fails_is_not_said(db: Database) -> None:
    async def undone() -> None:
        async with db.writing() as session:
            await say(session, conversation="C1", kind="post", key="never", payload={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    await put(db, "once")
    assert list(await states(db)) == ["once"]


async def test_saying_it_again_changes_nothing_not_even_after_it_was_sent(db: Database) -> None:
    channel = Channel()
    async with sending(db, channel) as outbox:
        await put(db, "a")
        assert await outbox.drained(10)
        async with db.writing() as session:
            await say(session, conversation="C9", kind="post", key="a", payload={"text": "other"})
        assert await outbox.drained(10)
    assert channel.posted == [("C1", "a")]


async def test_the_same_thing_said_by_many_at_once_is_said_once(db: Database) -> None:
    await asyncio.gather(*(put(db, "a", "b") for _ in range(8)))
    assert sorted(await states(db)) == ["a", "b"]


async def test_changes_before_a_card_is_shown_become_one_card(db: Database, case: Case) -> None:
    desk = Desk(db)
    for _ in range(5):
        await changed(db, case)
    assert len(await cards(db)) == 1
    async with sending(db, desk) as outbox:
        assert await outbox.drained(10)
        await changed(db, case)
        assert await outbox.drained(10)
    assert desk.shown == [5, 6]


async def test_cards_of_other_cases_are_their_own(db: Database, case: Case) -> None:
    other = Case(team_id="T1", user_id="U2", exchange="x", account="spot", opened_at=now())
    async with db.writing() as session:
        session.add(other)
    await changed(db, case)
    await changed(db, other)
    assert len(await cards(db)) == 2


async def test_a_change_while_the_card_is_on_its_way_is_shown_after_it(db: Database, case: Case) -> None:
    desk = Desk(db)
    once = [True]

    async def meanwhile(message: OutboxMessage) -> None:
        if once.pop() if once else False:
            await changed(db, case)

    desk.after = meanwhile
    async with sending(db, desk) as outbox:
        await changed(db, case)
        assert await outbox.drained(10)
    assert desk.shown == [1, 2]


async def test_a_card_whose_fate_is_unknown_does_not_count_as_waiting(db: Database, case: Case) -> None:
    desk = Desk(db)
    desk.faults.append(Fault(Uncertain("timeout"), taken=True))
    async with sending(db, desk, grace_s=60) as outbox:
        await changed(db, case)
        assert await outbox.drained(10)
        await changed(db, case)
    assert [card.state for card in await cards(db)] == [MessageState.UNKNOWN, MessageState.PENDING]


async def test_however_changes_and_sending_meet_the_last_change_is_shown(db: Database, case: Case) -> None:
    desk = Desk(db)

    async def act() -> None:
        for _ in range(5):
            await changed(db, case)
            outbox.wake(STAFF)

    async with sending(db, desk) as outbox:
        await asyncio.gather(*(act() for _ in range(4)))
        await until_sent(db, outbox, *(card.key for card in await cards(db)))
    assert desk.shown[-1] == 20
    assert desk.shown == sorted(desk.shown)


async def test_whoever_has_said_something_knows_which_conversations_to_wake(db: Database) -> None:
    async with db.writing() as session:
        for number, conversation in enumerate(("U1", "C1", "U1")):
            await say(session, conversation=conversation, kind="note", key=f"k{number}", payload={})
        assert said(session) == ["U1", "C1"]
    async with db.writing() as other:
        assert said(other) == [], "what another transaction said is not this one's"

"""Where the staff channel takes nothing, each case that needs people is mailed once for each turn."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import col, select, update

from bot import cases
from bot.channel_lost import LOST, mail_instead
from bot.db import Database
from bot.schema import MessageState, OutboxMessage
from bot.telling import tell_staff
from tests.bot.case_steps import settled
from tests.bot.conftest import Given
from tests.bot.rows import DANGEROUS, FIXABLE, later
from validators.diagnosis import Diagnosis

STAFF = "C9"
ALL_MAILED = update(OutboxMessage).where(col(OutboxMessage.kind) == "mail").values(state=MessageState.SENT)


async def told(db: Database, given: Given, found: Diagnosis, user: str = "U1") -> None:
    """A case of which staff are to be told, and whose mail has gone out."""
    case = await settled(db, given, found, user=user)
    assert case is not None
    async with db.writing() as session:
        await tell_staff(session, STAFF, await cases.case_of(session, case.number or 0))
        await session.exec(ALL_MAILED)


async def refused(
    db: Database, code: str = "is_archived", kind: str = "card", conversation: str = STAFF
) -> list[str]:
    """The first message of that kind is refused; the lanes that were woken."""
    woken: list[str] = []
    async with db.writing() as session:
        first = await session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(col(OutboxMessage.id)).limit(1)
        )
        message = first.one()
        message.state, message.conversation = MessageState.PARKED, conversation
    await mail_instead(db, STAFF, woken.append, message, code)
    return woken


async def mails(db: Database) -> list[tuple[int | None, str]]:
    """Of the lost channel: case and stage."""
    async with db.reading() as session:
        rows = select(OutboxMessage).where(col(OutboxMessage.key).startswith("mail:lost:"))
        found = await session.exec(rows.order_by(col(OutboxMessage.id)))
        return [(row.case_number, row.payload["stage"]) for row in found]


@pytest.mark.parametrize("code", sorted(LOST))
async def test_each_word_of_slack_for_a_lost_channel_brings_one_mail_however_often_it_is_heard(
    tmp_path_factory: pytest.TempPathFactory, given: Given, code: str
) -> None:
    async with Database.open(f"sqlite:///{tmp_path_factory.mktemp('lost') / 'keydesk.db'}") as db:
        await db.upgrade()
        await told(db, given, DANGEROUS)

        assert await refused(db, code) == ["mail:case-1"]
        await refused(db, code)
        assert await mails(db) == [(1, "channel_unreachable")]


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "some_new_word"])
async def test_a_message_that_is_wrong_in_itself_says_nothing_about_the_channel(
    db: Database, given: Given, code: str
) -> None:
    await told(db, given, DANGEROUS)
    assert await refused(db, code) == []
    assert await mails(db) == []


async def test_another_conversation_is_not_the_staff_channel(db: Database, given: Given) -> None:
    await told(db, given, DANGEROUS)
    assert await refused(db, conversation="U1") == []


async def test_all_who_need_people_and_wait_behind_are_mailed_and_who_needs_none_is_not(
    db: Database, given: Given
) -> None:
    await told(db, given, FIXABLE, user="U1")
    await told(db, given, DANGEROUS, user="U2")
    await told(db, given, FIXABLE, user="U3")
    await told(db, given, DANGEROUS, user="U4")

    assert await refused(db) == ["mail:case-1", "mail:case-2", "mail:case-4"]


async def test_a_mail_that_has_yet_to_go_out_is_enough(db: Database, given: Given) -> None:
    await told(db, given, DANGEROUS)
    async with db.writing() as session:
        await session.exec(update(OutboxMessage).values(state=MessageState.PENDING))
    await refused(db)

    assert await mails(db) == []


async def test_a_new_turn_is_mailed_anew_and_a_closed_case_is_not(db: Database, given: Given) -> None:
    await told(db, given, DANGEROUS)
    await refused(db)
    async with db.writing() as session:
        await cases.resolve(session, 1, "S1", at=later(hours=1))
    await refused(db)
    async with db.writing() as session:
        case = await cases.client_replied(session, 1, "T1", "U1", "again", at=later(hours=2))
        await tell_staff(session, STAFF, case)
        await session.exec(ALL_MAILED)
    await refused(db)

    assert await mails(db) == [(1, "channel_unreachable")] * 2


async def test_replicas_that_are_refused_at_the_same_moment_mail_once(db: Database, given: Given) -> None:
    await told(db, given, DANGEROUS)
    await asyncio.gather(*(refused(db) for _ in range(4)))

    assert len(await mails(db)) == 1

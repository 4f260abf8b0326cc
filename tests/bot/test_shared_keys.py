"""The same key from several people: staff hear of it once, and no client hears of another."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import col, select

from bot.db import Database
from bot.hours import ALWAYS, BusinessHours
from bot.key_settling import Settling
from bot.limits import others_with_key
from bot.outages import Outages
from bot.schema import CaseEvent, OutboxMessage
from tests.bot.case_steps import current
from tests.bot.conftest import Given
from tests.bot.rows import DANGEROUS, FIXABLE, PASSED, later
from validators.diagnosis import Diagnosis

STAFF = "C9"


def unheard(conversation: str) -> None:
    """Nothing is sent in these tests."""


async def settle(
    db: Database, given: Given, user: str, found: Diagnosis, mark: str = "shared", team: str = "T1"
) -> None:
    """One test of a key, from the beginning to what follows."""
    async with db.writing() as session:
        _, attempt = await given(session, user=user, team=team, key_mark=mark, sealed=b"x")
        attempt_id = attempt.id or 0
    settling = Settling(
        db=db,
        staff_channel=STAFF,
        secret_ttl=timedelta(hours=1),
        first_response=timedelta(minutes=30),
        due=BusinessHours.parse(ALWAYS, "UTC").due,
        wake=unheard,
        shred=lambda: None,
        outages=Outages(db, STAFF, unheard),
    )
    with time_machine.travel(later(minutes=1), tick=True):
        await settling.settle(attempt_id, found.to_json())


async def said(db: Database, kind: str) -> list[OutboxMessage]:
    async with db.reading() as session:
        rows = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(col(OutboxMessage.id))
        return list(await session.exec(rows))


async def named(db: Database, number: int) -> list[str]:
    """Who is named in the history of a case as having the same key."""
    async with db.reading() as session:
        events = select(CaseEvent).where(CaseEvent.act == "shared_key", CaseEvent.case_number == number)
        return [event.changes["to"] for event in await session.exec(events)]


async def test_the_second_person_with_a_key_calls_people_and_the_history_names_the_first(
    db: Database, given: Given
) -> None:
    await settle(db, given, "U1", FIXABLE)
    assert (await current(db, 1)).needs_staff_because is None
    await settle(db, given, "U2", FIXABLE)

    assert (await current(db, 2)).needs_staff_because == "shared_key"
    assert await named(db, 2) == ["U1"]
    assert await named(db, 1) == []
    assert [row.case_number for row in await said(db, "mention")] == [2]


async def test_each_other_person_is_named_once_however_often_the_key_is_tested(
    db: Database, given: Given
) -> None:
    await settle(db, given, "U1", FIXABLE)
    for _ in range(3):
        await settle(db, given, "U2", FIXABLE)
    await settle(db, given, "U3", FIXABLE, team="T2")
    await settle(db, given, "U2", FIXABLE)

    assert await named(db, 2) == ["U1", "U3"]
    assert sorted(await named(db, 3)) == ["U1", "U2"]


async def test_a_weightier_reason_stays_the_reason(db: Database, given: Given) -> None:
    await settle(db, given, "U1", FIXABLE)
    await settle(db, given, "U2", DANGEROUS)

    assert (await current(db, 2)).needs_staff_because == "danger"
    assert await named(db, 2) == ["U1"]


@pytest.mark.parametrize("times", [1, 3])
async def test_a_key_that_passes_is_told_to_the_channel_once_without_a_case(
    db: Database, given: Given, times: int
) -> None:
    await settle(db, given, "U1", PASSED)
    assert await said(db, "shared_key") == []
    for _ in range(times):
        await settle(db, given, "U2", PASSED)

    (note,) = await said(db, "shared_key")
    assert note.conversation == STAFF
    assert "shared" not in note.key.removeprefix("shared:"), "the mark of the key is nobody's business"
    assert await said(db, "mention") == []


async def test_different_keys_and_the_same_person_are_no_finding(db: Database, given: Given) -> None:
    await settle(db, given, "U1", FIXABLE, mark="one")
    await settle(db, given, "U2", FIXABLE, mark="two")
    await settle(db, given, "U1", PASSED, mark="one")

    assert await said(db, "mention") == []
    assert await said(db, "shared_key") == []


async def test_of_many_people_only_some_are_named(db: Database, given: Given) -> None:
    async with db.writing() as session:
        for number in range(30):
            await given(session, user=f"U{number}", key_mark="shared")
    async with db.reading() as session:
        others = await others_with_key(session, "shared", "T1", "U0")

    assert len(others) == 5
    assert ("T1", "U0") not in others

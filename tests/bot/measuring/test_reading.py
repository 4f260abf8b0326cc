"""How things stand is read from the database, the same on both kinds, and by indexes."""

from __future__ import annotations

from datetime import timedelta

from bot.columns import now
from bot.db import Database
from bot.measuring.reading import read
from bot.schema import Case, CaseState, MessageState, Outage, OutboxMessage, Replica
from tests.bot.conftest import Given

AN_HOUR = timedelta(hours=1)


async def test_an_empty_database_has_nothing_to_tell(db: Database) -> None:
    reading = await read(db)

    assert (reading.tests_due, reading.oldest_test_s, reading.sealed_keys, reading.unclaimed) == (
        0,
        0.0,
        0,
        0,
    )
    assert (reading.messages, reading.cases, reading.outages, reading.replicas) == ({}, {}, {}, 0)


async def test_tests_that_wait_for_their_time_are_not_due(db: Database, given: Given) -> None:
    at = now()
    async with db.writing() as session:
        await given(session, at=at - AN_HOUR)
        await given(session, user="U2", at=at + AN_HOUR)
        _, settled = await given(session, user="U3", at=at - 2 * AN_HOUR)
        settled.settled_at = at
        session.add(settled)

    reading = await read(db)

    assert reading.tests_due == 1
    assert 3500 < reading.oldest_test_s < 3700


async def test_keys_that_are_held_are_counted(db: Database, given: Given) -> None:
    async with db.writing() as session:
        await given(session, sealed=b"sealed", purge_at=now() + AN_HOUR)
        await given(session, user="U2")

    assert (await read(db)).sealed_keys == 1


async def test_messages_are_counted_by_state_and_kind_until_they_are_out(db: Database) -> None:
    states = [MessageState.PENDING, MessageState.PARKED, MessageState.PARKED, MessageState.SENT]
    async with db.writing() as session:
        for place, state in enumerate(states):
            said = {"conversation": f"C{place}", "kind": "card", "key": str(place), "state": state}
            session.add(OutboxMessage.model_validate({**said, "created_at": now() - AN_HOUR}))

    reading = await read(db)

    assert reading.messages == {("pending", "card"): 1, ("parked", "card"): 2}
    assert (reading.outbox.parked_s or 0) > 3500


async def test_open_cases_by_state_and_those_that_wait_for_somebody(db: Database) -> None:
    async with db.writing() as session:
        for place, (state, owner) in enumerate(
            [
                (CaseState.OPEN, None),
                (CaseState.OPEN, "U9"),
                (CaseState.WAITING, None),
                (CaseState.CLOSED, None),
            ]
        ):
            who = {"team_id": "T1", "user_id": f"U{place}", "exchange": "kucoin", "account": "futures"}
            case = Case.model_validate({**who, "opened_at": now(), "state": state, "owner_id": owner})
            case.needs_staff_since = now()
            session.add(case)

    reading = await read(db)

    assert reading.cases == {"open": 2, "waiting": 1}
    assert reading.unclaimed == 1


async def test_outages_that_go_on_and_processes_that_live(db: Database) -> None:
    at = now()
    async with db.writing() as session:
        for cause, ended in (("venue_down", None), ("too_slow", at)):
            session.add(
                Outage(exchange="kucoin", cause=cause, opened_at=at, last_at=at, clients=3, ended_at=ended)
            )
        session.add(Replica(executor_id="alive", started_at=at, expires_at=at + AN_HOUR))
        session.add(Replica(executor_id="dead", started_at=at, expires_at=at - AN_HOUR))

    reading = await read(db)

    assert reading.outages == {("kucoin", "venue_down"): 1}
    assert reading.replicas == 1


async def test_an_old_history_costs_nothing(sqlite: Database) -> None:
    """What is settled, closed and sent is not read: each look goes by an index of the rest."""
    async with sqlite.reading() as session:
        connection = await session.connection()
        plans = []
        for table, where in (
            ("attempt", "settled_at IS NULL AND due_at <= '2026'"),
            ("outbox_message", "state NOT IN ('sent', 'dropped')"),
            ("submission", "purge_at IS NOT NULL"),
        ):
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {where}")  # noqa: S608 - our own words
            plans += [str(detail) for *_, detail in plan.all()]

    assert all("USING" in step and "INDEX" in step for step in plans), plans

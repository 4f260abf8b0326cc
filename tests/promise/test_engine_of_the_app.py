"""What the whole program asks of its engine: names that may not change, and nothing that is forgotten."""

# ruff: noqa: S608 - every word of these statements is written here

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from bot.app import APPLICATION_VERSION
from bot.columns import now
from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage
from bot.person import Person
from validators.diagnosis import Diagnosis
from validators.exchange import Credentials, KeyChecker, Reachability

REPEATED = {
    *("tests", "failed work", "dropped work", "outbox", "reminders", "slack", "outages", "doubts", "purge"),
    *("odd values", "inbox", "finished work", "schedule:digest"),
}
"""Each closes a trap: without "failed work" an error is the silent end of a promise, without "finished
work" the engine's tables grow for ever."""

OURS, OURS_BY_ID = "WHERE name = 'test_key'", "WHERE workflow_uuid LIKE 'test_key:%'"


def of_engine(stage: Stage, statement: str) -> list[Any]:
    """Rows of the engine's own file."""
    engine = sa.create_engine(f"sqlite:///{stage.folder}/keydesk.db.engine")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(statement))]
    engine.dispose()
    return rows


class BrokenOnce:
    """A checker that fails the first time for a reason of ours, so that the steps come into play."""

    def __init__(self, right: KeyChecker) -> None:
        self._right, self._broken = right, True

    async def check(self, credentials: Credentials, account: str) -> Diagnosis:
        if self._broken:
            self._broken = False
            raise ZeroDivisionError
        return await self._right.check(credentials, account)

    async def reachability(self) -> list[Reachability]:
        return await self._right.reachability()


async def checked_in_steps(stage: Stage) -> None:
    """One test whose steps the engine has noted, told."""
    checkers: Any = stage.bot.app.key_tests._checking._checkers
    checkers["kucoin"] = BrokenOnce(checkers["kucoin"])
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
    await acting.gets_result(stage, stage.cast.ann)
    await stage.stop()


async def test_names_and_order_of_steps_are_those_that_earlier_releases_left_in_databases(
    stage: Stage,
) -> None:
    """Whoever changes these strands what was begun before: a new order goes through `steps.patched`."""
    await checked_in_steps(stage)

    work = of_engine(stage, f"SELECT name, application_version, status FROM workflow_status {OURS}")
    assert work == [("test_key", "1", "SUCCESS")]
    assert steps_of_test(stage) == ["check", "settle"]
    assert APPLICATION_VERSION == "1"


async def test_a_test_that_settles_at_once_needs_no_notes_of_steps(stage: Stage) -> None:
    """Each would cost two transactions, while nothing is lost if all of it is done again."""
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
    await acting.gets_result(stage, stage.cast.ann)
    await stage.stop()

    assert of_engine(stage, f"SELECT status FROM workflow_status {OURS}") == [("SUCCESS",)]
    assert steps_of_test(stage) == []


def steps_of_test(stage: Stage) -> list[str]:
    """What the engine has noted of the only test, in order."""
    named = f"SELECT function_name FROM operation_outputs {OURS_BY_ID} ORDER BY function_id"
    return [name for (name,) in of_engine(stage, named)]


@pytest.mark.parametrize("noted", [True, False], ids=["by steps of an earlier release", "at once"])
async def test_what_was_checked_but_not_settled_when_its_replica_died_is_settled(
    stage: Stage, noted: bool
) -> None:
    """Whoever takes it over asks again, which changes nothing at the exchange, whatever was noted."""
    ann = stage.cast.ann
    if noted:
        await checked_in_steps(stage)
    else:
        await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
        await acting.gets_result(stage, ann)
        await stage.stop()
    as_before_settling(stage)
    assert steps_of_test(stage) == (["check"] if noted else [])

    await stage.start()

    await acting.gets_result(stage, ann, 2)
    await stage.stop()
    assert len(acting.results(ann)) == 2


def as_before_settling(stage: Stage) -> None:
    """The rows as a replica leaves them that dies between the two."""
    ours = sa.create_engine(f"sqlite:///{stage.folder}/keydesk.db")
    with ours.begin() as rows:
        rows.execute(sa.text("UPDATE attempt SET settled_at = NULL, verdict = NULL, diagnosis = NULL"))
        rows.execute(sa.text("DELETE FROM outbox_message WHERE kind = 'result'"))
    ours.dispose()
    engines = sa.create_engine(f"sqlite:///{stage.folder}/keydesk.db.engine")
    with engines.begin() as rows:
        rows.execute(sa.text(f"UPDATE workflow_status SET status = 'PENDING', completed_at = NULL {OURS}"))
        rows.execute(sa.text(f"DELETE FROM workflow_output {OURS_BY_ID}"))
        rows.execute(sa.text(f"DELETE FROM operation_outputs {OURS_BY_ID} AND function_name = 'settle'"))
    engines.dispose()


async def test_a_sweep_that_is_quicker_than_the_press_takes_nothing_from_it(stage: Stage) -> None:
    """Both start it. One of them only is the first; the other must not end what the first is waiting for."""
    tests, ann = stage.bot.app.key_tests, stage.cast.ann
    stage.kucoin.latency_s = 0.3
    key = stage.kucoin.issue("general_only")
    parts = Credentials(SecretStr(key.key), SecretStr(key.secret), SecretStr(key.passphrase))
    person = Person(ann.team_id, ann.user_id)
    quicker = 0
    for number in range(8):
        promise = await tests.take(person, f"form-{number}", "kucoin", "spot_margin", parts)

        swept = tests.engine.start("test_key", str(promise.attempt_id))
        began_here, _ = await asyncio.gather(swept, tests.begin(promise))

        quicker += began_here
        assert "Passed" in (await acting.gets_result(stage, ann, number + 1)).text
    assert quicker, "the press was always quicker, which proves nothing"


async def test_a_test_that_waits_for_its_next_try_keeps_no_worker(stage: Stage) -> None:
    """A durable sleep would, for a minute, for an hour; and those behind it would wait as well."""
    stage.kucoin.faults.add(Fault.DOWN)
    for client in (stage.cast.ann, stage.cast.ben):
        await acting.checks_key(client, stage.kucoin.issue("general_only"))
        await acting.gets_result(stage, client)
    await ended(stage)

    assert await stage.bot.app.engine.unfinished() == []
    by_state = f"SELECT status, count(*) FROM workflow_status {OURS} GROUP BY 1"
    assert of_engine(stage, by_state) == [("SUCCESS", 2)]


async def ended(stage: Stage) -> None:
    """The last step of a test comes after the client has their result."""
    await stage.bot.app.engine.drain(20)


async def test_everything_that_has_to_come_round_does(stage: Stage) -> None:
    pulses = stage.bot.app.engine.pulses

    assert set(pulses) == REPEATED
    assert {name for name, pulse in pulses.items() if pulse.failures_in_row} == set()


@pytest.mark.parametrize(("age", "kept"), [(timedelta(hours=23), 1), (timedelta(hours=25), 0)])
async def test_of_what_ended_a_day_ago_nothing_is_left(stage: Stage, age: timedelta, kept: int) -> None:
    await checked_in_steps(stage)
    moment = int((now() - age).timestamp() * 1000)
    engine = sa.create_engine(f"sqlite:///{stage.folder}/keydesk.db.engine")
    with engine.begin() as connection:
        moved = connection.execute(sa.text(f"UPDATE workflow_status SET completed_at = {moment} {OURS}"))
        assert moved.rowcount == 1
    engine.dispose()

    await stage.start()
    await stage.bot.app.engine.delete_finished(timedelta(days=1))

    assert len(of_engine(stage, f"SELECT 1 FROM workflow_status {OURS}")) == kept
    assert bool(of_engine(stage, f"SELECT 1 FROM operation_outputs {OURS_BY_ID}")) is bool(kept)

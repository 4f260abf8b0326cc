"""Could not tell: tried again by itself until it is settled or given up, and silent in between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from bot.columns import now
from bot.db import Database
from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage
from bot.demo.workspace import Person
from bot.key_fate import DELAYS, GIVE_UP_AFTER, Forgotten
from bot.schema import Attempt, Submission, VenueLimit
from tests.promise.axe import axed
from tests.promise.outbox_watch import all_said

PAST = timedelta(seconds=1)
WAIT_S = 25


async def tries_of(db: Database, person: Person) -> Sequence[Attempt]:
    """All tests of what this person gave, in order."""
    own = select(Attempt).join(Submission, col(Submission.id) == col(Attempt.submission_id))
    async with db.reading() as session:
        return (
            await session.exec(own.where(Submission.user_id == person.user_id).order_by(col(Attempt.number)))
        ).all()


async def its_time_has_come(db: Database, person: Person) -> None:
    """The next try is due now; wait until it is settled."""
    *_, last = await tries_of(db, person)
    assert last.settled_at is None, "nothing is to be tried again"
    async with db.writing() as session:
        await session.exec(update(Attempt).where(col(Attempt.id) == last.id).values(due_at=now() - PAST))
    async with asyncio.timeout(WAIT_S):
        while (await tries_of(db, person))[last.number - 1].settled_at is None:  # noqa: ASYNC110 - only rows tell
            await asyncio.sleep(0.02)


async def given_of(db: Database, person: Person) -> Submission:
    async with db.reading() as session:
        own = select(Submission).where(Submission.user_id == person.user_id)
        return (await session.exec(own)).one()


async def doubts(stage: Stage, fault: Fault = Fault.DOWN) -> Person:
    """A client with a good key, while KuCoin is in trouble."""
    ann = stage.cast.ann
    stage.kucoin.faults.add(fault)
    dialog = await acting.checks_key(ann, stage.kucoin.issue("general_only"))
    told = await acting.gets_result(stage, ann)
    for words in (dialog.words, told.words, told.text):
        assert "Could not tell" in words
        assert "try again by ourselves" in words
    return ann


async def test_it_is_tried_again_in_silence_and_then_the_outcome_is_told(stage: Stage) -> None:
    db, ann = stage.bot.app.db, await doubts(stage)
    for delay in DELAYS:
        *_, waiting = await tries_of(db, ann)
        assert waiting.asked_by == "keydesk"
        assert waiting.due_at - waiting.asked_at == delay
        await its_time_has_come(db, ann)
        await all_said(stage)
        assert len(acting.results(ann)) == 1, "in between nobody is told anything"
    assert (await given_of(db, ann)).sealed is not None
    stage.kucoin.faults.clear()

    await its_time_has_come(db, ann)

    assert "Passed" in (await acting.gets_result(stage, ann, 2)).text
    await acting.card_of(stage, 1, "a later test passed")
    await all_said(stage)
    given = await given_of(db, ann)
    assert (given.sealed, given.purged_because) == (None, Forgotten.PASSED)
    assert [test.settled_at is None for test in await tries_of(db, ann)] == [False] * 6
    assert len(acting.results(ann)) == 2


async def test_people_are_called_once_the_tries_are_used_up(stage: Stage) -> None:
    db, ann = stage.bot.app.db, await doubts(stage)
    card = await acting.card_of(stage, 1)
    for _ in DELAYS:
        assert [r for r in card.thread if "needs you" in r.text] == []
        await its_time_has_come(db, ann)
        await all_said(stage)

    await its_time_has_come(db, ann)
    await all_said(stage)

    assert len([r for r in card.thread if "needs you" in r.text]) == 1


async def a_day_ago(db: Database, person: Person) -> None:
    """What was given was given almost a day ago."""
    async with db.writing() as session:
        rows = update(Submission).where(col(Submission.user_id) == person.user_id)
        await session.exec(rows.values(created_at=now() - GIVE_UP_AFTER + timedelta(seconds=30)))


async def test_after_a_day_it_is_given_up_kindly_and_the_keys_are_forgotten(stage: Stage) -> None:
    db, ann = stage.bot.app.db, await doubts(stage)
    await a_day_ago(db, ann)

    await its_time_has_come(db, ann)

    told = await acting.gets_result(stage, ann, 2)
    await all_said(stage)
    assert "Could not tell" in told.text
    assert "because we could not test them for 24 hours" in told.text
    assert "try again by ourselves" not in told.text
    assert "✗" not in told.words
    assert "Enter keys again" in told.buttons
    assert "Test again" not in told.buttons
    given = await given_of(db, ann)
    assert (given.sealed, given.purged_because) == (None, Forgotten.GAVE_UP)
    assert (await tries_of(db, ann))[-1].settled_at is not None, "nothing is to be tried again"


async def test_a_try_that_became_due_after_the_keys_were_gone_is_told_without_blame(stage: Stage) -> None:
    """keydesk was down for more than a day: the keys go first, whatever is still promised."""
    db, ann = stage.bot.app.db, await doubts(stage)
    await stage.stop()
    async with Database.open(stage.settings["database_url"]) as offline:
        *_, last = await tries_of(offline, ann)
        async with offline.writing() as session:
            long_ago = now() - GIVE_UP_AFTER - timedelta(hours=3)
            await session.exec(update(Submission).values(created_at=long_ago, purge_at=now() - PAST))
            await session.exec(update(Attempt).where(col(Attempt.id) == last.id).values(due_at=now() - PAST))
    stage.kucoin.faults.clear()

    await stage.start()

    told = await acting.gets_result(stage, ann, 2)
    await all_said(stage)
    assert "no longer hold these keys" in told.text or "Your keys are forgotten" in told.text
    assert "✗" not in told.words
    assert len(acting.results(ann)) == 2
    assert db is not stage.bot.app.db


async def test_a_try_of_a_client_meanwhile_takes_the_place_of_the_next_one(stage: Stage) -> None:
    db, ann = stage.bot.app.db, await doubts(stage)
    stage.kucoin.faults.clear()

    await acting.results(ann)[0].press("Test again")

    assert "Passed" in (await acting.gets_result(stage, ann, 2)).text
    await all_said(stage)
    assert [test.asked_by for test in await tries_of(db, ann)] == ["client", "client"]
    assert len(acting.results(ann)) == 2


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.BLOCKED_FOR_A_WHILE])
async def test_while_the_venue_wants_no_requests_nobody_asks_it(stage: Stage, fault: Fault) -> None:
    await doubts(stage, fault)
    async with stage.bot.app.db.reading() as session:
        limit = (await session.exec(select(VenueLimit))).one()
    assert limit.blocked_until > now() + timedelta(seconds=3)
    stage.kucoin.faults.clear()
    stage.kucoin.requests.clear()

    await acting.checks_key(stage.cast.ben, stage.kucoin.issue("general_only"))

    told = await acting.gets_result(stage, stage.cast.ben)
    assert "Could not tell" in told.text
    assert "try again by ourselves" in told.text
    assert [seen.path for seen in stage.kucoin.requests if seen.key_id] == []


@pytest.mark.postgres
@pytest.mark.timeout(240)
async def test_what_one_replica_heard_of_the_venue_the_other_obeys(postgres_url: str) -> None:
    async with axed(postgres_url, "http") as axe:
        stage = axe.stage
        await axe.start()
        await doubts(stage, Fault.BLOCKED_FOR_A_WHILE)
        stage.kucoin.faults.clear()
        await axe.start()
        await axe.kill(0)
        stage.kucoin.requests.clear()
        async with Database.open(postgres_url) as db, db.writing() as session:
            await session.exec(update(VenueLimit).values(blocked_until=now() + timedelta(minutes=2)))

        ben = stage.cast.ben
        await acting.checks_key(ben, stage.kucoin.issue("general_only"))
        assert [seen.path for seen in stage.kucoin.requests if seen.key_id] == []
        async with Database.open(postgres_url) as db:
            *_, waiting = await tries_of(db, ben)
            assert waiting.due_at - waiting.asked_at >= timedelta(seconds=60)
            async with db.writing() as session:
                await session.exec(update(VenueLimit).values(blocked_until=now()))
            await its_time_has_come(db, ben)

        assert "Passed" in (await acting.gets_result(stage, ben, 2)).text

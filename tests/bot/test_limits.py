"""Limits per person and per key, so that nobody learns from the bot which stolen keys work."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot import limits
from bot.db import Database
from bot.schema import Submission
from tests.bot.conftest import Given
from tests.bot.rows import NOON, later

TESTS = 3
KEYS = 2


async def asked(
    db: Database,
    given: Given,
    *,
    at: datetime = NOON,
    user: str = "U1",
    team: str = "T1",
    mark: str = "m1",
    again: Submission | None = None,
) -> Submission:
    """One more test by a person, if it is within the limits."""
    async with db.writing() as session:
        await limits.check_limits(
            session, team=team, user=user, key_mark=mark, now=at, tests_per_hour=TESTS, keys_per_hour=KEYS
        )
        submission, _ = await given(session, team=team, user=user, key_mark=mark, at=at, submission=again)
        return submission


async def test_a_person_may_test_so_often_and_is_told_when_again(db: Database, given: Given) -> None:
    first = await asked(db, given)
    for minute in (10, 20):
        await asked(db, given, at=later(minutes=minute), again=first)
    with pytest.raises(limits.TooManyTests) as refusal:
        await asked(db, given, at=later(minutes=30), again=first)

    assert refusal.value.again_at == later(minutes=60)
    with pytest.raises(limits.TooManyTests):
        await asked(db, given, at=later(minutes=59, seconds=59), again=first)
    await asked(db, given, at=refusal.value.again_at, again=first)


async def test_a_person_may_test_so_many_different_keys(db: Database, given: Given) -> None:
    await asked(db, given, mark="m1")
    await asked(db, given, mark="m2", at=later(minutes=10))
    with pytest.raises(limits.TooManyKeys) as refusal:
        await asked(db, given, mark="m3", at=later(minutes=20))

    assert refusal.value.again_at == later(minutes=60)
    await asked(db, given, mark="m1", at=later(minutes=20))
    with pytest.raises(limits.TooManyKeys):
        await asked(db, given, mark="m3", at=later(minutes=60))
    await asked(db, given, mark="m3", at=later(minutes=70))


async def test_others_are_not_held_up_by_a_persons_limit(db: Database, given: Given) -> None:
    for mark in ("m1", "m2"):
        await asked(db, given, mark=mark)
    await asked(db, given, user="U2", mark="m3")
    await asked(db, given, team="T2", mark="m4")


async def test_one_key_is_not_tested_without_end_by_many_people(db: Database, given: Given) -> None:
    for number in range(TESTS):
        await asked(db, given, user=f"U{number}", at=later(minutes=number))
    with pytest.raises(limits.TooManyTests) as refusal:
        await asked(db, given, user="U9", at=later(minutes=30))
    assert refusal.value.again_at == later(minutes=60)
    await asked(db, given, user="U9", mark="m2", at=later(minutes=30))


async def test_what_the_client_did_not_ask_for_does_not_count(db: Database, given: Given) -> None:
    first = await asked(db, given)
    async with db.writing() as session:
        for asked_by in ("keydesk", "staff") * 3:
            await given(session, submission=first, asked_by=asked_by)
    await asked(db, given, again=first)


async def test_a_refusal_says_nothing_of_the_key(db: Database, given: Given) -> None:
    for mark in ("m1", "m2"):
        await asked(db, given, mark=mark)
    with pytest.raises(limits.TooManyKeys) as refusal:
        await asked(db, given, mark="canary")
    assert "too many different keys" in str(refusal.value)
    assert "canary" not in str(refusal.value) + repr(vars(refusal.value))


async def test_at_the_same_moment_only_as_many_get_in_as_there_is_room(db: Database, given: Given) -> None:
    done = await asyncio.gather(*(asked(db, given) for _ in range(TESTS + 3)), return_exceptions=True)
    assert sum(isinstance(one, Submission) for one in done) == TESTS
    assert sum(isinstance(one, limits.TooManyTests) for one in done) == 3


async def test_whoever_else_gave_the_same_key_is_found(db: Database, given: Given) -> None:
    for person in (("T1", "U1"), ("T1", "U2"), ("T2", "U1")):
        await asked(db, given, team=person[0], user=person[1])
    await asked(db, given, user="U3", mark="m2")
    async with db.reading() as session:
        assert await limits.others_with_key(session, "m1", "T1", "U1") == [("T1", "U2"), ("T2", "U1")]
        assert await limits.others_with_key(session, "m2", "T1", "U3") == []


async def test_whoever_tests_most_is_named_first_and_old_tests_do_not_count(
    db: Database, given: Given
) -> None:
    async with db.writing() as session:
        await given(session, user="U9", at=NOON - timedelta(days=1))
        for user, often in (("U1", 1), ("U2", 3), ("U3", 2)):
            for _ in range(often):
                await given(session, user=user)
        await given(session, user="U4", asked_by="staff")
        found = await limits.busiest(session, NOON - timedelta(hours=1))

        assert found == [("U2", 3), ("U3", 2), ("U1", 1)]
        assert await limits.busiest(session, NOON - timedelta(hours=1), most=1) == [("U2", 3)]


async def test_what_keydesk_asks_by_itself_is_not_counted_among_everybodys_tests(
    db: Database, given: Given
) -> None:
    async with db.writing() as session:
        for user in ("U1", "U2", "U3"):
            await given(session, user=user)
            await given(session, user=user, asked_by="keydesk")
        assert await limits._asked_so_many_ago(session, 3, NOON - timedelta(hours=1)) is not None
        assert await limits._asked_so_many_ago(session, 4, NOON - timedelta(hours=1)) is None
        assert await limits._asked_so_many_ago(session, 3, NOON) is None


async def test_everybody_together_may_test_so_often(db: Database, given: Given) -> None:
    async def one_more(number: int, at: datetime) -> None:
        async with db.writing() as session:
            await limits.check_limits(
                session,
                team="T1",
                user=f"U{number}",
                key_mark=f"m{number}",
                now=at,
                tests_per_hour=TESTS,
                keys_per_hour=KEYS,
                all_tests_per_hour=4,
            )
            await given(session, user=f"U{number}", key_mark=f"m{number}", at=at)

    for number in range(4):
        await one_more(number, later(minutes=number))
    with pytest.raises(limits.TooManyOverall) as refusal:
        await one_more(9, later(minutes=30))

    assert refusal.value.again_at == later(minutes=60)
    with pytest.raises(limits.TooManyOverall):
        await one_more(9, later(minutes=59, seconds=59))
    await one_more(9, refusal.value.again_at)

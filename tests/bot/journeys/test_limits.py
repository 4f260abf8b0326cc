"""The bot tells nobody which stolen keys work: limits that hold over replicas and restarts, and are told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import limits
from bot.columns import now
from bot.demo import acting
from bot.demo.kucoin import IssuedKey
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Message, Person
from tests.bot.slack.desk import FREE

TIGHT: dict[str, Any] = {**FREE, "tests_per_hour": 3, "keys_per_hour": 2}


@pytest.fixture
async def tight() -> AsyncIterator[Stage]:
    async with staged(**TIGHT) as stage:
        yield stage


async def tries(stage: Stage, person: Person, key: IssuedKey) -> str:
    """Submit a key; what the dialog says in the end."""
    await acting.submits(person, key)
    dialog = await person.dialog()
    ends = (*acting.RESULT_WORDS, "again", "another one", "has to wait")
    await dialog.until(lambda shown: "Testing…" not in shown.words and any(w in shown.words for w in ends))
    words = dialog.words
    await dialog.close()
    return words


def told_of_limits(stage: Stage) -> list[Message]:
    return [m for m in stage.cast.sue.sees(stage.staff_channel) if "was refused: too many" in m.text]


def named_moment(words: str) -> datetime:
    """The moment that a refusal names, as the plain text says it."""
    found = re.search(r"\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d UTC", words)
    assert found is not None, words
    return datetime.strptime(found[0], "%d %b %Y %H:%M UTC").replace(tzinfo=UTC)


def asked(stage: Stage) -> int:
    return len([seen for seen in stage.kucoin.requests if seen.path.endswith("/user/api-key")])


async def test_too_many_tests_are_refused_with_the_moment_at_which_it_works_again(tight: Stage) -> None:
    ann, key = tight.cast.ann, tight.kucoin.issue("general_only")
    for _ in range(3):
        assert "Passed" in await tries(tight, ann, key)
    before = asked(tight)

    refused = await tries(tight, ann, key)

    assert "many tests in one hour" in refused
    assert timedelta(minutes=50) < named_moment(_raw(tight)) - now() <= timedelta(hours=1)
    assert asked(tight) == before, "the exchange was not asked"


def _raw(stage: Stage) -> str:
    """The last answer to a delivery that carried a dialog, with its dates as we sent them."""
    return next(
        repr(d.answer) for d in reversed(stage.slack.deliveries) if d.answer and "view" in repr(d.answer)
    )


async def test_too_many_different_keys_are_refused_and_staff_are_told_once(tight: Stage) -> None:
    ann = tight.cast.ann
    first, second = (tight.kucoin.issue("general_only") for _ in range(2))
    for key in (first, second):
        await tries(tight, ann, key)

    for _ in range(2):
        assert "many different keys" in await tries(tight, ann, tight.kucoin.issue("general_only"))

    await tight.slack.until(lambda: told_of_limits(tight))
    (note,) = told_of_limits(tight)
    assert f"<@{ann.user_id}>" in note.text
    assert "different keys" in note.text
    assert "Passed" in await tries(tight, ann, first), "a key that was tested before may be tested again"


async def test_test_again_counts_and_its_refusal_stands_in_the_dialog(tight: Stage) -> None:
    ann, key = tight.cast.ann, tight.kucoin.issue("ip_restricted")
    for _ in range(3):
        await tries(tight, ann, key)

    await (await acting.gets_result(tight, ann, 3)).press("Test again")
    dialog = await ann.dialog()
    await dialog.until(lambda shown: "many tests in one hour" in shown.words)

    await tight.slack.until(lambda: told_of_limits(tight))


async def test_others_test_meanwhile(tight: Stage) -> None:
    for _ in range(2):
        await tries(tight, tight.cast.ann, tight.kucoin.issue("general_only"))
    assert "many different" in await tries(tight, tight.cast.ann, tight.kucoin.issue("general_only"))

    assert "Passed" in await tries(tight, tight.cast.ben, tight.kucoin.issue("general_only"))


async def test_the_limits_hold_over_replicas_and_restarts(postgres_url: str) -> None:
    async with staged(mode="http", database_url=postgres_url, start=False, **TIGHT) as stage:
        await stage.start(replicas=2)
        ann, key = stage.cast.ann, stage.kucoin.issue("general_only")
        for _ in range(2):
            assert "Passed" in await tries(stage, ann, key)
        await stage.stop()
        await stage.start(replicas=2)
        assert "Passed" in await tries(stage, ann, key)

        assert "many tests" in await tries(stage, ann, key)
        assert "many tests" in await tries(stage, ann, key), "the other replica says so too"


async def test_one_key_is_not_tested_without_end_by_many_people(tight: Stage) -> None:
    key = tight.kucoin.issue("general_only")
    for person in (tight.cast.ann, tight.cast.ben, tight.cast.sue):
        assert "Passed" in await tries(tight, person, key)

    assert "many tests" in await tries(tight, tight.cast.sam, key)


def allow_overall(stage: Stage, tests: int) -> None:
    """So many tests an hour by everybody, on every replica."""
    for bot in stage.bots:
        bot.app.key_tests.policy = replace(bot.app.key_tests.policy, all_tests_per_hour=tests)


def told_of_everybody(stage: Stage) -> list[Message]:
    return [m for m in stage.cast.sue.sees(stage.staff_channel) if "Nobody can test" in m.text]


async def test_everybody_together_is_limited_too_and_staff_are_told_once_who_tests_most(
    tight: Stage,
) -> None:
    ann, ben = tight.cast.ann, tight.cast.ben
    allow_overall(tight, 3)
    for person in (ann, ben, ann):
        await tries(tight, person, tight.kucoin.issue("general_only"))
    before = asked(tight)

    for person in (tight.cast.sue, tight.cast.sam):
        assert "has to wait, and nothing was kept" in await tries(
            tight, person, tight.kucoin.issue("general_only")
        )
        assert timedelta(minutes=50) < named_moment(_raw(tight)) - now() <= timedelta(hours=1)

    assert asked(tight) == before, "the exchange was not asked"
    await tight.slack.until(lambda: told_of_everybody(tight))
    (note,) = told_of_everybody(tight)
    assert f"<@{ann.user_id}> (2), <@{ben.user_id}> (1)" in note.text


async def test_the_limits_of_a_key_and_of_everybody_hold_over_replicas_and_restarts(
    postgres_url: str,
) -> None:
    async with staged(mode="http", database_url=postgres_url, start=False, **TIGHT) as stage:
        await stage.start(replicas=2)
        cast, key = stage.cast, stage.kucoin.issue("general_only")
        for person in (cast.ann, cast.ben):
            assert "Passed" in await tries(stage, person, key)
        await stage.stop()
        await stage.start(replicas=2)
        assert "Passed" in await tries(stage, cast.sue, key)

        for _ in range(2):
            assert "many tests" in await tries(stage, cast.sam, key), "each replica says so"
        allow_overall(stage, 3)
        for person in (cast.sam, cast.sid):
            other = stage.kucoin.issue("general_only")
            assert "has to wait" in await tries(stage, person, other), "each replica says so"
        assert len(told_of_everybody(stage)) <= 1


def test_the_overall_limit_is_far_above_a_busy_day() -> None:
    assert limits.ALL_TESTS_PER_HOUR == 600

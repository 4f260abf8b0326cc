"""The exchange is asked at once, once for each promise, and its answer outlives what goes wrong beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from bot.demo import acting
from bot.demo.kucoin import IssuedKey
from bot.demo.stage import Stage, staged
from bot.key_attempts import Promise
from bot.schema import Attempt, Submission

READS = 2
"""The description of the key and the accounts, side by side."""


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as opened:
        yield opened


def asked(stage: Stage, key: IssuedKey) -> int:
    return sum(request.key_id == key.key for request in stage.kucoin.requests)


async def promise_of(stage: Stage) -> Promise:
    async with stage.bot.app.db.reading() as session:
        attempt = (await session.exec(select(Attempt))).one()
        submission = await session.get_one(Submission, attempt.submission_id)
    return Promise(submission.id, attempt.id or 0, submission.dialog_id or "")


async def test_one_submission_asks_each_question_once(stage: Stage) -> None:
    key = stage.kucoin.issue("general_only")

    await acting.checks_key(stage.cast.ann, key)
    await acting.gets_result(stage, stage.cast.ann)
    await stage.bot.app.engine.drain(10)

    assert asked(stage, key) == READS


async def test_a_promise_that_is_begun_a_second_time_says_nothing_more(stage: Stage) -> None:
    key = stage.kucoin.issue("general_only")
    await acting.checks_key(stage.cast.ann, key)
    await acting.gets_result(stage, stage.cast.ann)

    await stage.bot.app.kit.key_tests.begin(await promise_of(stage))
    await stage.bot.app.engine.drain(10)
    await stage.bot.app.outbox.drained(10)

    assert asked(stage, key) == READS
    assert len(acting.results(stage.cast.ann)) == 1


async def test_where_asking_early_breaks_the_step_asks_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking = stage.bot.app.kit.key_tests._checking
    whole, tries = checking._check, []

    async def broken_once(attempt_id: int) -> dict[str, object] | None:
        tries.append(attempt_id)
        if len(tries) == 1:
            raise RuntimeError("an error of ours")
        return await whole(attempt_id)

    monkeypatch.setattr(checking, "_check", broken_once)
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("general_only"))

    assert "Passed" in (await acting.gets_result(stage, stage.cast.ann)).text
    assert len(tries) == 2

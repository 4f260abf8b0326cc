"""One switch stops every new test, on all replicas; and nothing else."""

from __future__ import annotations

import pytest

from bot import key_attempts
from bot.db import Database
from bot.pausing import TestsPaused, is_paused, pause, resume
from tests.bot.conftest import Given


async def state(db: Database) -> bool:
    async with db.reading() as session:
        return await is_paused(session)


async def test_it_is_off_until_it_is_set_and_off_again_once_ended(db: Database) -> None:
    assert not await state(db)
    assert await pause(db)
    assert await state(db)
    assert await resume(db)
    assert not await state(db)


async def test_doing_it_twice_changes_nothing(db: Database) -> None:
    assert not await resume(db)
    assert await pause(db)
    assert not await pause(db)
    assert await resume(db)


@pytest.mark.parametrize("asked_by", ["client", "staff"])
async def test_no_test_is_promised_to_anybody_while_it_is_set(
    db: Database, given: Given, asked_by: str
) -> None:
    await pause(db)
    async with db.writing() as session:
        submission, _ = await given(session)
        with pytest.raises(TestsPaused, match="Nothing was kept"):
            await key_attempts.promised(session, submission, asked_by)

    await resume(db)
    async with db.writing() as session:
        submission, attempt = await given(session)
        attempt.settled_at = attempt.due_at
        assert (await key_attempts.promised(session, submission, asked_by)).attempt_id

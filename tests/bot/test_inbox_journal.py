"""Deliveries that come in together share one commit, and none of them is taken for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db import Database, StorageUnavailable, Trouble
from bot.inbox_journal import AT_ONCE, Journal, Known


class Counting:
    """A database that counts what is committed, and may be told to be away."""

    def __init__(self, db: Database) -> None:
        self._db, self.commits, self.away = db, 0, False
        self.dialect = db.dialect
        self.reading = db.reading

    @asynccontextmanager
    async def writing_rows(self) -> AsyncIterator[AsyncConnection]:
        if self.away:
            raise StorageUnavailable(Trouble.LOST)
        async with self._db.writing_rows() as connection:
            yield connection
        self.commits += 1


@pytest.fixture
def counting(db: Database) -> Any:
    return Counting(db)


async def test_what_comes_at_once_shares_a_commit(counting: Any) -> None:
    journal = Journal(counting)

    known = await asyncio.gather(*(journal.received(f"Ev{n}", "one") for n in range(40)))

    assert known == [None] * 40
    assert counting.commits == 1


async def test_more_than_fit_are_all_written_down(counting: Any) -> None:
    journal = Journal(counting)

    await asyncio.gather(*(journal.received(f"Ev{n}", "one") for n in range(2 * AT_ONCE + 1)))

    assert counting.commits == 3
    assert await journal.known(f"Ev{2 * AT_ONCE}") == Known(None, done=False)


async def test_of_the_same_delivery_twice_at_once_one_is_the_first(db: Database) -> None:
    journal = Journal(db)

    seen = await asyncio.gather(*(journal.received(f"Ev{n % 3}", "one") for n in range(9)))

    assert seen.count(None) == 3
    assert seen.count(Known(None, done=False)) == 6


async def test_ends_and_beginnings_share_a_commit(counting: Any) -> None:
    journal = Journal(counting)
    await journal.received("Ev1", "one")
    before = counting.commits

    _, known, again = await asyncio.gather(
        journal.done("Ev1", {"text": "so"}), journal.received("Ev2", "one"), journal.received("Ev1", "one")
    )

    assert known is None
    assert again == Known({"text": "so"}, done=True), "the second one sees what the first was answered"
    assert counting.commits - before <= 2


async def test_one_that_cannot_be_stored_takes_no_other_with_it(db: Database) -> None:
    journal = Journal(db)

    outcomes = await asyncio.gather(
        journal.received("Ev1", "one"),
        journal.done("Ev0", {"not": object()}),
        journal.received("Ev2", "one"),
        return_exceptions=True,
    )

    assert (outcomes[0], outcomes[2]) == (None, None)
    assert isinstance(outcomes[1], Exception)
    assert await journal.known("Ev2") == Known(None, done=False)


async def test_while_the_database_is_away_everybody_is_told_and_later_ones_get_through(counting: Any) -> None:
    journal = Journal(counting)
    counting.away = True

    outcomes = await asyncio.gather(
        *(journal.received(f"Ev{n}", "one") for n in range(5)), return_exceptions=True
    )
    counting.away = False

    assert {type(outcome) for outcome in outcomes} == {StorageUnavailable}
    assert await journal.received("Ev1", "one") is None


async def test_whoever_stops_waiting_stops_nobody_else(db: Database) -> None:
    journal = Journal(db)
    impatient = asyncio.create_task(journal.received("Ev1", "one"))
    patient = asyncio.create_task(journal.received("Ev2", "one"))
    await asyncio.sleep(0)

    impatient.cancel()

    assert await patient is None
    await journal.close()
    assert await journal.known("Ev1") is not None, "it was on its way"

"""Whatever befalls the database: the client is told at once that nothing was kept, or gets the result."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db import StorageUnavailable, Trouble
from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Person
from bot.readiness import readiness
from tests import postgres_server
from tests.promise.clients import judged, submit_all
from tests.promise.slack_harm import IMPATIENT

SLACK_WAITS_S = 3.0

Broken = Callable[[Stage], AbstractAsyncContextManager[None]]


def file_of(stage: Stage) -> Path:
    return stage.folder / "keydesk.db"


@asynccontextmanager
async def locked(stage: Stage) -> AsyncIterator[None]:
    """Another process is writing, and does not end."""
    other = sqlite3.connect(file_of(stage), isolation_level=None, check_same_thread=False)
    # In a thread: who holds the lock now may need this one to give it back.
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@asynccontextmanager
async def full(stage: Stage) -> AsyncIterator[None]:
    """No page can be added to the file, and none of it is free."""
    await on_writer(stage, "PRAGMA max_page_count=1")
    with pytest.raises(StorageUnavailable, match=Trouble.FULL):
        await filled_up(stage)
    yield
    await on_writer(stage, "PRAGMA max_page_count=1073741823")


async def filled_up(stage: Stage) -> None:
    for number in range(10_000):
        await stage.bot.app.inbox.receive(f"{number:0200}")


@asynccontextmanager
async def read_only(stage: Stage) -> AsyncIterator[None]:
    await on_writer(stage, "PRAGMA query_only=ON")
    yield
    await on_writer(stage, "PRAGMA query_only=OFF")


@asynccontextmanager
async def not_migrated(stage: Stage) -> AsyncIterator[None]:
    """A table is missing, as before `keydesk db upgrade`."""
    await on_writer(stage, "ALTER TABLE submission RENAME TO gone")
    yield
    await on_writer(stage, "ALTER TABLE gone RENAME TO submission")


@asynccontextmanager
async def a_row_is_refused(stage: Stage) -> AsyncIterator[None]:
    """In the middle of a transaction, for a reason that nobody foresaw."""
    refusal = "BEFORE INSERT ON attempt BEGIN SELECT RAISE(ABORT, 'no'); END"
    await on_writer(stage, f"CREATE TRIGGER refused {refusal}")
    yield
    await on_writer(stage, "DROP TRIGGER refused")


async def on_writer(stage: Stage, statement: str) -> None:
    async with stage.bot.app.db._writer.connect() as connection:
        await _autocommitted(connection, statement)


async def _autocommitted(connection: AsyncConnection, statement: str) -> None:
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    await (await driver.execute(statement)).close()


@pytest.mark.parametrize("broken", [locked, full, read_only, not_migrated, a_row_is_refused])
async def test_the_client_is_told_at_once_and_the_next_test_works(stage: Stage, broken: Broken) -> None:
    ann = stage.cast.ann
    key = stage.kucoin.issue("ip_restricted")
    dialog = await acting.opens_dialog(ann)
    acting.fills(dialog, key.key, key.secret, key.passphrase)

    async with broken(stage):
        answered = await dialog.submit()
        submitted = stage.slack.deliveries[-1]

    assert answered.error is None
    assert submitted.acked_after_s is not None
    assert submitted.acked_after_s < SLACK_WAITS_S
    said = dialog.words
    assert "could not start this just now" in said or "nothing was changed" in said
    assert "Testing" not in said
    await acting.checks_key(ann, key)
    await acting.gets_result(stage, ann)
    assert len(acting.results(ann)) == 1, "of the first nothing was kept"


@pytest.mark.parametrize("broken", [locked, full, read_only])
async def test_what_was_promised_before_is_told_afterwards(stage: Stage, broken: Broken) -> None:
    ann = stage.cast.ann
    stage.kucoin.latency_s = 1.5
    await acting.submits(ann, stage.kucoin.issue("spot_trading_on"))
    assert "Testing" in (await ann.dialog()).words

    async with broken(stage):
        await asyncio.sleep(2.0)
        # Into a full file a little may still fit, by which the client has it already.
        assert broken is full or acting.results(ann) == []

    await stage.slack.until(lambda: acting.results(ann), timeout=40)
    await acting.card_of(stage, 1)
    assert len(acting.results(ann)) == 1


@pytest.mark.parametrize(
    ("broken", "words"),
    [(locked, "no answer within"), (read_only, "read_only")],
)
async def test_readyz_tells_the_truth_about_it(stage: Stage, broken: Broken, words: str) -> None:
    async with broken(stage):
        found = await readiness(stage.bot.app, stage.bot.sockets, taking=True)
    assert words in found.parts["database"]
    assert found.ready is False

    mended = await readiness(stage.bot.app, stage.bot.sockets, taking=True)
    assert mended.parts == dict.fromkeys(mended.parts, "ok")


async def test_an_event_that_could_not_be_recorded_is_acted_on_when_slack_sends_it_again(
    stage: Stage,
) -> None:
    ann = stage.cast.ann
    async with not_there(stage, "inbox_event"):
        await ann.direct_message("hello")
        await stage.slack.until(lambda: stage.slack.deliveries and stage.slack.deliveries[-1].done)
        first = stage.slack.deliveries[-1]
    assert first.error is not None

    await stage.slack.redeliver(first)

    await stage.slack.until(lambda: any(m.by_bot for m in ann.direct_messages))


@asynccontextmanager
async def not_there(stage: Stage, table: str) -> AsyncIterator[None]:
    await on_writer(stage, f"ALTER TABLE {table} RENAME TO gone")
    yield
    await on_writer(stage, f"ALTER TABLE gone RENAME TO {table}")


@contextmanager
def held(url: str, table: str) -> Iterator[None]:
    """Somebody else has *table* for themselves."""
    with psycopg.connect(url) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.postgres
async def test_a_slow_database_is_not_waited_for_and_what_it_took_in_the_end_is_tested(
    postgres_url: str,
) -> None:
    async with staged(database_url=postgres_url, tempo=IMPATIENT) as stage:
        ann = stage.cast.ann
        key = stage.kucoin.issue("ip_restricted")
        dialog = await acting.opens_dialog(ann)
        acting.fills(dialog, key.key, key.secret, key.passphrase)
        with held(postgres_url, "submission"):
            await dialog.submit()
            submitted = stage.slack.deliveries[-1]
        assert submitted.acked_after_s is not None
        assert submitted.acked_after_s < SLACK_WAITS_S
        assert "we cannot say whether your test has started" in dialog.words

        await acting.gets_result(stage, ann)
    assert len(acting.results(ann)) == 1


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_postgres_crashes_in_the_middle_of_it_all() -> None:
    """Whoever saw "Testing…" gets one result; whoever did not was told, and not left waiting."""
    with postgres_server.running() as server, postgres_server.fresh_database(server.port) as url:
        async with staged(database_url=url, tempo=IMPATIENT, tests_per_hour=10_000) as stage:
            stage.slack.rate_limits, stage.kucoin.quotas_apply = False, False
            people = [stage.slack.add_person(f"Client {place:02}") for place in range(12)]
            submitting = asyncio.create_task(submit_all(stage, people, over_s=2.0))
            for _ in range(2):
                await asyncio.sleep(0.6)
                await asyncio.to_thread(server.stop)
                await asyncio.sleep(0.5)
                await asyncio.to_thread(server.start)
            tally = await judged(stage, people, await submitting)

            assert tally.promised == len(people)
            assert (tally.lost, tally.doubled) == ([], [])
            assert all(told_or_tested(person) for person in people)


def told_or_tested(person: Person) -> bool:
    words = (*acting.RESULT_WORDS, "could not start this", "Testing")
    return any(word in dialog.words for dialog in person.dialogs for word in words)

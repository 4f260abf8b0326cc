"""What comes round every second, and what people wait for, is found by index, however much there is.

Each statement that the program really makes is explained as it was made, by SQLite and by PostgreSQL. The
latter is forbidden to read a table whole, which it prefers as long as there is little in it: what it still
reads so, it could not find by any index.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import cases, key_attempts, limits, vault
from bot.columns import now
from bot.db import Database
from bot.hours import ALWAYS, BusinessHours
from bot.inbox import Inbox
from bot.measuring.reading import read
from bot.outbox.lanes import Lanes
from bot.outbox.standing import freed, standing
from bot.person import Person
from bot.reminders import Reminders
from bot.stats.collecting import collect
from bot.upgrading import upgraded

Look = Callable[[Database], Awaitable[object]]

SMALL_INDEXES = ("ix_attempt_unsettled", "ix_outbox_undone", "ix_case_open")
"""Partial: they hold only what is under way, so that to read them whole is to read what is wanted."""
GROWING = "attempt|case|case_event|outbox_message|submission|inbox_event"
WHOLE_TABLE = re.compile(rf"^SCAN ({GROWING})\b(?!.* USING (COVERING )?INDEX ({'|'.join(SMALL_INDEXES)})\b)")


async def _sweep(db: Database) -> None:
    async with db.reading() as session:
        await key_attempts.due_attempts(session)


async def _outbox_due(db: Database) -> None:
    await Lanes(db).due("replica")


async def _outbox_turn(db: Database) -> None:
    await Lanes(db).take("C1", "replica")


async def _open_cases(db: Database) -> None:
    async with db.reading() as session:
        for which in cases.Which.__args__:  # type: ignore[attr-defined] # a Literal has it
            await cases.open_cases(session, which, "U1")


async def _home(db: Database) -> None:
    async with db.reading() as session:
        await cases.cases_of(session, "T1", "U1")
        await cases.attempts_of(session, "T1", "U1", limit=5)


async def _history(db: Database) -> None:
    async with db.reading() as session:
        await key_attempts.promised_before(session, Person("T1", "U1"), "V1")
        await key_attempts.next_try_of(session, "V1")
        await key_attempts.settled_attempts(session, "V1")


async def _limits(db: Database) -> None:
    async with db.writing() as session:
        await limits.check_limits(
            session, team="T1", user="U1", key_mark="m", now=now(), tests_per_hour=5, keys_per_hour=3
        )
        await limits.others_with_key(session, "m", "T1", "U1")


async def _purge(db: Database) -> None:
    await vault.purge_due(db)


async def _inbox(db: Database) -> None:
    inbox = Inbox(db, "replica")
    await inbox.receive("event:1")
    await inbox.done("event:1", None)
    await inbox.forget_old(timedelta(days=2))


async def _reminders(db: Database) -> None:
    hours = BusinessHours.parse(ALWAYS, "UTC")
    await Reminders(db, "C1", timedelta(hours=1), hours, False, lambda conversation: None).round()


async def _standing(db: Database) -> None:
    await standing(db)


async def _freed(db: Database) -> None:
    await freed(db, "replica", 1.0)


async def _stats(db: Database) -> None:
    async with db.reading() as session:
        await collect(session, now() - timedelta(days=7), now(), exchange="kucoin")


async def _metrics(db: Database) -> None:
    await read(db)


async def _reference(db: Database) -> None:
    async with db.reading() as session:
        await cases.tests_referred(session, "R-1a2b3c4d")


async def _case_shown(db: Database) -> None:
    async with db.reading() as session:
        with suppress(cases.NoSuchCase):
            await cases.case_with_history(session, 7)


LOOKS: list[Look] = [
    _sweep,
    _outbox_due,
    _outbox_turn,
    _open_cases,
    _home,
    _history,
    _limits,
    _purge,
    _inbox,
    _reminders,
    _standing,
    _freed,
    _stats,
    _metrics,
    _reference,
    _case_shown,
]


@pytest.fixture
async def migrated(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url) as db:
        await upgraded(db)
        yield db


@contextmanager
def overheard(db: Database) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is made meanwhile, with its values."""
    said: list[tuple[str, Any]] = []

    def hear(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        said.append((statement, values))

    engines = [db._reader.sync_engine, db._writer.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    yield said
    for engine in engines:
        event.remove(engine, "before_cursor_execute", hear)


async def whole_tables(db: Database, look: Look) -> list[tuple[str, str]]:
    """Where a plan of what *look* asks reads all of a table that grows: the step, and the statement."""
    with overheard(db) as said:
        await look(db)
    assert said, "nothing was asked"
    explained = _explained_by_postgres if db.dialect == "postgresql" else _explained_by_sqlite
    found = []
    async with db._reader.connect() as connection:
        for statement, values in said:
            if statement.split(None, 1)[0].upper() in ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH"):
                found += [(step, statement) for step in await explained(connection, statement, values)]
    return found


async def _explained_by_sqlite(connection: AsyncConnection, statement: str, values: Any) -> list[str]:
    steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return [row.detail for row in steps if WHOLE_TABLE.match(row.detail)]


async def _explained_by_postgres(connection: AsyncConnection, statement: str, values: Any) -> list[str]:
    await connection.exec_driver_sql("SET enable_seqscan = off")
    [[plan]] = (await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values)).one()
    return [_named(node) for node in _nodes(plan["Plan"]) if _reads_all(node)]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _reads_all(node: dict[str, Any]) -> bool:
    """The table itself, or an index of it without a condition, unless that one holds little."""
    if not re.fullmatch(GROWING, node.get("Relation Name", "")):
        return False
    by_index = "Index Cond" in node or node.get("Index Name") in SMALL_INDEXES
    return "Scan" in node["Node Type"] and node["Node Type"] != "Bitmap Heap Scan" and not by_index


def _named(node: dict[str, Any]) -> str:
    return f"{node['Node Type']} {node.get('Relation Name')} {node.get('Index Name')}"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__.strip("_"))
async def test_no_table_that_grows_is_read_whole(migrated: Database, look: Look) -> None:
    assert await whole_tables(migrated, look) == []


async def test_a_table_that_is_read_whole_is_noticed(migrated: Database) -> None:
    async def look(db: Database) -> None:
        async with db.reading() as session:
            await (await session.connection()).execute(text("SELECT * FROM attempt WHERE verdict = 'passed'"))

    assert await whole_tables(migrated, look)

"""What comes in at the same moment is written down in one transaction: a commit costs more than a row.

Under load the deliveries of one commit share its price, and each waits for no more than the commit
before its own ("group commit", as databases do it themselves for the transactions of many clients).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Insert,
    String,
    Table,
    bindparam,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.columns import UtcDateTime, now
from bot.db import Database, StorageUnavailable, Trouble
from bot.schema import InboxEvent

STALE = timedelta(seconds=30)
"""Whoever began to act and has not ended by then is taken for dead."""
AT_ONCE = 100

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a delivery that came before.

    Attributes:
        answer: What was answered; None where nothing was, or it is not known yet.
    """

    answer: Answer | None
    done: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A delivery that came in, or the end of one, where *received_by* is None."""

    key: str
    written: asyncio.Future[Known | None]
    received_by: str | None = None
    answer: Answer | None = None


class Journal:
    """One for each process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._table: Table = InboxEvent.metadata.tables[str(InboxEvent.__tablename__)]
        self._waiting: list[_Entry] = []
        self._writing: asyncio.Task[None] | None = None

    async def received(self, key: str, received_by: str) -> Known | None:
        """Write down that it came in; None where it is ours to act on, else what is known of it.

        Raises:
            StorageUnavailable: it is not written down.
        """
        return await self._written(_Entry(key, _future(), received_by=received_by))

    async def done(self, key: str, answer: Answer | None) -> None:
        """Write down that it was acted on, and what we answered.

        Raises:
            StorageUnavailable: it is not written down.
        """
        await self._written(_Entry(key, _future(), answer=answer))

    async def known(self, key: str) -> Known | None:
        """What is known of it; None where it never came in."""
        async with self._db.reading() as session:
            return (await self._looked_up(await session.connection(), [key])).get(key)

    async def close(self) -> None:
        """Wait for what is still being written down."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _written(self, entry: _Entry) -> Known | None:
        self._waiting.append(entry)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="inbox")
        return await entry.written

    async def _write_all(self) -> None:
        while self._waiting:
            # Whoever comes in this same turn of the loop is still let in.
            await asyncio.sleep(0)
            together, self._waiting = _without_doubles(self._waiting)
            await self._write(together)

    async def _write(self, together: Sequence[_Entry]) -> None:
        try:
            known = await self._in_one_transaction(together)
        except Exception as trouble:  # noqa: BLE001 - whoever waits is told
            await self._not_written(together, trouble)
            return
        for entry in together:
            if not entry.written.done():
                entry.written.set_result(known.get(entry.key))

    async def _not_written(self, together: Sequence[_Entry], trouble: Exception) -> None:
        away = isinstance(trouble, StorageUnavailable) and trouble.reason is not Trouble.REFUSED
        if len(together) > 1 and not away:
            # One of them cannot be stored, and must not take the others with it.
            for entry in together:
                await self._write([entry])
            return
        for entry in together:
            if not entry.written.done():
                entry.written.set_exception(trouble)
                entry.written.exception()  # whoever waited may have gone, and nobody else is to be told

    async def _in_one_transaction(self, together: Sequence[_Entry]) -> dict[str, Known]:
        """What was known before of those that came in, by their keys."""
        ended = [entry for entry in together if entry.received_by is None]
        came = [entry for entry in together if entry.received_by is not None]
        async with self._db.writing_rows() as connection:
            if ended:
                await self._end(connection, ended)
            if not came:
                return {}
            ours = await self._enter(connection, came, now())
            before = [entry.key for entry in came if entry.key not in ours]
            return await self._looked_up(connection, before) if before else {}

    async def _end(self, connection: AsyncConnection, ended: Sequence[_Entry]) -> None:
        at, columns = now(), self._table.c
        undone = self._table.update().where(columns.done_at.is_(None)).values(done_at=at)
        silent = [entry.key for entry in ended if entry.answer is None]
        if silent:
            await connection.execute(undone.where(columns.key.in_(select(self._each(silent)))))
        answered = [{"ended": entry.key, "said": entry.answer} for entry in ended if entry.answer is not None]
        if answered:
            one = undone.where(columns.key == bindparam("ended")).values(answer=bindparam("said"))
            await connection.execute(one, answered)

    async def _enter(self, connection: AsyncConnection, came: Sequence[_Entry], at: datetime) -> set[str]:
        """The keys of those that are ours to act on."""
        keys = [entry.key for entry in came]
        return set((await connection.execute(self._insert(keys, at, came[-1].received_by))).scalars())

    def _insert(self, keys: list[str], at: datetime, received_by: str | None) -> Insert:
        """All rows out of one parameter: SQLAlchemy takes ten times as long over a row as SQLite does."""
        insert = postgresql.insert if self._db.dialect == "postgresql" else sqlite.insert
        columns = self._table.c
        # SQLite wants a WHERE before ON CONFLICT, to know it from the ON of a join.
        rows = select(self._each(keys), literal(at, UtcDateTime), literal(received_by)).where(true())
        statement = insert(self._table).from_select(["key", "received_at", "received_by"], rows)
        return statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "received_at": statement.excluded.received_at,
                "received_by": statement.excluded.received_by,
            },
            where=columns.done_at.is_(None) & (columns.received_at < at - STALE),
        ).returning(columns.key)

    def _each(self, keys: list[str]) -> ColumnElement[str]:
        if self._db.dialect == "postgresql":
            return func.unnest(literal(keys, ARRAY(String)))
        rows = func.json_each(json.dumps(keys)).table_valued("value")
        return rows.c.value

    async def _looked_up(self, connection: AsyncConnection, keys: Sequence[str]) -> dict[str, Known]:
        columns = self._table.c
        wanted = select(columns.key, columns.answer, columns.done_at).where(columns.key.in_(keys))
        found = await connection.execute(wanted)
        return {key: Known(answer, done_at is not None) for key, answer, done_at in found}


def _future() -> asyncio.Future[Known | None]:
    return asyncio.get_running_loop().create_future()


def _without_doubles(waiting: Sequence[_Entry]) -> tuple[list[_Entry], list[_Entry]]:
    """The first of each key, as many as fit; and the rest, for a second one is to see what the first did."""
    first: dict[str, _Entry] = {}
    rest: list[_Entry] = []
    for entry in waiting:
        if len(first) < AT_ONCE and entry.key not in first:
            first[entry.key] = entry
        else:
            rest.append(entry)
    return list(first.values()), rest

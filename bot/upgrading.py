"""What `keydesk db upgrade` does: every table that keydesk needs, and the rights to use them.

Who runs it may make tables. Who runs the bot need not: with a role of its own it reads and writes
rows, and adds to the history without being able to change it.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection, Table, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from bot import schema
from bot.db import Database, StorageUnavailable
from bot.db_trouble import reason_of
from bot.engine import make_tables

ADDED_TO = {schema.CaseEvent.__tablename__}
"""Rows of these are never changed; the database refuses it to everybody (migration 0002)."""


class NoSuchRole(Exception):  # noqa: N818 - it says what is the matter
    """PostgreSQL knows no role of that name, or this database knows no roles at all."""


async def upgraded(db: Database, role: str | None = None) -> None:
    """Bring our tables and the engine's up to date; doing it again changes nothing.

    Args:
        role: May run the bot from then on.

    Raises:
        StorageUnavailable: the database cannot be used now, or does not let us.
        NoSuchRole
    """
    await db.upgrade()
    if role is None:
        await make_tables(db)
        return
    if db.dialect != "postgresql":
        raise NoSuchRole(role)
    await asyncio.to_thread(_granted, db, role)
    await make_tables(db, role)


def _granted(db: Database, role: str) -> None:
    engine = create_engine(db.sync_url_for_engine, hide_parameters=True)
    try:
        with engine.begin() as connection:
            _grant(connection, role)
    except DBAPIError as error:
        reason = reason_of(error)
    else:
        return
    finally:
        engine.dispose()
    raise StorageUnavailable(reason) from None


def _grant(connection: Connection, role: str) -> None:
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    if connection.execute(known, {"role": role}).first() is None:
        raise NoSuchRole(role)
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    for table in SQLModel.metadata.sorted_tables:
        rights = "SELECT, INSERT" if table.name in ADDED_TO else "SELECT, INSERT, UPDATE, DELETE"
        connection.execute(text(f'GRANT {rights} ON "{table.name}" TO {quoted}'))
        _grant_numbers(connection, table, quoted)
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {quoted}"))


def _grant_numbers(connection: Connection, table: Table, quoted: str) -> None:
    counted = table.autoincrement_column
    if counted is None:
        return
    names = {"table": f'"{table.name}"', "column": counted.name}
    sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), names).scalar()
    if sequence is not None:
        connection.execute(text(f"GRANT USAGE ON SEQUENCE {sequence} TO {quoted}"))

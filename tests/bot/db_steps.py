"""Steps that tests of the database are told in."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database, StorageUnavailable, Trouble
from bot.schema import OddValue
from tests.bot.rows import NOON

CANARY = "canary-value"


def value(mark: str) -> OddValue:
    return OddValue(mark=mark, seen_at=NOON)


async def marks(db: Database) -> list[str]:
    async with db.reading() as session:
        return sorted(await session.exec(select(OddValue.mark)))


async def pragma(session: AsyncSession, word: str) -> object:
    result = await (await session.connection()).execute(text(f"PRAGMA {word}"))
    return result.scalar() if result.returns_rows else None


@contextmanager
def storage_refuses(reason: Trouble) -> Iterator[None]:
    """The block ends with this reason, in a text that holds neither statement nor value."""
    with pytest.raises(StorageUnavailable) as error:
        yield
    assert error.value.reason is reason
    assert str(error.value) == f"the database is not available: {reason}"
    printed = "".join(traceback.format_exception(error.value))
    assert "StorageUnavailable" in printed
    assert not [word for word in (CANARY, "INSERT", "SELECT", "sqlalchemy.exc") if word in printed]


async def write(db: Database, *marks: str) -> None:
    async with db.writing() as session:
        session.add_all(map(value, marks))

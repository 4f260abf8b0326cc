"""A database with our tables, and a Slack in memory that fails on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.db import Database


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url) as db:
        await db.upgrade()
        yield db

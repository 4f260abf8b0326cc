"""A session on each database in which a past can be written and asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.db import Database
from tests.bot.stats.past import Past


@pytest.fixture
async def past(db: Database) -> AsyncIterator[Past]:
    """Write what happened; nothing is kept."""
    async with db.writing() as session:
        yield Past(session)

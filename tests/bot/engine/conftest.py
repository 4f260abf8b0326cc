"""Engines of one database, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.db import Database
from tests.bot.engine.engines import Engines


@pytest.fixture
async def engines(database_url: str, tmp_path: Path) -> Engines:
    async with Database.open(database_url) as db:
        return Engines(db.sync_url_for_engine, tmp_path)

"""What the engine's sessions on PostgreSQL are told, which DBOS leaves out where nobody says it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from dbos._dbos import _get_dbos_instance

from bot.db import Database
from bot.engine import Engine, make_tables
from bot.engine.transact import IDLE_IN_TRANSACTION_S


@pytest.mark.postgres
async def test_a_session_that_a_frozen_replica_leaves_in_a_transaction_is_ended(postgres_url: str) -> None:
    """Its locks would otherwise hold up everybody who takes over its work."""
    async with Database.open(postgres_url) as db:
        await make_tables(db)
        url = db.sync_url_for_engine
    async with Engine.open(url, executor_id="one", application_version="1", migrate=False) as engine:
        await engine.launch()
        with _get_dbos_instance()._sys_db.engine.connect() as session:
            told = session.execute(sa.text("SHOW idle_in_transaction_session_timeout")).scalar_one()
    assert told == f"{IDLE_IN_TRANSACTION_S:g}s"

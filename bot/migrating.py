"""Runs alembic's migrations from within the program, on our own tables only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.db_trouble import StorageUnavailable, Trouble

MIGRATIONS = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 0x6B657964
"""Number of the PostgreSQL lock under which replicas that start together migrate in turn."""


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision within the transaction of *connection*.

    Raises:
        StorageUnavailable: a newer release than this one has been here.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
    config = _config()
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if not known.issuperset(MigrationContext.configure(connection).get_current_heads()):
        raise StorageUnavailable(Trouble.TOO_NEW)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Whether the newest revision has been applied."""
    applied = MigrationContext.configure(connection).get_current_heads()
    return set(applied) == set(ScriptDirectory.from_config(_config()).get_heads())


def is_ours(item: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
    """Whether alembic may touch it: a table that only the database knows belongs to somebody else."""
    return not (kind == "table" and reflected and compared_to is None)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config

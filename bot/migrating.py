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
    if standing(connection) is Trouble.TOO_NEW:
        raise StorageUnavailable(Trouble.TOO_NEW)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def standing(connection: Connection) -> Trouble | None:
    """NOT_MIGRATED where revisions are missing, TOO_NEW where there are unknown ones, else None."""
    applied = set(MigrationContext.configure(connection).get_current_heads())
    scripts = ScriptDirectory.from_config(_config())
    if not applied <= {revision.revision for revision in scripts.walk_revisions()}:
        return Trouble.TOO_NEW
    return None if applied == set(scripts.get_heads()) else Trouble.NOT_MIGRATED


def is_ours(item: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
    """Whether alembic may touch it: a table that only the database knows belongs to somebody else."""
    return not (kind == "table" and reflected and compared_to is None)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config

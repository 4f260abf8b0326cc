"""What the README says of PostgreSQL: forgotten keys, sealed, are in its files until ``VACUUM FULL``.

PostgreSQL's documents, "Routine Vacuuming": an update leaves the old row where it was; a plain ``VACUUM``
frees its room for others and need not overwrite it; ``VACUUM FULL`` writes the table anew.
"""

from __future__ import annotations

import random
from pathlib import Path

import psycopg
import pytest

from bot.db import Database
from bot.vault import Vault, new_key, purge_all
from tests.bot.conftest import Given
from tests.bot.test_shredding import hold, is_in

pytestmark = pytest.mark.postgres


def files_of(url: str) -> bytes:
    """Every byte of this database's tables, as they stand on disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        (own,) = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone() or ("",)
    tables = Path(str(folder)) / "base" / str(own)
    return b"".join(file.read_bytes() for file in tables.iterdir() if file.is_file())


async def test_after_a_purge_and_a_full_vacuum_no_byte_is_left_in_the_tables(
    postgres_url: str, given: Given
) -> None:
    async with Database.open(postgres_url) as db:
        await db.upgrade()
        held = await hold(db, Vault(new_key()), given, 3, random.Random(1))
        assert all(is_in(sealed, files_of(postgres_url)) for sealed in held.values()), "it is found before"

        await purge_all(db)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("VACUUM FULL submission")

        written = files_of(postgres_url)
        assert not any(is_in(sealed, written) for sealed in held.values())

"""What every test may ask for: a database of its own, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres_server
from tests.postgres_server import NoPostgres


@pytest.fixture(scope="session")
def postgres_server_port() -> Iterator[int]:
    """The port of a PostgreSQL on loopback that lives as long as this test process."""
    try:
        postgres_server.binaries()
    except NoPostgres as missing:
        if os.environ.get("KEYDESK_REQUIRE_POSTGRES") == "1":
            reason = f"{missing}; KEYDESK_REQUIRE_POSTGRES=1 forbids to go on without it"
            pytest.fail(reason, pytrace=False)
        pytest.skip(str(missing))
    with postgres_server.running() as server:
        yield server.port


@pytest.fixture
def postgres_url(postgres_server_port: int) -> Iterator[str]:
    """A fresh, empty PostgreSQL database, as an operator would write it."""
    with postgres_server.fresh_database(postgres_server_port) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database of each kind, as an operator would write it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'keydesk.db'}"
    return str(request.getfixturevalue("postgres_url"))

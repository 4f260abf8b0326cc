"""What every test may ask for: a database of its own, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

START_BUDGET_S = 60
DEBIAN = Path("/usr/lib/postgresql")

# The shell holds the server. It ends with the test run, however that ends: a killed run closes the
# pipe that `read` waits on.
KEEPER = """
"$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 \
  >"$2/log" 2>&1 &
server=$!
read -r _
kill -QUIT $server
wait $server
rm -rf "$2"
"""


def _binaries() -> Path:
    """Where Debian keeps the newest PostgreSQL's programs; skips (or fails) where there is none."""
    where = Path(os.environ.get("KEYDESK_POSTGRES_ROOT", DEBIAN))
    found = sorted(where.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    reason = f"PostgreSQL is not installed here ({where}/*/bin/initdb): apt-get install postgresql"
    if os.environ.get("KEYDESK_REQUIRE_POSTGRES") == "1":
        pytest.fail(f"{reason}; KEYDESK_REQUIRE_POSTGRES=1 forbids to go on without it", pytrace=False)
    pytest.skip(reason)


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root, so root steps down for it."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _url(port: int, database: str) -> str:
    return f"postgresql://keydesk@127.0.0.1:{port}/{database}"


def _initialised(binaries: Path) -> Path:
    # Not below pytest's own temporary directory, which only its owner may enter.
    home = Path(tempfile.mkdtemp(prefix="keydesk-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    command = ["--username=keydesk", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(
        [*_as_postgres(), str(binaries / "initdb"), *command, "-D", str(home / "data")],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, f"initdb: {made.stderr}"
    return home


def _answers(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections; False where it ended instead (a taken port)."""
    deadline = time.monotonic() + START_BUDGET_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(_url(port, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False


@contextmanager
def _running(binaries: Path, home: Path) -> Iterator[int]:
    port = _free_port()
    with subprocess.Popen(
        [*_as_postgres(), "sh", "-c", KEEPER, "keeper", str(binaries), str(home), str(port)],
        cwd="/",
        stdin=subprocess.PIPE,
    ) as server:
        if not _answers(port, server):
            pytest.fail(f"PostgreSQL did not start: {(home / 'log').read_text()}", pytrace=False)
        yield port
        # Leaving closes the pipe, upon which the keeper stops the server and removes its files.


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[int]:
    """The port of a PostgreSQL on loopback that lives as long as this test process."""
    binaries = _binaries()
    with _running(binaries, _initialised(binaries)) as port:
        yield port


@pytest.fixture
def postgres_url(postgres_server: int) -> Iterator[str]:
    """A fresh, empty PostgreSQL database, as an operator would write it."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(_url(postgres_server, "postgres"), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield _url(postgres_server, name)
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database of each kind, as an operator would write it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'keydesk.db'}"
    return str(request.getfixturevalue("postgres_url"))

"""Debian's PostgreSQL on a free port of this machine, for tests and for what is run by hand."""

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
from dataclasses import dataclass
from pathlib import Path

import psycopg

START_BUDGET_S = 60
DEBIAN = Path("/usr/lib/postgresql")

# The shell holds the server. It ends with whoever started it, however that ends: a killed run closes
# the pipe that `read` waits on.
KEEPER = """
start() {
  "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c full_page_writes=off -c max_connections=200 \
    >>"$2/log" 2>&1 &
  server=$!
}
stop() { kill -QUIT $server; wait $server; }
start "$@"
while read -r command; do $command "$@"; done
stop
rm -rf "$2"
"""


class NoPostgres(Exception):  # noqa: N818 - it says what is the matter
    """There is none on this machine, or it did not start."""


def binaries() -> Path:
    """Where Debian keeps the newest PostgreSQL's programs.

    Raises:
        NoPostgres: it is not installed.
    """
    where = Path(os.environ.get("KEYDESK_POSTGRES_ROOT", DEBIAN))
    found = sorted(where.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise NoPostgres(
            f"PostgreSQL is not installed here ({where}/*/bin/initdb): apt-get install postgresql"
        )
    return found[-1].parent


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL. `stop` is what its documents call an immediate shutdown: as if it crashed."""

    port: int
    keeper: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it at once; whoever is connected loses the connection."""
        self._tell("stop")
        while _connects(self.port):
            time.sleep(0.01)

    def start(self) -> None:
        """Start it again, on what it had committed, and wait until it answers."""
        self._tell("start")
        if not _answers(self.port, self.keeper):
            raise NoPostgres("PostgreSQL did not come back")

    def _tell(self, command: str) -> None:
        if self.keeper.stdin is not None:
            self.keeper.stdin.write(f"{command}\n".encode())
            self.keeper.stdin.flush()


@contextmanager
def running() -> Iterator[Server]:
    """A fresh server on a free port of 127.0.0.1.

    Raises:
        NoPostgres
    """
    programs = binaries()
    home, port = _initialised(programs), free_port()
    with subprocess.Popen(
        [*_as_postgres(), "sh", "-c", KEEPER, "keeper", str(programs), str(home), str(port)],
        cwd="/",
        stdin=subprocess.PIPE,
    ) as keeper:
        if not _answers(port, keeper):
            raise NoPostgres(f"PostgreSQL did not start: {(home / 'log').read_text()}")
        yield Server(port, keeper)
        # Leaving closes the pipe, upon which the keeper stops the server and removes its files.


@contextmanager
def fresh_database(port: int) -> Iterator[str]:
    """An empty database on that server, as an operator would write it; dropped at the end."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(_url(port, "postgres"), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield _url(port, name)
    with psycopg.connect(_url(port, "postgres"), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root, so root steps down for it."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _url(port: int, database: str) -> str:
    return f"postgresql://keydesk@127.0.0.1:{port}/{database}"


def _initialised(programs: Path) -> Path:
    # Not below pytest's own temporary directory, which only its owner may enter.
    home = Path(tempfile.mkdtemp(prefix="keydesk-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    command = ["--username=keydesk", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(
        [*_as_postgres(), str(programs / "initdb"), *command, "-D", str(home / "data")],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NoPostgres(f"initdb: {made.stderr}")
    return home


def _answers(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections; False where it does not."""
    deadline = time.monotonic() + START_BUDGET_S
    while server.poll() is None and time.monotonic() < deadline:
        if _connects(port):
            return True
        time.sleep(0.05)
    return False


def _connects(port: int) -> bool:
    try:
        psycopg.connect(_url(port, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True

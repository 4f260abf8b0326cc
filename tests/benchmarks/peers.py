"""Who is compared, and the environment that each needs: made once, kept under ``.bench/``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.talking import CHILDREN, TOP, Broken, Talker, Venue, talking

BENCH = TOP / ".bench"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who tests a key.

    Attributes:
        name: As `children/askers.py` knows it.
        title: As the tables say it.
        package: What is installed for it; None for what runs in our own environment.
        most_at_once: How many checks it is asked for at a time; beyond, it takes too long to wait for.
    """

    name: str
    title: str
    package: str | None = None
    most_at_once: int = 1000


OURS = Candidate("ours", "keydesk (2 requests)")
RAW = Candidate("raw_httpx", "one raw httpx request", most_at_once=10)
FLOOR = Candidate("floor", "one round trip, by hand", most_at_once=1)
TWO_READS = Candidate("two_reads", "rotki's way, 2 requests", "requests", 100)
PEERS = (
    Candidate("python_kucoin", "python-kucoin, async", "python-kucoin", 1000),
    Candidate("universal_sdk", "kucoin-universal-sdk", "kucoin-universal-sdk", 100),
    Candidate("rotki", "rotki's way (1 request)", "requests", 100),
    TWO_READS,
    Candidate("ccxt_lean", "ccxt async, one call", "ccxt", 100),
    Candidate("ccxt_balance", "ccxt async, fetch_balance", "ccxt", 10),
)


class NotInstalled(Exception):  # noqa: N818 - no error of ours
    """The package could not be had."""


def python_of(candidate: Candidate) -> Path:
    """The interpreter of its environment, which is made where it is not there.

    Raises:
        NotInstalled
    """
    if candidate.package is None:
        return Path(sys.executable)
    folder = BENCH / f"{candidate.package}-{sys.version_info.major}.{sys.version_info.minor}"
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        _run("uv", "venv", "-q", "--clear", "--python", sys.executable, str(folder))
        _run("uv", "pip", "install", "-q", "--python", str(python), candidate.package, "certifi")
        done.touch()
    return python


def version_of(candidate: Candidate) -> str:
    """Of its package, for the table."""
    if candidate.package is None:
        return ""
    code = f"from importlib.metadata import version; print(version({candidate.package!r}))"
    command = [str(python_of(candidate)), "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{command[0]}: {type(error).__name__}") from None
    if done.returncode:
        raise NotInstalled(
            done.stderr.strip().splitlines()[-1][:200] if done.stderr.strip() else "no reason given"
        )


@contextmanager
def at_work(candidate: Candidate, venue: Venue) -> Iterator[Talker]:
    """The candidate, warm: its imports done and two checks behind it.

    Raises:
        NotInstalled, Broken
    """
    command = [str(python_of(candidate)), str(CHILDREN / "loop.py"), candidate.name]
    with talking(command, venue.environment) as talker:
        told = talker.ask(keys=venue.keys(2), at_once=1)
        if told["errors"]:
            raise Broken(f"its first check failed: {told['first_error']}")
        yield talker

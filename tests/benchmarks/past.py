"""A database with a long past, written in bulk: a number of attempts by clients over a year."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.columns import now
from validators.diagnosis import Requirement, State

YEAR = timedelta(days=365)
PER_CLIENT = 20
CASES_EVERY = 10
"""One attempt in ten belonged to a case; all but `OPEN_CASES` of them are closed."""
OPEN_CASES = 40
BROKEN = json.dumps(
    {
        "standings": [
            {"requirement": requirement.value, "state": State.MET.value, "cause": None}
            for requirement in Requirement
        ]
    }
)


def write_past(path: Path, attempts: int) -> None:
    """Fill a migrated SQLite database."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for table, rows in (
            ("submission", _submissions(attempts)),
            ("attempt", _attempts(attempts)),
            ('"case"', _cases(attempts // CASES_EVERY)),
            ("outbox_message", _messages(attempts)),
        ):
            _insert(connection, table, rows)
    connection.close()


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    holes = ", ".join(f":{name}" for name in first)
    statement = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({holes})"  # noqa: S608 - our own names
    connection.executemany(statement, itertools.chain([first], rows))


def _at(place: int, of: int) -> str:
    """When it happened: spread evenly over the year that ended a month ago.

    What is asked about the last week is then the same for all, and only the way to it is not.
    """
    moment = now() - timedelta(days=30) - YEAR * (1 - place / of)
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _submissions(count: int) -> Iterator[dict[str, Any]]:
    for place in range(count):
        yield {
            "id": f"{place:032x}",
            "team_id": "TPAST",
            "user_id": f"U{place % max(1, count // PER_CLIENT)}",
            "exchange": "kucoin",
            "account": "spot_margin",
            "masked_key": "6705…d3eb",
            "key_mark": f"{place:064x}",
            "created_at": _at(place, count),
            "purged_at": _at(place, count),
            "purged_because": "passed",
        }


def _attempts(count: int) -> Iterator[dict[str, Any]]:
    for place in range(count):
        at = _at(place, count)
        yield {
            "submission_id": f"{place:032x}",
            "number": 1,
            "asked_by": "client",
            "asked_at": at,
            "due_at": at,
            "settled_at": at,
            "verdict": "passed",
            "diagnosis": BROKEN,
        }


def _cases(count: int) -> Iterator[dict[str, Any]]:
    for place in range(count):
        is_open = place >= count - OPEN_CASES
        yield {
            "team_id": "TPAST",
            "user_id": f"U{place}",
            "exchange": "kucoin",
            "account": "spot_margin",
            "state": "open" if is_open else "closed",
            "opened_at": _at(place, count),
            "closed_at": None if is_open else _at(place, count),
            "failures_in_row": 1,
            "remind_stage": 0,
            "card_version": 0,
            "card_shown": 0,
        }


def _messages(count: int) -> Iterator[dict[str, Any]]:
    for place in range(count):
        yield {
            "conversation": f"U{place % max(1, count // PER_CLIENT)}",
            "kind": "result",
            "key": f"past:{place}",
            "payload": "{}",
            "state": "sent",
            "attempts": 1,
            "created_at": _at(place, count),
            "sent_at": _at(place, count),
        }

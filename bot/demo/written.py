"""Every byte that keydesk has written on stage, medium by medium: what a canary is searched for in."""

from __future__ import annotations

import asyncio
import faulthandler
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import psycopg
from psycopg import sql

from bot.demo.stage import Stage

PAGES = ("/metrics", "/readyz", "/healthz")
Medium = tuple[str, bytes]


async def everything_written(stage: Stage, log_text: str, mails: list[bytes] | None = None) -> list[Medium]:
    """Name and bytes of each medium. keydesk may run meanwhile, or have been stopped.

    Args:
        log_text: What was logged, by whomever.
        mails: What the mail server took, raw.
    """
    media = [("log", log_text.encode()), *_files(stage.folder), *_slack(stage), *_venue(stage), *_process()]
    media += [(f"mail {number}", mail) for number, mail in enumerate(mails or ())]
    media += [page async for page in _pages(stage)]
    return media + await asyncio.to_thread(_tables, stage)


def _files(folder: Path) -> Iterator[Medium]:
    """The database, its log and shared memory, the engine's, and whatever else is there."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield f"file {file.name}", file.read_bytes()
            yield f"name of the file {file.name}", file.name.encode()


def _slack(stage: Stage) -> Iterator[Medium]:
    """Every argument of every Web API call, every answer to a delivery, every uploaded file."""
    for call in stage.slack.calls:
        yield f"Slack call {call.method}", _json(call.arguments)
    for delivery in stage.slack.deliveries:
        yield f"answer to {delivery.kind}", _json(delivery.answer)
    for file in stage.slack.files:
        yield f"Slack file {file.name}", file.content


def _venue(stage: Stage) -> Iterator[Medium]:
    """Paths and queries; the headers hold the key by right."""
    for seen in stage.kucoin.requests:
        yield "request to the venue", f"{seen.path}?{seen.query}".encode()


def _process() -> Iterator[Medium]:
    """What a profiler, a debugger or a crash of the interpreter would print."""
    tasks = asyncio.all_tasks()
    yield "names of tasks", "\n".join(f"{task.get_name()} {task!r}" for task in tasks).encode()
    with tempfile.TemporaryFile() as dump:
        faulthandler.dump_traceback(dump, all_threads=True)
        dump.seek(0)
        yield "faulthandler", dump.read()
    yield "command line", Path("/proc/self/cmdline").read_bytes()


async def _pages(stage: Stage) -> AsyncIterator[Medium]:
    async with aiohttp.ClientSession() as session:
        for bot in stage.bots:
            for page in PAGES:
                async with session.get(f"http://127.0.0.1:{bot.port}{page}") as answer:
                    yield f"page {page}", await answer.read() + repr(answer.headers).encode()


def _tables(stage: Stage) -> list[Medium]:
    """Every row of every table as text: on PostgreSQL the only way, on SQLite across page borders too."""
    url = str(stage.settings["database_url"])
    if url.startswith("postgres"):
        return list(_postgres_tables(url))
    return [medium for file in sorted(stage.folder.rglob("*")) for medium in _sqlite_tables(file)]


def _sqlite_tables(file: Path) -> Iterator[Medium]:
    if not file.is_file() or file.read_bytes()[:15] != b"SQLite format 3":
        return
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        db.text_factory = bytes
        names = [name.decode() for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        for name in names:
            rows = db.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name out of the database itself
            yield f"table {name} of {file.name}", b"\n".join(_row(row) for row in rows)


def _postgres_tables(url: str) -> Iterator[Medium]:
    find = (
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    with psycopg.connect(url, autocommit=True) as db:
        for schema, name in db.execute(find).fetchall():
            rows = db.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, name)))
            yield f"table {schema}.{name}", b"\n".join(_row(row) for row in rows)


def _row(row: tuple[object, ...]) -> bytes:
    """Bytes as they are, and all else as text."""
    return b"\t".join(value if isinstance(value, bytes) else str(value).encode() for value in row)


def _json(value: object) -> bytes:
    """As JSON with its letters as they are, which JSON inside of it shows as well."""
    default: Callable[[object], str] = str
    return json.dumps(value, ensure_ascii=False, default=default).encode()

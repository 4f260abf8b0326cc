"""A migrated database of each kind, a vault for it, and rows of a client to begin with."""

from __future__ import annotations

import io
import itertools
import logging
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import log
from bot.db import Database
from bot.schema import Attempt, Submission
from bot.vault import Vault, new_key
from tests.bot.log_steps import Lines
from tests.bot.rows import NOON

Given = Callable[..., Awaitable[tuple[Submission, Attempt]]]


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, on SQLite and on PostgreSQL."""
    async with Database.open(database_url) as opened:
        await opened.upgrade()
        yield opened


@pytest.fixture
async def vault(db: Database) -> Vault:
    """A vault that knows the database's pepper."""
    made = Vault(new_key())
    await made.unlock(db)
    return made


@pytest.fixture
def given() -> Given:
    """Write a submission with one attempt into a session: ``await given(session, user="U2")``."""
    numbers = itertools.count(1)

    async def write(
        session: AsyncSession,
        *,
        team: str = "T1",
        user: str = "U1",
        account: str = "spot_margin",
        key_mark: str = "mark",
        at: datetime = NOON,
        asked_by: str = "client",
        sealed: bytes | None = None,
        purge_at: datetime | None = None,
        submission: Submission | None = None,
    ) -> tuple[Submission, Attempt]:
        if submission is None:
            submission = Submission(
                id=uuid.uuid4().hex,
                team_id=team,
                user_id=user,
                exchange="kucoin",
                account=account,
                masked_key="6705…d3eb",
                key_mark=key_mark,
                sealed=sealed,
                created_at=at,
                purge_at=purge_at,
            )
        session.add(submission)
        await session.flush()
        attempt = Attempt(
            submission_id=submission.id, number=next(numbers), asked_by=asked_by, asked_at=at, due_at=at
        )
        session.add(attempt)
        await session.flush()
        return submission, attempt

    return write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keydesk.db"


@pytest.fixture
async def sqlite(path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database that does not wait long for others."""
    async with Database.open(f"sqlite:///{path}", busy_timeout_s=0.01) as db:
        await db.upgrade()
        yield db


@pytest.fixture
def log_as_before() -> Iterator[None]:
    """Put back what `configure` changes for the whole process."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    levels = {name: logging.getLogger(name).level for name in log.CAPPED}
    yield
    root.handlers[:], sys.excepthook, threading.excepthook, sys.unraisablehook = kept[0], *kept[2:]
    root.setLevel(kept[1])
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(params=["json", "console"])
def written(request: pytest.FixtureRequest, log_as_before: None) -> Lines:
    lines = io.StringIO()
    log.configure("DEBUG", request.param, lines)
    return lines


@pytest.fixture
def lines(log_as_before: None) -> Lines:
    stream = io.StringIO()
    log.configure("DEBUG", "json", stream)
    return stream

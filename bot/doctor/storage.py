"""The database: can it be reached, is it of this release, can it be written, is there room?

Nothing is created or kept: an SQLite file that is not there yet stays away, and what is written to
see whether it can be is undone.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import col, func, select

from bot.columns import now
from bot.db import Database, StorageUnavailable, Trouble
from bot.db_clock import present
from bot.doctor.report import Line, mend, ok, unseen
from bot.engine_tables import has_tables
from bot.schema import OddValue, Replica
from bot.settings import Settings

AREA = "database"
LEAST_ROOM_BYTES = 200 * 1024 * 1024
BUSY_S = 5.0
"""How long another program that writes is waited for."""
PROBE = "doctor"
TO_DO = {
    Trouble.LOCKED: "Another program holds it locked. End it, or wait.",
    Trouble.FULL: "Its disk is full. Make room.",
    Trouble.READ_ONLY: "It cannot be written. Give keydesk's user the right to, or leave read-only mode.",
    Trouble.LOST: "It does not answer. Start it, and check DATABASE_URL and the network.",
    Trouble.CANNOT_OPEN: "It cannot be opened. Check DATABASE_URL, the password, and that it exists.",
    Trouble.NOT_MIGRATED: "Its tables are missing or old. Run “keydesk db upgrade”.",
    Trouble.TOO_NEW: "A newer keydesk has changed its tables. Run that release.",
    Trouble.BROKEN: "It is damaged. Put back a backup.",
    Trouble.TOO_SLOW: "It is too slow. Look what else it is doing.",
    Trouble.BUSY: "Every connection is in use. Look what else uses it.",
    Trouble.REFUSED: "It refuses. Check the rights of keydesk's user: “keydesk db upgrade --grant USER”.",
}


def sqlite_file(settings: Settings) -> Path | None:
    """Where SQLite keeps our tables; None on PostgreSQL."""
    url = make_url(settings.database_url.get_secret_value())
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def not_there_yet(path: Path) -> list[Line]:
    """What is to be said of an SQLite file that the first start will make."""
    folder = path.absolute().parent
    if not folder.is_dir():
        return [mend(AREA, "file", f"There is no folder for it. Make it: {_to_type('mkdir -p', folder)}")]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [mend(AREA, "file", "Its folder cannot be written by this user. Give the right to.")]
    return [ok(AREA, "file", "Not there yet: the first start makes it."), *_room(folder)]


def _to_type(command: str, path: Path) -> str:
    return f"{command} '{path}'"


def file_lines(path: Path) -> list[Line]:
    """Whether others may read the file, and whether there is room beside it."""
    files = [one for one in (path, path.with_name(f"{path.name}.engine")) if one.exists()]
    open_to_others = [one.name for one in files if one.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    lines = [
        mend(AREA, f"file {name}", f"Others on this machine may read it: chmod 600 {name}")
        for name in open_to_others
    ]
    return lines + _room(path.absolute().parent)


def _room(folder: Path) -> list[Line]:
    free = shutil.disk_usage(folder).free
    if free < LEAST_ROOM_BYTES:
        return [mend(AREA, "room", f"Only {free // 2**20} MB are free on its disk. Make room.")]
    return [ok(AREA, "room", f"{free // 2**20} MB are free on its disk.")]


async def tables_line(db: Database) -> Line:
    """Whether it answers, and its tables are those of this release."""
    try:
        standing, tables_of_engine = await db.standing(), await has_tables(db)
    except StorageUnavailable as error:
        return mend(AREA, "tables", TO_DO[error.reason])
    if standing is None and not tables_of_engine:
        standing = Trouble.NOT_MIGRATED
    if standing is None:
        return ok(AREA, "tables", "Those of this release.")
    if standing is Trouble.NOT_MIGRATED and db.dialect == "sqlite":
        return ok(AREA, "tables", "Of an earlier release: the next start brings them up to date.")
    return mend(AREA, "tables", TO_DO[standing])


async def writing_line(db: Database) -> Line:
    """Whether a row can be written. It is taken back."""
    try:
        async with db.writing() as session:
            session.add(OddValue(mark=PROBE, seen_at=now()))
            await session.flush()
            await session.rollback()
    except StorageUnavailable as error:
        return mend(AREA, "writing", TO_DO[error.reason])
    return ok(AREA, "writing", "A row can be written.")


async def replicas_line(db: Database) -> Line:
    """How many processes say that they live. None is no fault: the doctor may come before the start."""
    try:
        async with db.reading() as session:
            living = select(func.count()).where(col(Replica.expires_at) > await present(session))
            count = (await session.exec(living)).one()
    except StorageUnavailable as error:
        return unseen(AREA, "replicas", f"the database is not available ({error.reason})")
    return ok(
        AREA,
        "replicas",
        {0: "keydesk is not running.", 1: "1 is running."}.get(count, f"{count} are running."),
    )

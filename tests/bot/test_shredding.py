"""Once keys are forgotten, no byte of what was sealed is left: not in SQLite's file, its log, a backup."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import col, select, update

from bot.db import Database
from bot.schema import Submission
from bot.vault import Vault, new_key, purge_all, purge_due, reseal
from tests.bot.conftest import Given
from tests.bot.rows import NOON, later

HEAD = 13
PIECE = 16


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(f"sqlite:///{tmp_path / 'keydesk.db'}") as opened:
        await opened.upgrade()
        yield opened


@pytest.fixture
def vault() -> Vault:
    return Vault(new_key())


def written(folder: Path) -> bytes:
    """Every byte beside the database, whatever the file is called."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("*")))


def is_in(sealed: bytes, data: bytes) -> bool:
    """Whether any stretch of *sealed* is there: a leftover may have lost its beginning or its end."""
    return any(sealed[at : at + PIECE] in data for at in range(HEAD, len(sealed) - PIECE, PIECE // 2))


async def hold(
    db: Database, vault: Vault, given: Given, number: int, chance: random.Random
) -> dict[str, bytes]:
    """Sealed values of many lengths, some longer than a page, so that SQLite has to move them about."""
    sealed = {}
    async with db.writing() as session:
        for _ in range(number):
            row, _attempt = await given(session, purge_at=NOON)
            parts = {"passphrase": "p" * chance.choice([10, 400, 900, 5000])}
            row.sealed = vault.seal(parts, table="submission", row_id=row.id, column="sealed")
            sealed[row.id] = row.sealed
    return sealed


async def forget(db: Database, ids: list[str]) -> None:
    async with db.writing() as session:
        await session.exec(update(Submission).where(col(Submission.id).in_(ids)).values(sealed=None))


@pytest.mark.parametrize("seed", range(4))
async def test_no_piece_of_what_was_forgotten_is_left(
    db: Database, vault: Vault, given: Given, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    live: dict[str, bytes] = {}
    gone: dict[str, bytes] = {}
    for _ in range(15):
        live |= await hold(db, vault, given, chance.randint(1, 6), chance)
        leaving = chance.sample(sorted(live), len(live) // 2)
        await forget(db, leaving)
        gone |= {row: live.pop(row) for row in leaving}
    assert await db.forget_pages()

    data = written(tmp_path)
    assert all(is_in(sealed, data) for sealed in live.values()), "what is held has to be found"
    assert [row for row, sealed in gone.items() if is_in(sealed, data)] == []


async def test_a_purge_takes_it_out_of_the_log_too(
    db: Database, vault: Vault, given: Given, tmp_path: Path
) -> None:
    held = await hold(db, vault, given, 9, random.Random(1))
    log = tmp_path / "keydesk.db-wal"
    assert all(is_in(sealed, log.read_bytes()) for sealed in held.values()), "it has to be found before"

    assert await purge_due(db, later(hours=1)) == 9
    assert not any(is_in(sealed, written(tmp_path)) for sealed in held.values())
    assert log.stat().st_size == 0


async def test_a_backup_made_afterwards_holds_nothing(
    db: Database, vault: Vault, given: Given, tmp_path: Path
) -> None:
    held = await hold(db, vault, given, 9, random.Random(2))
    _back_up(tmp_path, "before")
    assert all(is_in(sealed, _backed_up(tmp_path, "before")) for sealed in held.values())

    assert await purge_all(db) == 9
    _back_up(tmp_path, "after")
    assert not any(is_in(sealed, _backed_up(tmp_path, "after")) for sealed in held.values())


def _back_up(folder: Path, name: str) -> None:
    live, copy = (sqlite3.connect(folder / file) for file in ("keydesk.db", f"{name}.backup"))
    with closing(live), closing(copy):
        live.backup(copy)


def _backed_up(folder: Path, name: str) -> bytes:
    return (folder / f"{name}.backup").read_bytes()


async def test_the_old_wrapping_is_gone_after_a_change_of_keys(
    db: Database, given: Given, tmp_path: Path
) -> None:
    old = new_key()
    held = await hold(db, Vault(old), given, 9, random.Random(3))
    wrapped = [sealed[25:73] for sealed in held.values()]
    assert all(one in written(tmp_path) for one in wrapped), "it has to be found before"

    await reseal(db, Vault(f"{new_key()},{old}"))
    assert not any(one in written(tmp_path) for one in wrapped)


async def test_a_reader_in_the_way_is_told_and_the_next_purge_makes_up_for_it(
    tmp_path: Path, vault: Vault, given: Given
) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'keydesk.db'}", busy_timeout_s=0.01) as db:
        await db.upgrade()
        held = await hold(db, vault, given, 3, random.Random(4))
        async with db.reading() as session:
            assert len((await session.exec(select(Submission.id))).all()) == 3
            assert await purge_all(db) == 3
            assert not await db.forget_pages()
        assert any(is_in(sealed, written(tmp_path)) for sealed in held.values()), "the log was kept for it"
        assert await purge_all(db) == 0
        assert not any(is_in(sealed, written(tmp_path)) for sealed in held.values())

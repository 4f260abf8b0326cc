"""Promises about what is written: sealed, forgotten, in no log; and what is written down on purpose."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, update

from bot.columns import now
from bot.db import StorageUnavailable
from bot.demo import acting
from bot.demo.canary import FORMS, Canary
from bot.demo.proving.scene import Scene, ensure
from bot.demo.written import everything_written
from bot.hardening import leave_no_core, leaves_no_core
from bot.incident import held_between, report
from bot.log import CAPPED
from bot.pausing import pause, resume
from bot.schema import CaseEvent, Submission
from bot.seal import SealBroken, new_key
from bot.vault import Vault, purge_due

PIECE = 16


async def nothing_in_clear(scene: Scene) -> str:
    """The search finds a planted key; and none of ours, anywhere."""
    media = await everything_written(scene.stage, scene.log.getvalue())
    planted = Canary.made()
    for how, form in FORMS.items():
        ensure(bool(planted.found_in(b"\0" + form(planted.secret))), f"the search is blind to {how}")
    leaks = [line for canary in scene.canaries for line in canary.leaks(media)]
    ensure(not leaks, "; ".join(leaks[:3]))
    leave_no_core()
    core = "No core dump is left" if leaves_no_core() else "This system cannot forbid core dumps"
    size = sum(len(data) for _, data in media) // 1024
    return f"{len(scene.canaries)} keys in {len(FORMS)} forms: not in {len(media)} places, {size} kB. {core}."


async def no_log(scene: Scene) -> str:
    """Even where DEBUG is asked for, of our own loggers and of the libraries'."""
    canary = scene.canaries[0]
    for name in sorted(CAPPED):
        logger = logging.getLogger(f"{name}.anything")
        logger.setLevel(logging.DEBUG)
        logger.debug("payload: %s", canary.secret)
        logger.warning("body: {'secret': '%s'}", canary.secret)
    log = scene.log.getvalue()
    ensure('"level": "warning"' in log, "nothing was logged, so silence proves nothing")
    leaks = [line for one in scene.canaries for line in one.leaks([("log", log.encode())])]
    ensure(not leaks, "; ".join(leaks[:3]))
    return f"DEBUG asked for: {len(log.splitlines())} lines, no key; {len(CAPPED)} libraries stay capped."


async def sealed(scene: Scene) -> str:
    """Altered, moved, cut short, under another key: none of these opens."""
    held = await scene.given(scene.stage.cast.ann)
    seal = held.sealed or b""
    vault = Vault(scene.stage.settings["secret_keys"])
    place = {"table": "submission", "row_id": held.id, "column": "sealed"}
    ensure(vault.open(seal, **place)["secret"] == scene.held.secret, "the right key does not open it")
    tries = {
        "altered": (vault, seal[:-1] + bytes([seal[-1] ^ 1]), place),
        "moved to another row": (vault, seal, place | {"row_id": "another"}),
        "cut short": (vault, seal[:-1], place),
        "opened with another key": (Vault(new_key()), seal, place),
    }
    for how, (keys, value, where) in tries.items():
        ensure(_stays_shut(keys, value, where), f"it opens when it was {how}")
    stored = b"".join(data for _, data in await everything_written(scene.stage, ""))
    ensure(seal[:PIECE] in stored, "the sealed value was not found, so silence proves nothing")
    master = scene.stage.settings["secret_keys"].rpartition(".")[2].encode()
    ensure(master not in stored, "the key that seals lies beside what it seals")
    return f"AES-256-GCM; it does not open when {', '.join(tries)}; the key that seals is not stored."


def _stays_shut(vault: Vault, value: bytes, place: dict[str, str]) -> bool:
    try:
        vault.open(value, **place)
    except SealBroken:
        return True
    return False


async def forgotten(scene: Scene) -> str:
    """Make the hour of the held key come, purge, and look for any stretch of it."""
    db, folder = scene.stage.bot.app.db, scene.stage.folder
    held = await scene.given(scene.stage.cast.ann)
    seal = held.sealed or b""
    async with db.writing() as session:
        over = update(Submission).where(col(Submission.id) == held.id)
        await session.exec(over.values(purge_at=now() - timedelta(seconds=1)))
    ensure(_left(seal, _files(scene)), "it was not there before, so silence proves nothing")
    await purge_due(db)
    with closing(sqlite3.connect(folder / "keydesk.db")) as live:
        live.execute("VACUUM INTO ?", [str(folder / "copy.db")])
    ensure(not _left(seal, _files(scene)), "some of the sealed key is left")
    return "After its hour: no byte of it in the database, its log, or a copy made afterwards."


def _files(scene: Scene) -> bytes:
    return b"\0".join(file.read_bytes() for file in scene.stage.folder.iterdir() if file.is_file())


def _left(seal: bytes, data: bytes) -> bool:
    return any(seal[at : at + PIECE] in data for at in range(13, len(seal) - PIECE, PIECE // 2))


async def audit_stays(scene: Scene) -> str:
    """Acts are there, each with its actor; the database itself refuses to change or delete one."""
    async with scene.stage.bot.app.db.reading() as session:
        acts = [event.act for event in await session.exec(select(CaseEvent))]
    ensure({"opened", "attempt", "forgot_keys"} <= {*acts}, "an act was not written down")
    for statement in ("UPDATE case_event SET actor = 'nobody'", "DELETE FROM case_event"):
        ensure(await _is_refused(scene, statement), f"{statement.split()[0]} of the history was taken")
    return f"{len(acts)} acts of {len(set(acts))} kinds; the database refuses to change or delete one."


async def _is_refused(scene: Scene, statement: str) -> bool:
    try:
        async with scene.stage.bot.app.db.writing() as session:
            await session.exec(text(statement))  # type: ignore[call-overload]  # SQLModel knows selects only
    except (DBAPIError, StorageUnavailable):
        return True
    return False


async def incident(scene: Scene) -> str:
    """The list for the time of this proof; and the switch that stops every test."""
    start, end = now() - timedelta(hours=1), now()
    db = scene.stage.bot.app.db
    async with db.reading() as session:
        held = await held_between(session, start, end)
    told = report(held, start, end, "Support@HashData.co")
    people = {one.person.user_id for one in held}
    ensure({scene.stage.cast.ann.user_id, scene.stage.cast.ben.user_id} <= people, "a client is not listed")
    ensure("Delete the key at your exchange" in told, "the message does not say what to do")
    await pause(db)
    words = await _submitted(scene)
    await resume(db)
    ensure("We take no keys just now" in words, "a test was taken although all were stopped")
    return (
        f"{len(held)} keys of {len(people)} clients listed, with the message for each; --tell sends it. "
        "keydesk pause: the next test was refused, and nothing of it kept."
    )


async def _submitted(scene: Scene) -> str:
    """What Ben reads after he has submitted a key."""
    ben = scene.stage.cast.ben
    await acting.submits(ben, scene.stage.kucoin.issue())
    dialog = await ben.dialog()
    words = dialog.words
    await dialog.close(all_of_them=True)
    return words

"""Sealed secrets with a time to live: sealing, changing keys, forgetting.

The vault holds the operator's keys and nothing else; what it seals stands in the database. A row's
sealed value opens in that row only.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import seal
from bot.columns import now
from bot.db import Database
from bot.person import KEYDESK
from bot.schema import CaseEvent, SealedValue, Submission
from bot.seal import Place, SealBroken, new_key
from bot.settings import SettingsError

__all__ = ["Resealed", "SealBroken", "Vault", "new_key", "purge_all", "purge_due", "reseal"]

PEPPER = "pepper"
BATCH = 100


class Vault:
    """Seals with the first of the operator's keys, opens with any of them."""

    def __init__(self, keys: str | SecretStr) -> None:
        """Read the value of ``SECRET_KEYS``.

        Raises:
            SettingsError: one of them is no key; says which by its position.
        """
        text = keys.get_secret_value() if isinstance(keys, SecretStr) else keys
        self._keys = {}
        for position, word in enumerate(text.strip().strip(",").split(","), start=1):
            try:
                key_id, key = seal.read_key(word)
            except ValueError:
                raise SettingsError(_wrong_key(position)) from None
            self._keys[key_id] = key
        self._first = next(iter(self._keys))
        self._pepper: bytes | None = None

    @property
    def first_key_id(self) -> str:
        """Id of the key that seals."""
        return self._first.hex()

    def knows(self, key_id: str) -> bool:
        """Whether the key of this id is among ours."""
        return bytes.fromhex(key_id) in self._keys

    def key_id_of(self, sealed: bytes) -> str:
        """Id of the key that *sealed* needs.

        Raises:
            SealBroken: the value is cut short, or of an unknown version.
        """
        return seal.key_id_of(sealed).hex()

    def seal(self, parts: Mapping[str, str], *, table: str, row_id: str, column: str) -> bytes:
        """Seal *parts* so that they open in this column of this row only."""
        return seal.seal(parts, Place(table, row_id, column), self._first, self._keys[self._first])

    def open(self, sealed: bytes, *, table: str, row_id: str, column: str) -> dict[str, str]:
        """What `seal` was given.

        Raises:
            SealBroken: it was altered, cut, or moved, or its key is not ours. The text says which.
        """
        return seal.unseal(sealed, Place(table, row_id, column), self._key_for(sealed))

    def rewrap(self, sealed: bytes, *, table: str, row_id: str, column: str) -> bytes:
        """The same value under the first key; what is sealed is not opened for it.

        Raises:
            SealBroken: as `open`.
        """
        key, first = self._key_for(sealed), self._keys[self._first]
        return seal.rewrap(sealed, Place(table, row_id, column), key, self._first, first)

    def mark(self, text: str | SecretStr, purpose: str) -> str:
        """A keyed hash, 64 hex digits: equal for equal texts of one purpose, else telling nothing.

        Raises:
            RuntimeError: `unlock` has not been awaited.
        """
        if self._pepper is None:
            raise RuntimeError("the vault was not unlocked")
        value = text.get_secret_value() if isinstance(text, SecretStr) else text
        message = purpose.encode() + b"\0" + value.encode()
        return hmac.new(self._pepper, message, hashlib.sha256).hexdigest()

    async def unlock(self, db: Database) -> None:
        """Read the pepper of `mark`, or make it where this database has none.

        Raises:
            SettingsError: none of our keys opens it: these are not this database's keys.
        """
        async with db.writing() as session:
            row = await session.get(SealedValue, PEPPER) or await self._make_pepper(session)
        try:
            opened = self.open(row.sealed, table="sealed_value", row_id=PEPPER, column="sealed")
        except SealBroken as broken:
            raise _not_ours(broken) from None
        self._pepper = bytes.fromhex(opened[PEPPER])

    async def _make_pepper(self, session: AsyncSession) -> SealedValue:
        fresh = {PEPPER: os.urandom(32).hex()}
        sealed = self.seal(fresh, table="sealed_value", row_id=PEPPER, column="sealed")
        try:
            async with session.begin_nested():
                session.add(row := SealedValue(name=PEPPER, sealed=sealed))
        except IntegrityError:
            # Another replica that started at the same moment was first: its value counts.
            return await session.get_one(SealedValue, PEPPER)
        return row

    def _key_for(self, sealed: bytes) -> AESGCM:
        key_id = seal.key_id_of(sealed)
        if key_id not in self._keys:
            raise SealBroken(f"it was sealed with key {key_id.hex()}, which is not in SECRET_KEYS")
        return self._keys[key_id]


def _not_ours(broken: SealBroken) -> SettingsError:
    return SettingsError(f"SECRET_KEYS does not open this database: {broken}.")


def _wrong_key(position: int) -> str:
    return (
        f"SECRET_KEYS is wrong: number {position} is not a whole key as `keydesk new-key` prints it"
        " (several stand with commas between)."
    )


@dataclass(frozen=True, slots=True)
class Resealed:
    """Counts of sealed values: wrapped anew, under the first key already, and not to be opened."""

    rewrapped: int = 0
    already: int = 0
    broken: int = 0

    def __str__(self) -> str:
        return (
            f"{self.rewrapped} sealed anew, {self.already} under the first key already,"
            f" {self.broken} that none of the keys opens."
        )

    def __add__(self, other: Resealed) -> Resealed:
        return Resealed(
            self.rewrapped + other.rewrapped, self.already + other.already, self.broken + other.broken
        )


async def reseal(db: Database, vault: Vault, *, batch: int = BATCH) -> Resealed:
    """Wrap every sealed value with the first key, while the program runs.

    Each batch is a transaction of its own; ended half-way, it goes on where it was when run again.

    Raises:
        SettingsError: none of our keys opens this database's own value: these are another's.
    """
    counts = await _reseal_pepper(db, vault)
    last = ""
    while True:
        async with db.writing() as session:
            held = select(Submission).where(col(Submission.sealed).is_not(None), Submission.id > last)
            rows = (await session.exec(held.order_by(Submission.id).limit(batch))).all()
            for row in rows:
                counts += await _reseal_row(session, vault, row)
        if not rows:
            break
        last = rows[-1].id
    await db.forget_pages()
    return counts


async def _reseal_pepper(db: Database, vault: Vault) -> Resealed:
    async with db.writing() as session:
        row = await session.get(SealedValue, PEPPER)
        if row is None:
            return Resealed()
        try:
            if vault.key_id_of(row.sealed) == vault.first_key_id:
                return Resealed(already=1)
            row.sealed = vault.rewrap(row.sealed, table="sealed_value", row_id=PEPPER, column="sealed")
        except SealBroken as broken:
            raise _not_ours(broken) from None
    return Resealed(rewrapped=1)


async def _reseal_row(session: AsyncSession, vault: Vault, row: Submission) -> Resealed:
    old = row.sealed or b""
    try:
        if vault.key_id_of(old) == vault.first_key_id:
            return Resealed(already=1)
        fresh = vault.rewrap(old, table="submission", row_id=row.id, column="sealed")
    except SealBroken:
        return Resealed(broken=1)
    # Only where it is still the same: keys that were forgotten meanwhile must not come back.
    same = (col(Submission.id) == row.id, col(Submission.sealed) == old)
    changed = await session.exec(update(Submission).where(*same).values(sealed=fresh))
    return Resealed(rewrapped=changed.rowcount)


async def purge_due(db: Database, at: datetime | None = None) -> int:
    """Forget every key whose time is over; how many. Leaves no byte of them in SQLite's files."""
    return await _purge(db, at or now(), "time_over", col(Submission.purge_at) <= (at or now()))


async def purge_all(db: Database, at: datetime | None = None) -> int:
    """Forget every key that is held; how many."""
    return await _purge(db, at or now(), "purged")


async def _purge(db: Database, at: datetime, because: str, *which: ColumnElement[bool]) -> int:
    gone = {"sealed": None, "purge_at": None, "purged_at": at, "purged_because": because}
    held = (col(Submission.sealed).is_not(None), *which)
    receipt = (col(Submission.case_number), col(Submission.created_at))
    forget = update(Submission).where(*held).values(**gone).returning(*receipt)
    async with db.writing() as session:
        forgotten = (await session.exec(forget)).all()
        session.add_all(
            _forgot_keys(number, at, because, at - since) for number, since in forgotten if number is not None
        )
    await db.forget_pages()
    return len(forgotten)


def _forgot_keys(case_number: int, at: datetime, because: str, held: timedelta) -> CaseEvent:
    """The receipt in the case's history."""
    changes = {"because": because, "held_ms": round(held.total_seconds() * 1000)}
    return CaseEvent(case_number=case_number, at=at, actor=KEYDESK, act="forgot_keys", changes=changes)

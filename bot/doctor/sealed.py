"""The keys that seal: how many sealed values need which of them, and whether all could be opened.

What is sealed stays sealed: only its wrapping is tried.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlmodel import col, select

from bot.db import Database, StorageUnavailable
from bot.doctor.report import Line, mend, ok, unseen
from bot.doctor.settings_told import Given
from bot.schema import SealedValue, Submission
from bot.settings import SettingsError
from bot.vault import SealBroken, Vault

AREA = "keys"
NAME = "SECRET_KEYS"
BATCH = 200


@dataclass
class Held:
    """Sealed values by the id of the key that they need.

    Attributes:
        opening: Those whose wrapping opens.
        lost: Those whose key is not ours.
        altered: How many do not open although their key is ours.
    """

    opening: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    altered: int = 0


async def key_lines(told: Given, db: Database | None) -> list[Line]:
    """Whether SECRET_KEYS can be read, and opens what the database holds."""
    if wrong := told.wrong("secret_keys"):
        return [unseen(AREA, NAME, f"{wrong} is missing")]
    try:
        vault = Vault(told.settings.secret_keys)
    except SettingsError as error:
        return [mend(AREA, NAME, str(error))]
    first = ok(AREA, NAME, f"Key {vault.first_key_id} seals.")
    if db is None:
        return [first]
    try:
        held = await _held(db, vault)
    except StorageUnavailable as error:
        return [first, unseen(AREA, "sealed values", f"the database is not available ({error.reason})")]
    return [first, *_lines(held, vault)]


def _lines(held: Held, vault: Vault) -> list[Line]:
    lines = [_opening(key_id, count, vault) for key_id, count in sorted(held.opening.items())]
    lines += [_lost(key_id, count) for key_id, count in sorted(held.lost.items())]
    if held.altered:
        says = (
            f"{_values(held.altered)} were altered and will never open: restore the database, "
            "or let them go: their clients are asked to enter their keys again."
        )
        lines.append(mend(AREA, "altered", says))
    return lines or [ok(AREA, "sealed values", "None are held.")]


def _opening(key_id: str, count: int, vault: Vault) -> Line:
    says = f"It opens {_values(count)}."
    if key_id != vault.first_key_id:
        says += " Run “keydesk reseal” before you take it out of SECRET_KEYS."
    return ok(AREA, f"key {key_id}", says)


def _lost(key_id: str, count: int) -> Line:
    what = f"{_values(count)} cannot be opened, for it is not in SECRET_KEYS."
    return mend(AREA, f"key {key_id}", f"{what} Add it behind the first, then run “keydesk reseal”.")


def _values(count: int) -> str:
    return f"{count} sealed {'value' if count == 1 else 'values'}"


async def _held(db: Database, vault: Vault) -> Held:
    held = Held()
    async with db.reading() as session:
        for value in (await session.exec(select(SealedValue))).all():
            _try(held, vault, value.sealed, "sealed_value", value.name)
    last = ""
    while True:
        async with db.reading() as session:
            query = select(Submission.id, Submission.sealed).where(
                col(Submission.sealed).is_not(None), Submission.id > last
            )
            rows = (await session.exec(query.order_by(Submission.id).limit(BATCH))).all()
        for row_id, sealed in rows:
            _try(held, vault, sealed or b"", "submission", row_id)
        if not rows:
            return held
        last = rows[-1][0]


def _try(held: Held, vault: Vault, sealed: bytes, table: str, row_id: str) -> None:
    try:
        key_id = vault.key_id_of(sealed)
    except SealBroken:
        held.altered += 1
        return
    if not vault.knows(key_id):
        held.lost[key_id] += 1
        return
    try:
        # Wraps anew and throws that away: the cheapest proof that needs nothing in clear.
        vault.rewrap(sealed, table=table, row_id=row_id, column="sealed")
    except SealBroken:
        held.altered += 1
    else:
        held.opening[key_id] += 1

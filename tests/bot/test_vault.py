"""Sealing with the operator's keys, changing them under load, and forgetting for good."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import col, select, update

from bot.db import Database
from bot.schema import Case, CaseEvent, SealedValue, Submission
from bot.settings import SettingsError
from bot.vault import Resealed, SealBroken, Vault, _reseal_row, new_key, purge_all, purge_due, reseal
from tests.bot.conftest import Given
from tests.bot.rows import CREDENTIALS, NOON, later

PLACE = {"table": "submission", "row_id": "row-1", "column": "sealed"}


async def held(db: Database, vault: Vault, given: Given, number: int, **changes: Any) -> list[Submission]:
    """Submissions with sealed keys."""
    async with db.writing() as session:
        rows = []
        for _ in range(number):
            submission, _attempt = await given(session, **changes)
            submission.sealed = sealed_for(vault, submission)
            rows.append(submission)
    return rows


def sealed_for(vault: Vault, submission: Submission) -> bytes:
    return vault.seal(CREDENTIALS, table="submission", row_id=submission.id, column="sealed")


async def opened(db: Database, vault: Vault) -> list[dict[str, str]]:
    async with db.reading() as session:
        rows = await session.exec(select(Submission).where(col(Submission.sealed).is_not(None)))
        return [
            vault.open(row.sealed or b"", table="submission", row_id=row.id, column="sealed") for row in rows
        ]


def test_the_first_key_seals_and_all_open() -> None:
    old, new = new_key(), new_key()
    sealed = Vault(old).seal(CREDENTIALS, **PLACE)
    both = Vault(SecretStr(f"{new}, {old},"))

    assert both.open(sealed, **PLACE) == CREDENTIALS
    assert both.key_id_of(sealed) == Vault(old).first_key_id
    assert both.key_id_of(both.seal(CREDENTIALS, **PLACE)) == Vault(new).first_key_id


def test_a_key_that_is_not_ours_is_told_by_its_id() -> None:
    sealed = Vault(new_key()).seal(CREDENTIALS, **PLACE)
    ours = Vault(new_key())
    with pytest.raises(SealBroken, match=f"key {ours.key_id_of(sealed)}, which is not in SECRET_KEYS"):
        ours.open(sealed, **PLACE)


@pytest.mark.parametrize(
    ("keys", "position"),
    [("", 1), ("canary", 1), ("{good},canary", 2), ("{good},{good},,{good}", 3), ("{good}canary", 1)],
)
def test_a_wrong_key_is_refused_by_position_without_echo(keys: str, position: int) -> None:
    with pytest.raises(SettingsError) as error:
        Vault(keys.format(good=new_key()))
    assert f"SECRET_KEYS is wrong: number {position} " in str(error.value)
    assert "canary" not in str(error.value)
    assert "kd1." not in str(error.value)


async def test_neither_the_vault_nor_a_row_shows_anything(db: Database, given: Given) -> None:
    key = new_key()
    vault = Vault(key)
    (row,) = await held(db, vault, given, 1)
    assert "6705" in repr(row)
    assert "sealed" not in repr(row)
    assert key[4:] not in repr(vault) + str(vars(vault))


# --- marks -----------------------------------------------------------------------------------


async def test_equal_texts_have_equal_marks_per_purpose(vault: Vault) -> None:
    mark = vault.mark("canary-key", "key")
    assert mark == vault.mark(SecretStr("canary-key"), "key")
    assert len({mark, vault.mark("canary-key", "odd"), vault.mark("canary-key2", "key")}) == 3
    assert len(mark) == 64


async def test_marks_outlive_a_change_of_keys_and_differ_between_databases(
    db: Database, vault: Vault, tmp_path: Path
) -> None:
    old = new_key()
    async with Database.open(f"sqlite:///{tmp_path / 'other.db'}") as elsewhere:
        await elsewhere.upgrade()
        first, second = Vault(old), Vault(f"{new_key()},{old}")
        await first.unlock(elsewhere)
        await reseal(elsewhere, second)
        await second.unlock(elsewhere)
        assert first.mark("x", "key") == second.mark("x", "key") != vault.mark("x", "key")


async def test_replicas_that_start_together_agree_on_marks(database_url: str) -> None:
    key = new_key()
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        await one.upgrade()
        vaults = [Vault(key) for _ in range(6)]
        await asyncio.gather(*(v.unlock(db) for v, db in zip(vaults, [one, other] * 3, strict=True)))
    assert len({vault.mark("x", "key") for vault in vaults}) == 1


async def test_another_databases_keys_are_refused_at_the_start(db: Database, vault: Vault) -> None:
    with pytest.raises(SettingsError, match=f"SECRET_KEYS does not open .* key {vault.first_key_id}"):
        await Vault(new_key()).unlock(db)
    await vault.unlock(db)


def test_a_mark_needs_the_pepper() -> None:
    with pytest.raises(RuntimeError, match="unlocked"):
        Vault(new_key()).mark("x", "key")


async def test_the_pepper_stands_nowhere_in_clear(db: Database, vault: Vault) -> None:
    async with db.reading() as session:
        sealed = (await session.get_one(SealedValue, "pepper")).sealed
    pepper = vault._pepper
    assert pepper is not None
    assert pepper not in sealed
    assert pepper.hex().encode() not in sealed


# --- changing keys -----------------------------------------------------------------------------


async def test_resealing_counts_and_goes_on_where_it_ended(db: Database, given: Given) -> None:
    old, new = new_key(), new_key()
    before = Vault(old)
    await before.unlock(db)
    rows = await held(db, before, given, 5)
    async with db.writing() as session:
        await session.exec(update(Submission).where(col(Submission.id) == rows[0].id).values(sealed=b"?"))

    after = Vault(f"{new},{old}")
    assert await reseal(db, after, batch=2) == Resealed(rewrapped=5, already=0, broken=1)
    again = await reseal(db, after, batch=2)
    assert again == Resealed(rewrapped=0, already=5, broken=1)
    assert str(again).startswith("0 sealed anew, 5 under the first key already, 1 that none")
    async with db.writing() as session:
        await session.exec(update(Submission).where(col(Submission.id) == rows[0].id).values(sealed=None))
    assert await opened(db, Vault(new)) == [CREDENTIALS] * 4


async def test_changing_keys_twice_under_load_loses_nothing(db: Database, given: Given) -> None:
    keys = [new_key() for _ in range(3)]
    first = Vault(keys[0])
    await first.unlock(db)
    await held(db, first, given, 20)
    for number in (1, 2):
        vault = Vault(",".join(reversed(keys[: number + 1])))
        late = Vault(keys[number - 1])
        await asyncio.gather(
            reseal(db, vault, batch=3), *(held(db, late, given, 2) for _ in range(4)), reseal(db, vault)
        )
        await reseal(db, vault)

    last = Vault(keys[2])
    await last.unlock(db)
    assert await opened(db, last) == [CREDENTIALS] * 36


async def test_keys_that_are_forgotten_while_resealing_stay_forgotten(db: Database, given: Given) -> None:
    old = new_key()
    before = Vault(old)
    await held(db, before, given, 30)
    await asyncio.gather(reseal(db, Vault(f"{new_key()},{old}"), batch=1), purge_all(db))
    assert await opened(db, before) == []


# --- forgetting --------------------------------------------------------------------------------


async def test_keys_that_another_replica_forgot_meanwhile_do_not_come_back(
    db: Database, given: Given
) -> None:
    """The row was read before, and is written after."""
    old = new_key()
    (stale,) = await held(db, Vault(old), given, 1)
    await purge_all(db)

    async with db.writing() as session:
        counts = await _reseal_row(session, Vault(f"{new_key()},{old}"), stale)

    assert counts == Resealed()
    async with db.reading() as session:
        assert (await session.get_one(Submission, stale.id)).sealed is None


async def test_resealing_with_keys_that_are_not_this_databases_is_told_and_changes_nothing(
    db: Database, vault: Vault, given: Given
) -> None:
    await held(db, vault, given, 1)

    with pytest.raises(SettingsError, match=f"SECRET_KEYS does not open .* key {vault.first_key_id}"):
        await reseal(db, Vault(new_key()))

    assert await opened(db, vault) == [CREDENTIALS]


async def test_what_is_due_is_forgotten_once_and_the_rest_is_held(
    db: Database, vault: Vault, given: Given
) -> None:
    (due,) = await held(db, vault, given, 1, purge_at=later(hours=1))
    (later_on,) = await held(db, vault, given, 1, purge_at=later(hours=2))
    assert await purge_due(db, later(minutes=59)) == 0
    assert await purge_due(db, later(hours=1)) == 1
    assert await purge_due(db, later(hours=1)) == 0

    async with db.reading() as session:
        gone = await session.get_one(Submission, due.id)
        kept = await session.get_one(Submission, later_on.id)
    assert (gone.sealed, gone.purge_at) == (None, None)
    assert (gone.purged_at, gone.purged_because) == (later(hours=1), "time_over")
    assert kept.sealed is not None


async def test_after_long_downtime_everything_due_is_forgotten_at_once(
    db: Database, vault: Vault, given: Given
) -> None:
    await held(db, vault, given, 7, purge_at=NOON)
    assert await purge_due(db) == 7


async def test_an_operator_forgets_everything(db: Database, vault: Vault, given: Given) -> None:
    await held(db, vault, given, 3, purge_at=later(days=400))
    assert await purge_all(db) == 3
    assert await opened(db, vault) == []


async def test_the_history_of_a_case_says_when_its_keys_were_forgotten(
    db: Database, vault: Vault, given: Given
) -> None:
    rows = await held(db, vault, given, 2, purge_at=NOON)
    async with db.writing() as session:
        session.add(case := Case(team_id="T1", user_id="U1", exchange="x", account="a", opened_at=NOON))
        await session.flush()
        for row in rows:
            row.case_number = case.number
            session.add(row)
    assert await purge_due(db, later(hours=1)) == 2

    async with db.reading() as session:
        (event, other) = await session.exec(select(CaseEvent))
    assert (event.case_number, event.act, event.actor) == (case.number, "forgot_keys", "keydesk")
    assert (event.at, event.changes) == (later(hours=1), {"because": "time_over", "held_ms": 3_600_000})
    assert other.changes == event.changes

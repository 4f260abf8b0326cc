"""The doctor tells which keys the sealed values need, and whether they open, without opening one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.columns import now
from bot.db import Database
from bot.demo.stage import Stage
from bot.schema import Submission
from bot.vault import Vault, new_key
from tests.bot.doctor.conftest import Examine
from tests.bot.doctor.findings import named, to_mend
from tests.bot.rows import CREDENTIALS


async def _holds(stage: Stage, keys: str, count: int, spoil: bool = False) -> str:
    """Seal *count* submissions with the first of *keys*; its id."""
    vault = Vault(keys)
    async with Database.open(stage.settings["database_url"]) as db:
        await vault.unlock(db)
        async with db.writing() as session:
            for place in range(count):
                row_id = f"{vault.first_key_id}{place}{spoil}"
                sealed = vault.seal(CREDENTIALS, table="submission", row_id=row_id, column="sealed")
                session.add(_submission(row_id, sealed[:20] if spoil else sealed))
    return vault.first_key_id


def _submission(row_id: str, sealed: bytes) -> Submission:
    held: dict[str, Any] = {"team_id": "T1", "user_id": "U1", "exchange": "kucoin", "account": "futures"}
    return Submission(
        id=row_id,
        **held,
        masked_key="6705…d3eb",
        key_mark=row_id,
        sealed=sealed,
        created_at=now(),
        purge_at=now() + timedelta(hours=1),
    )


async def test_each_key_is_told_with_what_it_opens(stage: Stage, examine: Examine) -> None:
    key_id = await _holds(stage, stage.settings["secret_keys"], 3)

    report = await examine()

    # The fourth is the random value that every database has.
    assert named(report, f"key {key_id}").says == "It opens 4 sealed values."
    assert report.healthy


async def test_an_older_key_is_not_to_be_taken_out_before_resealing(stage: Stage, examine: Examine) -> None:
    old, new = stage.settings["secret_keys"], new_key()
    old_id = await _holds(stage, old, 1)

    report = await examine(secret_keys=f"{new},{old}")

    assert report.healthy
    assert "keydesk reseal" in named(report, f"key {old_id}").says


async def test_a_key_that_was_taken_out_too_early_is_named(stage: Stage, examine: Examine) -> None:
    old_id = await _holds(stage, stage.settings["secret_keys"], 2)

    mending = to_mend(await examine(secret_keys=new_key()))

    assert mending == {
        f"key {old_id}": "3 sealed values cannot be opened, for it is not in SECRET_KEYS. "
        "Add it behind the first, then run “keydesk reseal”."
    }


@pytest.mark.parametrize("spoil", ["cut", "moved"])
async def test_a_value_that_was_altered_is_counted(stage: Stage, examine: Examine, spoil: str) -> None:
    keys = stage.settings["secret_keys"]
    await _holds(stage, keys, 1, spoil=spoil == "cut")
    if spoil == "moved":
        async with Database.open(stage.settings["database_url"]) as db, db.writing() as session:
            vault = Vault(keys)
            sealed = vault.seal(CREDENTIALS, table="submission", row_id="elsewhere", column="sealed")
            session.add(_submission("here", sealed))

    assert to_mend(await examine())["altered"].startswith("1 sealed value ")


async def test_a_key_that_was_not_copied_whole_is_told_by_its_place(examine: Examine) -> None:
    keys = f"{new_key()},{new_key()[:-3]}"

    mending = to_mend(await examine(secret_keys=keys))

    assert mending["SECRET_KEYS"].startswith("SECRET_KEYS is wrong: number 2 is not a whole key")
    assert keys[:20] not in mending["SECRET_KEYS"]


async def test_nothing_is_opened_and_nothing_written(
    stage: Stage, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _holds(stage, stage.settings["secret_keys"], 1)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a sealed value was opened")

    monkeypatch.setattr(Vault, "open", refused)

    assert (await examine()).healthy

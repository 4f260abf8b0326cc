"""What becomes of keys: gone with the verdict, or at their hour, or at a wish; and no byte is left."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.columns import now
from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage, staged
from bot.key_fate import Forgotten
from tests.bot.journeys.commands import keydesk
from tests.bot.journeys.rows import change, last_attempt, sealed_of, submission
from tests.bot.journeys.sabotage import broken
from tests.bot.slack.desk import FREE

PAST = timedelta(seconds=1)
PIECE = 16


@pytest.fixture
async def forgetful() -> AsyncIterator[Stage]:
    """Nothing is held after a verdict."""
    async with staged(**FREE, secret_ttl="0") as stage:
        yield stage


async def has_result(stage: Stage, preset: str) -> None:
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue(preset))
    await acting.gets_result(stage, stage.cast.ann)


@pytest.mark.parametrize(
    ("preset", "because"),
    [
        ("general_only", Forgotten.PASSED),
        ("spot_trading_on", Forgotten.DANGEROUS),
        ("withdrawal_on", Forgotten.DANGEROUS),
        ("unknown_permission", Forgotten.DANGEROUS),
    ],
)
async def test_what_passed_or_can_do_harm_is_gone_in_the_transaction_of_the_verdict(
    stage: Stage, preset: str, because: Forgotten
) -> None:
    await has_result(stage, preset)

    given = await submission(stage, stage.cast.ann)
    assert (given.sealed, given.purge_at, given.purged_because) == (None, None, because)
    assert given.purged_at == (await last_attempt(stage, stage.cast.ann)).settled_at


async def test_a_verdict_that_cannot_be_written_leaves_the_keys_for_the_next_try(stage: Stage) -> None:
    """Neither is there without the other: what breaks the one undoes the other."""
    from bot import telling

    with broken(telling.tell_client):  # type: ignore[arg-type]  # a function
        await acting.submits(stage.cast.ann, stage.kucoin.issue("general_only"))
        await until_settled(stage)
    given = await submission(stage, stage.cast.ann)

    assert given.sealed is not None
    assert given.purged_at is None


async def until_settled(stage: Stage) -> None:
    """Wait until the venue was asked and the first tries to settle have failed."""
    await stage.slack.until(lambda: stage.slack.deliveries[-1].done)
    await asyncio.sleep(0.5)


async def test_a_fixable_key_is_held_for_its_hour_and_the_result_says_until_when(stage: Stage) -> None:
    await has_result(stage, "ip_restricted")

    given = await submission(stage, stage.cast.ann)
    assert given.purge_at is not None
    assert timedelta(minutes=58) < given.purge_at - now() <= timedelta(hours=1)
    assert "Your keys stay sealed until" in acting.results(stage.cast.ann)[0].words


async def test_a_doubt_holds_them_for_a_day_at_most(stage: Stage) -> None:
    stage.kucoin.faults.add(Fault.MAINTENANCE_503)
    await has_result(stage, "general_only")

    given = await submission(stage, stage.cast.ann)
    assert given.purge_at == given.created_at + timedelta(hours=24)


async def test_where_the_operator_wants_nothing_held_it_is_gone_with_the_verdict(forgetful: Stage) -> None:
    await has_result(forgetful, "ip_restricted")

    assert (await submission(forgetful, forgetful.cast.ann)).purged_because == Forgotten.NOT_HELD
    assert "Test again" not in acting.results(forgetful.cast.ann)[0].buttons


async def test_the_purge_comes_round_well_within_a_minute(stage: Stage) -> None:
    assert 0 < stage.bot.app.engine.pulses["purge"].every_s <= 30


async def test_what_was_due_while_keydesk_was_down_is_gone_at_once_and_its_message_says_so(
    stage: Stage,
) -> None:
    ann = stage.cast.ann
    await has_result(stage, "ip_restricted")
    sealed = sealed_of(await submission(stage, ann))
    await change(stage, ann, purge_at=now() - PAST)
    await stage.stop()
    assert sealed in everything(stage), "it has to be found before"

    await stage.start()
    await stage.slack.until(lambda: "because their time is over" in acting.results(ann)[0].words)

    assert (await submission(stage, ann)).purged_because == Forgotten.TIME_OVER
    assert not {"Test again", "Forget my keys"} & set(acting.results(ann)[0].buttons)
    assert not pieces_in(sealed, everything(stage))


def everything(stage: Stage) -> bytes:
    """Every byte beside the database."""
    return b"\0".join(file.read_bytes() for file in stage.folder.iterdir() if file.is_file())


def pieces_in(sealed: bytes, data: bytes) -> bool:
    """Whether any stretch of it is there: a leftover may have lost its beginning or its end."""
    return any(sealed[at : at + PIECE] in data for at in range(13, len(sealed) - PIECE, PIECE // 2))


async def test_after_forget_my_keys_no_byte_is_left_in_file_log_copy_or_backup(stage: Stage) -> None:
    ann = stage.cast.ann
    await has_result(stage, "ip_restricted")
    sealed = sealed_of(await submission(stage, ann))
    assert pieces_in(sealed, everything(stage)), "it has to be found before"
    assert pieces_in(sealed, b"".join(copies(stage.folder, "before"))), "and in a copy"

    await acting.results(ann)[0].press("Forget my keys")
    await stage.slack.until(lambda: "as you asked" in acting.results(ann)[0].words)
    for copy in stage.folder.glob("before*"):
        copy.unlink()
    await until_shredded(stage, sealed)

    assert not any(pieces_in(sealed, copy) for copy in copies(stage.folder, "after"))


@pytest.mark.parametrize("preset", ["general_only", "withdrawal_on"])
async def test_after_a_verdict_that_ends_it_no_byte_is_left_either(stage: Stage, preset: str) -> None:
    ann = stage.cast.ann
    stage.kucoin.faults.add(Fault.LATE, seconds=1.5)
    await acting.submits(ann, stage.kucoin.issue(preset))
    sealed = sealed_of(await submission(stage, ann))
    assert pieces_in(sealed, everything(stage)), "it has to be found before"

    await acting.gets_result(stage, ann)
    await until_shredded(stage, sealed)

    assert not any(pieces_in(sealed, copy) for copy in copies(stage.folder, "after"))


async def until_shredded(stage: Stage, sealed: bytes) -> None:
    """The shredder takes a second or two."""
    for _ in range(100):
        if not pieces_in(sealed, everything(stage)):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("some of what was sealed is left")


def copies(folder: Path, name: str) -> list[bytes]:
    """What ``VACUUM INTO`` writes, and what SQLite's own backup does."""
    with closing(sqlite3.connect(folder / "keydesk.db")) as live:
        live.execute("VACUUM INTO ?", [str(folder / f"{name}.vacuum")])
        with closing(sqlite3.connect(folder / f"{name}.backup")) as copy:
            live.backup(copy)
    return [(folder / f"{name}.{kind}").read_bytes() for kind in ("vacuum", "backup")]


async def test_an_operator_forgets_all_keys_while_keydesk_runs_and_the_clients_read_it(stage: Stage) -> None:
    ann = stage.cast.ann
    await has_result(stage, "ip_restricted")
    sealed = sealed_of(await submission(stage, ann))

    purged = await keydesk(stage, "purge", "--all")

    assert purged.stdout == "1 sealed value forgotten.\n", purged.stderr
    assert not pieces_in(sealed, everything(stage))
    await acting.results(ann)[0].press("Test again")
    dialog = await ann.dialog()
    await dialog.until(lambda shown: "We no longer hold these keys" in shown.words)


@pytest.mark.parametrize(
    ("preset", "why"),
    [("ip_restricted", "the client asked for it"), ("spot_trading_on", "they can do more than read")],
)
async def test_the_receipt_stands_in_the_result_and_in_the_audit(stage: Stage, preset: str, why: str) -> None:
    ann = stage.cast.ann
    await has_result(stage, preset)
    if preset == "ip_restricted":
        await acting.results(ann)[0].press("Forget my keys")
    await stage.slack.until(lambda: ". Held " in acting.results(ann)[0].words)

    audit = await keydesk(stage, "audit", "1")

    assert " s, forgotten " in acting.results(ann)[0].words
    assert f"had the keys forgotten, because {why}. They were held" in audit.stdout, audit.stderr


async def test_the_receipt_of_a_passed_retest_is_in_the_case_that_it_closes(stage: Stage) -> None:
    ann = stage.cast.ann
    key = stage.kucoin.issue("ip_restricted")
    await acting.checks_key(ann, key)
    stage.kucoin.edit(key, ip_whitelist=())
    await (await acting.gets_result(stage, ann)).press("Test again")
    await acting.gets_result(stage, ann, 2)

    audit = await keydesk(stage, "audit", "1")

    assert "because the test passed. They were held" in audit.stdout
    assert "State: closed" in audit.stdout
    card = await acting.card_of(stage, 1, "a later test passed")
    assert not any("had the keys forgotten" in reply.text for reply in card.thread), "the thread stays short"


async def test_new_keys_take_the_place_of_the_earlier_ones(stage: Stage) -> None:
    ann = stage.cast.ann
    await has_result(stage, "ip_restricted")
    earlier = await submission(stage, ann)
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))

    audit = await keydesk(stage, "audit", "1")

    assert (await submission(stage, ann)).id != earlier.id
    assert "because the client entered keys again" in audit.stdout

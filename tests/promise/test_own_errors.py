"""An error of our own ends no promise: the client is told, staff see it, and it is tried again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from bot.app import Tempo
from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage, staged
from tests.promise.test_stop_and_start import due_now
from validators.diagnosis import Diagnosis
from validators.exchange import Credentials, Reachability

BRISK = Tempo(pace_s=0.01, sweep_s=0.1, farewell_s=0.2, drain_s=0.2, grace_s=0.05)


class Broken:
    """A checker with a mistake that nobody foresaw, and that quotes what it was given."""

    asked = 0

    async def check(self, credentials: Credentials, account: str) -> Diagnosis:
        self.asked += 1
        raise ZeroDivisionError(f"no way with {credentials.to_dict()}")

    async def reachability(self) -> list[Reachability]:
        return []


async def test_a_mistake_in_a_check_is_told_kindly_and_the_next_try_settles_it(
    stage: Stage, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    ann, key = stage.cast.ann, stage.kucoin.issue("general_only")
    checkers: Any = stage.bot.app.key_tests._checking._checkers
    right, broken = checkers["kucoin"], Broken()
    checkers["kucoin"] = broken
    await acting.submits(ann, key)

    await stage.slack.until(lambda: acting.results(ann), timeout=60)

    assert broken.asked > 1, "a step is tried again before it is given up"
    (told,) = acting.results(ann)
    assert told.text.startswith("Could not tell")
    assert "by ourselves" in told.words
    card = await acting.card_of(stage, 1)
    checkers["kucoin"] = right
    await due_now(stage.settings["database_url"])
    assert "Passed" in (await acting.gets_result(stage, ann, 2)).text
    await stage.slack.until(lambda: "passed" in card.words)
    assert len(acting.cards(stage)) == 1
    said = caplog.text + "".join(capfd.readouterr())
    assert "ZeroDivisionError" in said, "nothing was logged, so silence proves nothing"
    for secret in (key.key, key.secret, key.passphrase):
        assert secret not in said


@pytest.mark.parametrize("state", ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"])
async def test_work_that_the_engine_has_given_up_is_settled_by_the_watch(state: str) -> None:
    """Starting it again does nothing then: to the engine it has ended."""
    async with staged(tempo=BRISK) as stage:
        ann = stage.cast.ann
        stage.kucoin.faults.add(Fault.SLOW)
        await acting.submits(ann, stage.kucoin.issue("general_only"))
        await stage.slack.until(lambda: "Testing…" in ann.dialogs[-1].words)
        await stage.stop()
        assert acting.results(ann) == []
        with closing(sqlite3.connect(stage.folder / "keydesk.db.engine")) as engine, engine:
            ended = "UPDATE workflow_status SET status = ? WHERE name = 'test_key'"
            assert engine.execute(ended, (state,)).rowcount == 1
        stage.kucoin.faults.clear()

        await stage.start()

        assert "Could not tell" in (await acting.gets_result(stage, ann)).text
        await acting.card_of(stage, 1)
        await due_now(stage.settings["database_url"])
        assert "Passed" in (await acting.gets_result(stage, ann, 2)).text
        assert len(acting.results(ann)) == 2

"""`keydesk prove`: every promise is kept; and where one is not, it says so and which."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing

import pytest

from bot.demo import proving
from bot.demo.kucoin import SeenRequest
from bot.demo.proving import PROMISES, Outcome, Promise, prove
from bot.demo.proving.scene import Scene, Unproved, opened
from bot.demo.workspace.records import Call
from bot.seal import new_key

NUMBERS = [f"P{number}" for number in range(1, 19)]


async def test_every_promise_is_kept_and_says_its_evidence(log_as_before: None) -> None:
    said: list[str] = []

    assert await prove(said.append) == 0, "\n".join(said)

    assert [line.split()[0] for line in said[:-1]] == NUMBERS
    assert all(line.split()[1] == "pass" and len(line.splitlines()) == 2 for line in said[:-1])
    assert said[-1].strip() == "18 of 18 promises kept."


def test_no_promise_of_the_checklist_is_left_out() -> None:
    assert [promise.number for promise in PROMISES] == NUMBERS


async def test_a_broken_promise_is_marked_and_ends_with_one(
    log_as_before: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(scene: Scene) -> str:
        raise Unproved("a POST was sent")

    async def breaking(scene: Scene) -> str:
        raise ValueError("with a secret in it")

    three = (Promise("P1", "a", broken), Promise("P2", "b", breaking), PROMISES[15])
    monkeypatch.setattr(proving, "PROMISES", three)
    said: list[str] = []

    assert await prove(said.append) == 1

    assert said[0].split() == ["P1", "FAIL", "a", "a", "POST", "was", "sent"]
    assert "the check itself broke: ValueError" in said[1]
    assert "secret" not in said[1]
    assert said[2].split()[1] == Outcome.PASS
    assert "1 of 3 promises kept" in said[3]


@pytest.fixture
async def scene(log_as_before: None) -> AsyncIterator[Scene]:
    async with opened() as played:
        yield played


def _sends_a_post(scene: Scene) -> None:
    scene.stage.kucoin.requests.append(SeenRequest(0, "spot", "POST", "/x", "", None, None))


def _lets_a_trader_pass(scene: Scene) -> None:
    scene.told["withdrawal_on"] = "Passed: KuCoin"


def _writes_a_key_into_a_file(scene: Scene) -> None:
    (scene.stage.folder / "dump").write_text(scene.canaries[0].secret[::-1], encoding="utf-8")


def _logs_a_passphrase(scene: Scene) -> None:
    scene.log.write(f'{{"event": "x", "why": "{scene.canaries[1].passphrase.encode().hex()}"}}')


def _tells_slack_a_key(scene: Scene) -> None:
    view = {"private_metadata": scene.canaries[-1].key}
    scene.stage.slack.calls.append(Call(0.0, "views.open", {"view": view}, "bot", True))


def _loses_the_key_that_seals(scene: Scene) -> None:
    scene.stage.settings["secret_keys"] = new_key()


def _lets_the_history_be_changed(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.stage.folder / "keydesk.db", timeout=60)) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")


def _blames_the_client(scene: Scene) -> None:
    scene.told["maintenance"] = "Could not tell: ✗ Secret matches"


def _takes_whatever_is_signed_by_nobody(scene: Scene) -> None:
    scene.stage.slack._core.tokens.signing_secret = "another"


@pytest.mark.parametrize(
    ("number", "breaks"),
    [
        ("P1", _sends_a_post),
        ("P2", _lets_a_trader_pass),
        ("P3", _writes_a_key_into_a_file),
        ("P4", _logs_a_passphrase),
        ("P5", _tells_slack_a_key),
        ("P6", _loses_the_key_that_seals),
        ("P9", _takes_whatever_is_signed_by_nobody),
        ("P12", _lets_the_history_be_changed),
        ("P13", _blames_the_client),
    ],
)
async def test_what_breaks_a_promise_is_noticed(
    scene: Scene, number: str, breaks: Callable[[Scene], None]
) -> None:
    (promise,) = [promise for promise in PROMISES if promise.number == number]
    breaks(scene)

    proof = await proving._proof(promise, scene)

    assert proof.outcome is Outcome.FAIL
    assert not any(canary.found_in(proof.evidence.encode()) for canary in scene.canaries)

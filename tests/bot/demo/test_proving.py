"""`keydesk prove`: every promise is kept; and where one is not, it says so and which."""

from __future__ import annotations

import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from bot.demo import proving
from bot.demo.kucoin import Fault, SeenRequest
from bot.demo.proving import PROMISES, Outcome, Promise, papers, prove
from bot.demo.proving.scene import Scene, Unproved, opened
from bot.demo.workspace.records import Call
from bot.manifest import manifest_text
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


async def _lets_the_history_be_changed(scene: Scene) -> None:
    for name in ("update", "delete"):
        await _rows(scene, f"DROP TRIGGER case_event_no_{name}")


def _blames_the_client(scene: Scene) -> None:
    scene.told["maintenance"] = "Could not tell: ✗ Secret matches"


def _takes_whatever_is_signed_by_nobody(scene: Scene) -> None:
    scene.stage.slack._core.tokens.signing_secret = "another"


async def _rows(scene: Scene, statement: str, **values: str) -> None:
    async with scene.stage.bot.app.db.writing() as session:
        await session.exec(text(statement), params=values)  # type: ignore[call-overload]  # SQLModel knows selects only


async def _keeps_a_copy_of_what_was_sealed(scene: Scene) -> None:
    sealed = (await scene.given(scene.stage.cast.ann)).sealed or b""
    (scene.stage.folder / "old.backup").write_bytes(sealed)


def _makes_a_client_staff(scene: Scene) -> None:
    cast = scene.stage.cast
    scene.stage.slack.admin.set_usergroup(scene.stage.usergroup, [cast.sue, cast.ben])
    scene.stage.bot.app.kit.staff.forget()


def _takes_one_client_for_another(scene: Scene) -> None:
    object.__setattr__(scene.stage.cast, "ben", scene.stage.cast.ann)


async def _loses_a_client(scene: Scene) -> None:
    ben = scene.stage.cast.ben.user_id
    await _rows(scene, "UPDATE submission SET user_id = 'U0' WHERE user_id = :ben", ben=ben)


async def _counts_no_test(scene: Scene) -> None:
    await _rows(scene, "UPDATE attempt SET asked_by = 'keydesk'")


def _is_asked_over_and_over(scene: Scene) -> None:
    scene.stage.kucoin.faults.add(Fault.INTERNAL_500)


BREAKERS: list[tuple[str, Callable[[Scene], Awaitable[None] | None], str]] = [
    ("P1", _sends_a_post, "something other than GET arrived"),
    ("P2", _lets_a_trader_pass, "withdrawal_on was not refused"),
    ("P13", _blames_the_client, "counted against the key"),
    ("P4", _logs_a_passphrase, "log: passphrase (hex)"),
    ("P5", _tells_slack_a_key, "Slack call views.open"),
    ("P3", _writes_a_key_into_a_file, "file dump: "),
    ("P6", _loses_the_key_that_seals, "the check itself broke: SealBroken"),
    ("P12", _lets_the_history_be_changed, "UPDATE of the history was taken"),
    ("P7", _keeps_a_copy_of_what_was_sealed, "some of the sealed key is left"),
    ("P11", _takes_one_client_for_another, "one client's button reached another's keys"),
    ("P10", _makes_a_client_staff, "a client could triage"),
    ("P17", _counts_no_test, "a person's test was not refused"),
    ("P14", _loses_a_client, "a client is not listed"),
    ("P18", _is_asked_over_and_over, "one check made"),
    ("P9", _takes_whatever_is_signed_by_nobody, "a rightly signed request was refused"),
]
"""In an order in which what one has broken does not stand in the way of the next."""


@pytest.mark.timeout(180)
async def test_what_breaks_a_promise_is_noticed(log_as_before: None) -> None:
    async with opened() as scene:
        for number, breaks, seen in BREAKERS:
            (promise,) = [promise for promise in PROMISES if promise.number == number]
            if (breaking := breaks(scene)) is not None:
                await breaking

            proof = await proving._proof(promise, scene)

            assert (proof.outcome, seen in proof.evidence) == (Outcome.FAIL, True), f"{number}: {proof}"
            assert not any(canary.found_in(proof.evidence.encode()) for canary in scene.canaries)


def _asks_for_more(top: Path, manifest: str) -> str:
    return manifest.replace("- im:write #", "- files:read # we may want them one day\n      - im:write #")


def _locks_without_a_hash(top: Path, manifest: str) -> str:
    lock = (top / "uv.lock").read_text(encoding="utf-8")
    (top / "uv.lock").write_text(lock.replace('hash = "sha256:', 'was = "sha256:', 1), encoding="utf-8")
    return manifest


def _locks_another_version(top: Path, manifest: str) -> str:
    lock = (top / "uv.lock").read_text(encoding="utf-8")
    changed = re.sub(r'(name = "cryptography"\nversion = ")[^"]+', r"\g<1>0.0.1", lock)
    (top / "uv.lock").write_text(changed, encoding="utf-8")
    return manifest


def _says_nothing_of_limits(top: Path, manifest: str) -> str:
    readme = (top / "README.md").read_text(encoding="utf-8")
    (top / "README.md").write_text(readme.replace("### What we cannot promise", ""), encoding="utf-8")
    return manifest


OF_PAPERS = [
    ("P8", _asks_for_more),
    ("P15", _locks_without_a_hash),
    ("P15", _locks_another_version),
    ("P16", _says_nothing_of_limits),
]


@pytest.mark.parametrize(("number", "breaks"), OF_PAPERS)
async def test_what_breaks_a_promise_of_the_papers_is_noticed(
    number: str, breaks: Callable[[Path, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("uv.lock", "README.md"):
        shutil.copy(papers.TOP / name, tmp_path / name)
    manifest = breaks(tmp_path, manifest_text())
    monkeypatch.setattr(papers, "TOP", tmp_path)
    monkeypatch.setattr(papers, "manifest_text", lambda: manifest)
    (promise,) = [promise for promise in PROMISES if promise.number == number]

    proof = await proving._proof(promise, cast("Scene", None))

    assert proof.outcome is Outcome.FAIL
    assert "broke" not in proof.evidence


def test_each_promise_was_seen_broken() -> None:
    """By one of the two tests above."""
    assert {number for number, *_ in [*BREAKERS, *OF_PAPERS]} == set(NUMBERS)

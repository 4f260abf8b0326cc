"""Promises about who may: staff, clients among each other, and whoever sifts keys."""

from __future__ import annotations

from dataclasses import replace

from bot.demo import acting
from bot.demo.kucoin import IssuedKey
from bot.demo.proving.scene import HELD, Scene, ensure
from bot.demo.workspace import Fault, Person
from bot.key_test import TestPolicy

REFUSED = "for our support team"
UNKNOWN = "could not tell us who is on the support team"


async def staff_only(scene: Scene) -> str:
    """A client's command and press are refused; and a staff member's, where Slack does not answer."""
    stage = scene.stage
    ensure(REFUSED in await _answer(scene, stage.cast.ben), "a client could triage")
    stage.bot.app.kit.staff.forget()
    stage.slack.faults.add("usergroups.users.list", Fault.INTERNAL_ERROR, times=None)
    stage.bot.app.kit.staff.forget()
    ensure(
        UNKNOWN in await _answer(scene, stage.cast.sue), "somebody triaged although Slack did not say who may"
    )
    stage.slack.faults.clear()
    stage.bot.app.kit.staff.forget()
    ensure(
        "Case 1" in await _answer(scene, stage.cast.sue), "staff were refused, so a refusal proves nothing"
    )
    return "A client was refused; staff were too while Slack did not say who they are; then they were let in."


async def _answer(scene: Scene, person: Person) -> str:
    """What this person alone reads after `/triage`."""
    place = scene.stage.general

    def answers() -> list[str]:
        return [message.words for message in person.sees(place) if message.ephemeral]

    before = len(answers())
    await person.command("/triage", "list all", channel=place)
    await scene.stage.slack.until(lambda: len(answers()) > before)
    return answers()[-1]


async def apart(scene: Scene) -> str:
    """Ann's keys are held; Ben presses her buttons with her ids, and looks at his Home tab."""
    stage = scene.stage
    await scene.tests(stage.cast.ann, HELD)
    held = await scene.given(stage.cast.ann)
    message = acting.results(stage.cast.ann)[-1]
    stolen = [delivery for delivery in stage.slack.deliveries if delivery.kind == "interactive"]
    for action in ("test_again", "forget_keys", "ask_support"):
        await stage.slack.deliver("interactive", _forged(scene, action, held.id, message.ts))
    await stage.bot.app.kit.underway.drained(3)
    after = await scene.given(stage.cast.ann)
    ensure(bool(stolen) and after.sealed == held.sealed, "one client's button reached another's keys")
    home = await stage.cast.ben.opens_home()
    await home.until(lambda shown: "Test an API key" in shown.buttons)
    ensure(held.masked_key not in home.words, "a Home tab shows another client's key")
    return (
        "Three forged presses with another client's ids changed nothing; a Home tab shows its own person's."
    )


def _forged(scene: Scene, action: str, value: str, ts: str) -> dict[str, object]:
    ben = scene.stage.cast.ben
    return {
        "type": "block_actions",
        "team": {"id": ben.team_id},
        "user": {"id": ben.user_id, "team_id": ben.team_id},
        "trigger_id": f"forged-{action}",
        "container": {"type": "message", "message_ts": ts},
        "actions": [{"type": "button", "block_id": "b", "action_id": action, "value": value}],
    }


async def limits(scene: Scene) -> str:
    """One test more by a person, with a key, or by everybody than is allowed: refused, with its hour."""
    stage = scene.stage
    ben, sue, key = stage.cast.ben, stage.cast.sue, stage.kucoin.issue(HELD)
    before = _asked(scene)
    usual = stage.bot.app.key_tests.policy
    words = await _refused(scene, ben, key, replace(usual, tests_per_hour=1))
    ensure("many tests in one hour" in words and "again" in words, "a person's test was not refused")
    words = await _refused(scene, sue, scene.held, replace(usual, tests_per_hour=1))
    ensure("many tests in one hour" in words, "one key was tested without end")
    words = await _refused(scene, ben, key, replace(usual, keys_per_hour=1))
    ensure("many different keys" in words, "a person tested ever more keys")
    words = await _refused(scene, sue, key, replace(usual, all_tests_per_hour=1))
    ensure("has to wait" in words, "everybody together was not limited")
    ensure(_asked(scene) == before, "the exchange was asked all the same")
    await stage.slack.until(lambda: _staff_read(scene, "was refused: too many", "Nobody can test just now"))
    return (
        "Beyond each limit, of a person, of a key, of different keys, of everybody: refused with the moment "
        f"it works again, not asked, staff told. {usual.all_tests_per_hour} tests an hour by everybody."
    )


def _staff_read(scene: Scene, *notes: str) -> bool:
    seen = " ".join(message.text for message in scene.stage.cast.sue.sees(scene.stage.staff_channel))
    return all(note in seen for note in notes)


def _asked(scene: Scene) -> int:
    return sum(1 for one in scene.stage.kucoin.requests if one.key_id)


async def _refused(scene: Scene, person: Person, key: IssuedKey, policy: TestPolicy) -> str:
    """What the dialog says of this key under that policy."""
    key_tests = scene.stage.bot.app.key_tests
    usual, key_tests.policy = key_tests.policy, policy
    try:
        await acting.submits(person, key)
        dialog = await person.dialog()
    finally:
        key_tests.policy = usual
    words = dialog.words
    await dialog.close(all_of_them=True)
    return words

"""`/triage retest`: with the keys that are held, else by asking the client."""

from __future__ import annotations

from datetime import timedelta

from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage, staged
from tests.bot.slack.desk import FREE, acts_of, hears, in_thread, is_closed, opens_case, triage


async def test_held_keys_are_tested_again_and_the_pass_closes_the_case(either_stage: Stage) -> None:
    stage, ann = either_stage, either_stage.cast.ann
    key = stage.kucoin.issue("ip_restricted")
    await acting.checks_key(ann, key)
    card = await acting.card_of(stage, 1)
    stage.kucoin.edit(key, ip_whitelist=())

    answer = await triage(stage, stage.cast.sue, "retest 1")

    assert "The keys of case 1 are still held, so the test runs again now." in answer.words
    await hears(stage, ann, "Passed")
    await stage.slack.until(lambda: card.buttons == [])
    await in_thread(stage, card, "@Sue Support ran the test again with the keys that are still held.")
    assert await is_closed(stage)


async def test_staff_see_no_key_and_type_none(stage: Stage) -> None:
    key = stage.kucoin.issue("ip_restricted")
    await acting.checks_key(stage.cast.ann, key)
    await acting.card_of(stage, 1)

    await triage(stage, stage.cast.sue, "retest 1")
    await stage.slack.until(lambda: len(acting.results(stage.cast.ann)) == 2)

    assert key.key[:4] in str([call.arguments for call in stage.slack.calls])
    for part in (key.key, key.secret, key.passphrase):
        assert part not in str([call.arguments for call in stage.slack.calls])


async def test_without_keys_the_client_is_asked_and_can_start_at_once() -> None:
    async with staged(secret_ttl=timedelta(0), **FREE) as stage:
        card = await opens_case(stage, stage.cast.ann)

        answer = await triage(stage, stage.cast.sue, "retest 1")

        assert answer.words == "No keys are held for case 1, so @Ann Archer was asked to test again."
        message = await hears(stage, stage.cast.ann, "asks you to test your KuCoin Spot/Margin key again")
        assert message.buttons == ["Test an API key", "Reply"]
        await in_thread(stage, card, "@Sue Support asked the client for a retest.")
        await message.press("Test an API key")
        assert (await stage.cast.ann.dialog()).submit_text == "Test Keys"


async def test_keys_that_were_dangerous_are_gone_so_the_client_is_asked(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann, "withdrawal_on")

    assert "No keys are held" in (await triage(stage, stage.cast.sue, "retest 1")).words


async def test_a_test_that_waits_for_its_turn_is_brought_forward(stage: Stage) -> None:
    ann, key = stage.cast.ann, stage.kucoin.issue()
    stage.kucoin.faults.add(Fault.DOWN)
    await acting.checks_key(ann, key)
    await acting.card_of(stage, 1, "Could not tell")
    stage.kucoin.faults.clear()

    await triage(stage, stage.cast.sue, "retest 1")

    await hears(stage, ann, "Passed")
    assert (await acts_of(stage)).count("retest_run") == 1


async def test_while_a_test_runs_no_second_one_is_started(stage: Stage) -> None:
    ann = stage.cast.ann
    await opens_case(stage, ann)
    stage.kucoin.latency_s = 1.0
    await triage(stage, stage.cast.sue, "retest 1")

    assert "already running" in (await triage(stage, stage.cast.sam, "retest 1")).words
    stage.kucoin.latency_s = 0.0
    await stage.slack.until(lambda: len(acting.results(ann)) == 2)
    assert (await acts_of(stage)).count("retest_run") == 1

"""A client types a key into the private dialog and gets a complete and right verdict in private."""

from __future__ import annotations

import pytest

from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage

REQUIREMENTS = [
    "Key found at KuCoin",
    "Secret matches",
    "Passphrase matches",
    "General (read) is on",
    "Trade is off",
    "Transfer is off",
    "IP restriction is No",
    "Validity is Permanent",
    "Account data can be read",
]


def marks(words: str) -> dict[str, str]:
    """Requirement → its mark, as it stands in what a person reads."""
    return {
        requirement: line[0]
        for line in words.splitlines()
        for requirement in REQUIREMENTS
        if line[1:].startswith(f" {requirement}")
    }


@pytest.mark.parametrize("account", ["Spot/Margin", "Futures"])
async def test_a_right_key_passes_with_nine_marks_and_is_told_what_comes_next(
    either_stage: Stage, account: str
) -> None:
    ann = either_stage.cast.ann

    dialog = await acting.checks_key(ann, either_stage.kucoin.issue("general_only"), account)
    message = await acting.gets_result(either_stage, ann)

    for words in (dialog.words, message.words, message.text):
        assert words.count("Passed: KuCoin") == 1
        assert marks(words) == dict.fromkeys(REQUIREMENTS, "✓")
        assert "Client Portal" in words
        assert "forgotten" in words
    assert "Test again" not in message.buttons
    assert acting.cards(either_stage) == []


async def test_everything_that_is_wrong_is_told_in_one_answer_worst_first(stage: Stage) -> None:
    dialog = await acting.checks_key(stage.cast.ann, stage.kucoin.issue("everything_wrong"))

    told = dialog.words
    order = [
        told.index(fault) for fault in ("can withdraw", "can trade", "IP restriction is set", "not permanent")
    ]
    assert order == sorted(order)
    assert {r for r, mark in marks(told).items() if mark == "✗"} == {
        "Trade is off",
        "Transfer is off",
        "IP restriction is No",
        "Validity is Permanent",
    }


async def test_a_fault_is_fixed_and_the_same_keys_pass_without_typing(stage: Stage) -> None:
    ann = stage.cast.ann
    key = stage.kucoin.issue("ip_restricted")
    await acting.checks_key(ann, key)
    wrong = await acting.gets_result(stage, ann)
    assert "set IP restriction to No" in wrong.words
    assert (await acting.card_of(stage, 1)).buttons[0] == "Claim"

    stage.kucoin.edit(key, ip_whitelist=())
    await wrong.press("Test again")

    assert "Passed" in (await acting.gets_result(stage, ann, 2)).words
    closed = await acting.card_of(stage, 1, "a later test passed")
    assert closed.buttons == []


async def test_closing_the_dialog_early_loses_nothing(stage: Stage) -> None:
    ann = stage.cast.ann
    stage.kucoin.latency_s = 0.2
    await acting.submits(ann, stage.kucoin.issue("spot_trading_on"))
    await (await ann.dialog()).close()

    assert "Needs a fix" in (await acting.gets_result(stage, ann)).text


async def test_one_client_sees_nothing_of_another_and_no_channel_hears_of_a_test(stage: Stage) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    await acting.checks_key(ann, stage.kucoin.issue("spot_trading_on"))
    await acting.gets_result(stage, ann)
    await acting.card_of(stage, 1)

    home = await ben.opens_home()
    await home.until(lambda shown: "Test an API key" in shown.buttons)

    assert ben.direct_messages == []
    assert "Spot/Margin" not in home.words
    assert stage.cast.sue.sees(stage.general) == []


async def test_a_wrong_shape_is_told_at_its_field_and_nothing_is_sent_or_stored(stage: Stage) -> None:
    ann = stage.cast.ann
    key = stage.kucoin.issue()
    dialog = await acting.opens_dialog(ann)
    acting.fills(dialog, key.key, key.secret, "123456")

    answered = await dialog.submit()

    assert set(answered.errors) == {"API Passphrase"}
    assert "trading password" in answered.errors["API Passphrase"]
    assert [seen for seen in stage.kucoin.requests if "user/api-key" in seen.path] == []
    assert acting.cards(stage) == []


async def test_an_odd_value_is_let_through_when_it_is_submitted_a_second_time(stage: Stage) -> None:
    ann = stage.cast.ann
    dialog = await acting.opens_dialog(ann)
    acting.fills(dialog, "an-odd-but-possible-key", stage.kucoin.issue().secret, "Read-only-1")
    first = await dialog.submit()
    assert set(first.errors) == {"API Key"}

    second = await dialog.submit()

    assert second.errors == {}
    assert "Needs a fix" in (await acting.sees_result(ann)).words


@pytest.mark.parametrize(
    "fault",
    [
        Fault.DOWN,
        Fault.NOT_JSON,
        Fault.CLOUDFRONT_403,
        Fault.CLOUDFLARE_1015,
        Fault.INTERNAL_500,
        Fault.REGION_US,
        Fault.UNKNOWN_CODE,
        Fault.WRONG_TYPES,
    ],
)
async def test_a_fault_of_the_venue_never_blames_the_client(stage: Stage, fault: Fault) -> None:
    stage.kucoin.faults.add(fault)

    dialog = await acting.checks_key(stage.cast.ann, stage.kucoin.issue("general_only"))

    assert "Could not tell" in dialog.words
    assert "✗" not in dialog.words
    assert "try again by ourselves" in dialog.words
    assert "Test again" in dialog.buttons


@pytest.mark.parametrize("preset", ["spot_trading_on", "unknown_permission", "withdrawal_on"])
async def test_a_dangerous_key_is_forgotten_at_once_and_staff_are_called(stage: Stage, preset: str) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue(preset))

    message = await acting.gets_result(stage, ann)
    assert "Test again" not in message.buttons
    assert "Your keys are forgotten, because they can do more than read" in message.words
    card = await acting.card_of(stage, 1)
    await stage.slack.until(lambda: any("needs you" in reply.text for reply in card.thread))


async def test_forget_my_keys_forgets_now_and_takes_the_buttons_away(stage: Stage) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    message = await acting.gets_result(stage, ann)
    assert {"Test again", "Forget my keys"} <= set(message.buttons)

    await message.press("Forget my keys")

    await stage.slack.until(lambda: "as you asked" in acting.results(ann)[0].words)
    assert not {"Test again", "Forget my keys"} & set(acting.results(ann)[0].buttons)


async def test_nothing_but_get_ever_leaves(stage: Stage) -> None:
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("everything_wrong"))

    assert stage.kucoin.requests
    assert {seen.method for seen in stage.kucoin.requests} == {"GET"}

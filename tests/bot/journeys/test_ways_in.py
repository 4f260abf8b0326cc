"""Every way in opens the same private dialog, for everybody who may use it; none takes a key as text."""

from __future__ import annotations

from bot.demo import acting
from bot.demo.stage import Stage

LEAK = "key 670c42f1a1b2c3d4e5f60718 secret f03a5284-5c39-4aaa-9b20-dea10bdcf8e3"


async def test_the_command_ignores_text_and_warns_about_a_key_without_an_echo(either_stage: Stage) -> None:
    ann = either_stage.cast.ann

    await ann.command("/test-keys", LEAK, channel=either_stage.general)

    assert (await ann.dialog()).labels == ["Account", "API Key", "API Secret", "API Passphrase"]
    await either_stage.slack.until(lambda: any(m.ephemeral for m in ann.sees(either_stage.general)))
    warning = next(m for m in ann.sees(either_stage.general) if m.ephemeral)
    assert "looked like an API key" in warning.text
    assert "f03a5284" not in warning.text
    assert all(not m.ephemeral for m in either_stage.cast.ben.sees(either_stage.general))


async def test_the_shortcut_opens_the_dialog(either_stage: Stage) -> None:
    await either_stage.cast.ann.shortcut("test_keys")

    assert (await either_stage.cast.ann.dialog()).title == "Test your API keys"


async def test_the_home_tab_has_the_button(stage: Stage) -> None:
    ann = stage.cast.ann
    home = await ann.opens_home()
    await home.until(lambda shown: "Test an API key" in shown.buttons)

    await ann.home.press("Test an API key")

    assert (await ann.dialog()).submit_text == "Test Keys"


async def test_a_direct_message_is_answered_with_the_button(either_stage: Stage) -> None:
    ann = either_stage.cast.ann
    await ann.direct_message("hello, are you there?")

    await either_stage.slack.until(lambda: any(m.by_bot for m in ann.direct_messages))
    answer = next(m for m in ann.direct_messages if m.by_bot)
    assert answer.buttons == ["Test an API key"]
    await answer.press("Test an API key")
    assert (await ann.dialog()).title == "Test your API keys"


async def test_a_key_in_a_direct_message_is_never_processed_and_its_writer_is_warned(stage: Stage) -> None:
    ann = stage.cast.ann
    await ann.direct_message(LEAK)

    await stage.slack.until(lambda: any(m.by_bot for m in ann.direct_messages))
    answer = next(m for m in ann.direct_messages if m.by_bot)
    assert "delete that key" in answer.text
    assert "Step Three" in answer.text
    assert "f03a5284" not in answer.text
    assert [seen for seen in stage.kucoin.requests if "user/api-key" in seen.path] == []


async def test_somebody_from_another_company_gets_in_by_the_button_and_gets_a_private_result(
    either_stage: Stage,
) -> None:
    eve = either_stage.cast.external
    await eve.direct_message("hello")
    await either_stage.slack.until(lambda: any(m.by_bot for m in eve.direct_messages))
    await next(m for m in eve.direct_messages if m.by_bot).press("Test an API key")
    dialog = await eve.dialog()
    key = either_stage.kucoin.issue("spot_trading_on")
    acting.fills(dialog, key.key, key.secret, key.passphrase)

    await dialog.submit()

    assert "Needs a fix" in (await acting.gets_result(either_stage, eve)).text
    assert "another company" in (await acting.card_of(either_stage, 1)).words
    assert either_stage.cast.sue.sees(either_stage.shared) == []


async def test_a_guest_gets_a_result_by_the_command_where_the_workspace_allows_it(stage: Stage) -> None:
    stage.slack.guests_may_use_apps = True

    dialog = await acting.checks_key(stage.cast.guest, stage.kucoin.issue("general_only"))

    assert "Passed" in dialog.words


async def test_the_buttons_work_in_the_dialog_as_well(stage: Stage) -> None:
    ann = stage.cast.ann
    key = stage.kucoin.issue("ip_restricted")
    dialog = await acting.checks_key(ann, key)
    stage.kucoin.edit(key, ip_whitelist=())

    await dialog.press("Test again")
    passed = await ann.dialog()
    await passed.until(lambda shown: "Passed:" in shown.words)

    assert len(ann.dialogs) == 1


async def test_enter_keys_again_opens_an_empty_dialog(stage: Stage) -> None:
    ann = stage.cast.ann
    dialog = await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))

    await dialog.press("Enter keys again")
    await (await ann.dialog()).until(lambda shown: "API Key" in shown.labels)

    again = await ann.dialog()
    assert not any(again.values.get(label) for label in ("API Key", "API Secret", "API Passphrase"))
    right = stage.kucoin.issue("general_only")
    acting.fills(again, right.key, right.secret, right.passphrase)
    await again.submit()
    assert "Passed" in (await acting.gets_result(stage, ann, 2)).text


async def test_ask_support_calls_people_and_passes_words_on(stage: Stage) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    message = await acting.gets_result(stage, ann)

    await message.press("Ask support")
    await (await ann.dialog()).until(lambda shown: "Message to support" in shown.labels)
    dialog = await ann.dialog()
    dialog.fill("Message to support", "I cannot find *that* button <!channel>")
    await dialog.submit()

    card = await acting.card_of(stage, 1, "The client asks for support")
    await stage.slack.until(lambda: any("needs you" in reply.text for reply in card.thread))
    await stage.slack.until(lambda: any("cannot find" in reply.text for reply in card.thread))
    assert not any("<!channel>" in reply.text for reply in card.thread)


async def test_a_key_in_words_to_support_is_stopped_at_the_dialog(stage: Stage) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    await (await acting.gets_result(stage, ann)).press("Ask support")
    await (await ann.dialog()).until(lambda shown: "Message to support" in shown.labels)
    dialog = await ann.dialog()
    dialog.fill("Message to support", LEAK)

    answered = await dialog.submit()

    assert "looks like an API key" in answered.errors["Message to support"]

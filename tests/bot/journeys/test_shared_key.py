"""Two people test one key: staff see both, and neither hears of the other."""

from __future__ import annotations

from bot.demo import acting
from bot.demo.stage import Stage


async def test_staff_see_who_else_has_the_key_and_the_clients_do_not(stage: Stage) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    key = stage.kucoin.issue("ip_restricted")
    await acting.checks_key(ann, key)
    await acting.card_of(stage, 1)
    dialog = await acting.checks_key(ben, key)
    message = await acting.gets_result(stage, ben)

    card = await acting.card_of(stage, 2, "More than one person has tested this same key")
    await stage.slack.until(lambda: any(f"given by <@{ann.user_id}>" in reply.text for reply in card.thread))
    await stage.slack.until(lambda: any("needs you" in reply.text for reply in card.thread))
    for words in (dialog.words, message.words, message.text, str(message.blocks)):
        assert "Needs a fix" in words
        for part in (ann.user_id, "Ann", "same key", "More than one person"):
            assert part not in words


async def test_a_shared_key_that_passes_is_noted_in_the_staff_channel(stage: Stage) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    key = stage.kucoin.issue("general_only")
    for person in (ann, ben):
        await acting.checks_key(person, key)
        assert "Passed" in (await acting.gets_result(stage, person)).text

    def noted() -> list[str]:
        return [m.text for m in stage.cast.sue.sees(stage.staff_channel) if "gave too" in m.text]

    await stage.slack.until(noted)
    (note,) = noted()
    assert note.startswith(f"<@{ben.user_id}> tested the key {key.key[:4]}")
    assert f"<@{ann.user_id}> gave too" in note
    assert key.key not in note

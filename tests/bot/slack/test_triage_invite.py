"""`/triage invite`: the message that everybody can press, people of other companies too."""

from __future__ import annotations

import pytest

from bot.demo.stage import Stage
from bot.demo.workspace import Fault
from bot.slack.greeting import INVITATION
from tests.bot.slack.desk import hears, triage


async def test_the_message_stands_in_the_channel_and_opens_the_dialog_for_an_outsider(
    either_stage: Stage,
) -> None:
    stage, eve = either_stage, either_stage.cast.external

    answer = await triage(stage, stage.cast.sue, "invite", channel=stage.shared)

    assert answer.words.startswith("Posted.")
    await stage.slack.until(lambda: any(INVITATION in m.words for m in eve.sees(stage.shared)))
    (message,) = [m for m in eve.sees(stage.shared) if INVITATION in m.words]
    assert message.by_bot
    assert INVITATION in message.text
    await message.press("Test an API key")
    assert (await eve.dialog()).title == "Test your API keys"


async def test_each_time_it_is_typed_there_is_one_message(stage: Stage) -> None:
    await triage(stage, stage.cast.sue, "invite", channel=stage.general)
    delivery = next(d for d in reversed(stage.slack.deliveries) if d.kind == "slash_commands")

    await stage.slack.redeliver(delivery)  # Slack's own redelivery is not a second wish
    await triage(stage, stage.cast.sue, "invite", channel=stage.general)

    def posted() -> list[object]:
        return [m for m in stage.cast.ann.sees(stage.general) if INVITATION in m.words]

    await stage.slack.until(lambda: len(posted()) == 2)
    assert await stage.bot.app.outbox.drained(2)
    assert len(posted()) == 2


@pytest.mark.parametrize("private", [False, True])
async def test_where_the_bot_is_not_it_says_how_to_invite_it(stage: Stage, private: bool) -> None:
    sue = stage.cast.sue
    elsewhere = stage.slack.add_channel("elsewhere", private=private, members=[sue], bot=False)

    await sue.command("/triage", "invite", channel=elsewhere)

    answer = await hears(stage, sue, "I am not in this channel")
    assert "/invite @Keydesk" in answer.words
    assert sue.sees(elsewhere) == []


async def test_in_a_direct_message_it_says_where_to_type_it(stage: Stage) -> None:
    await stage.cast.sue.command("/triage", "invite")

    answer = await hears(stage, stage.cast.sue, "posts the “Test an API key” message into the channel")
    assert "Please type it in a channel" in answer.words


async def test_where_slack_does_not_say_whether_the_bot_is_there_it_is_tried(stage: Stage) -> None:
    stage.slack.faults.add("conversations.info", Fault.DROP_BEFORE_STORE, times=None)

    answer = await triage(stage, stage.cast.sue, "invite", channel=stage.general)

    assert answer.words.startswith("Posted.")
    ann = stage.cast.ann
    await stage.slack.until(lambda: any(INVITATION in m.words for m in ann.sees(stage.general)))

"""However Slack fails while what was said twice is taken back: in the end it stands there once."""

from __future__ import annotations

import pytest

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.outbox.turn import Turn
from bot.slack.delivery import EVENT_TYPE
from tests.promise.outbox_watch import all_said, sent_row
from tests.promise.slack_harm import HARMS, IMPATIENT, WAIT_S, Harm


async def again(stage: Stage, channel: str, key: str) -> str:
    """The same once more, as a replica says it that was frozen; its time stamp."""
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
    answer = await stage.bot.app.kit.client.chat_postMessage(
        channel=channel, text="Once more", metadata=metadata
    )
    return str(answer["ts"])


@pytest.mark.parametrize("method", ["chat.delete", "conversations.history"])
@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_what_was_said_twice_is_taken_back_whatever_slack_does(how: Harm, method: str) -> None:
    async with staged(tempo=IMPATIENT) as stage:
        ann = stage.cast.ann
        await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
        first = await acting.gets_result(stage, ann)
        await all_said(stage)
        row = await sent_row(stage, "result")
        await again(stage, row.channel or "", row.key)
        await stage.slack.until(lambda: len(ann.direct_messages) == 2, WAIT_S)
        how.strike(stage, method)

        stage.bot.app.outbox._doubles.look(Turn(row, "frozen", 1, look_first=False, until=0, overtaken=True))

        await stage.slack.until(lambda: [message.ts for message in ann.direct_messages] == [first.ts], WAIT_S)

"""What was posted twice is taken back in Slack: the one that counts stays, wherever it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo import acting
from bot.demo.stage import Stage
from bot.outbox import Sent
from bot.schema import OutboxMessage
from bot.slack.delivery import EVENT_TYPE
from tests.promise.outbox_watch import sent_row

Said = Callable[[str], Awaitable[OutboxMessage]]


@pytest.fixture
async def said(stage: Stage) -> Said:
    """A case with its card and a note in the card's thread; the row of a kind of message."""
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
    await acting.gets_result(stage, stage.cast.ann)
    await acting.card_of(stage, 1)

    return partial(sent_row, stage)


def client(stage: Stage) -> AsyncWebClient:
    return AsyncWebClient(token=stage.slack.bot_token, base_url=stage.slack.api_url)


async def again(stage: Stage, message: OutboxMessage) -> str:
    """The same once more, as a replica says it that was frozen; its time stamp."""
    metadata: dict[str, Any] = {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}}
    answer = await client(stage).chat_postMessage(
        channel=message.channel or "", text="once more", metadata=metadata
    )
    return str(answer["ts"])


async def standing(stage: Stage, message: OutboxMessage) -> set[str]:
    """Time stamps of all that stands in its conversation."""
    page = await client(stage).conversations_history(channel=message.channel or "", limit=200)
    return {one["ts"] for one in page["messages"]}


@pytest.mark.parametrize("kind", ["result", "card"])
async def test_of_two_with_one_key_the_one_that_counts_stays(stage: Stage, said: Said, kind: str) -> None:
    message = await said(kind)
    before = await standing(stage, message)
    double = await again(stage, message)
    assert await standing(stage, message) == before | {double}
    delivery = stage.bot.app.outbox._deliveries[kind]

    withdrawn = await delivery.withdraw(message, Sent(message.channel or "", message.ts or ""))

    assert withdrawn == 1
    assert await standing(stage, message) == before


async def test_nothing_is_taken_back_where_the_one_that_counts_is_gone(stage: Stage, said: Said) -> None:
    message = await said("result")
    double = await again(stage, message)
    delivery = stage.bot.app.outbox._deliveries["result"]

    assert await delivery.withdraw(message, Sent(message.channel or "", "1.000001")) == 0

    assert {message.ts, double} <= await standing(stage, message)

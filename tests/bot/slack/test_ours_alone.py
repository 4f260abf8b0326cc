"""A staff channel that another company can read is told nothing; what waited comes when it is ours again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import ChannelRecord, Fault, Workspace
from bot.outbox import Parked, TryLater
from bot.slack.ours_alone import FRESH_S, SHARED, OursAlone

INFO = "conversations.info"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace.open() as opened:
        yield opened


@pytest.fixture
def channel(slack: Workspace) -> ChannelRecord:
    made = slack.add_channel("desk", private=True)
    slack.admin.invite_bot(made)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ours_alone(slack: Workspace, channel: ChannelRecord, clock: Clock) -> AsyncIterator[OursAlone]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.5)) as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        yield OursAlone(client, channel.channel_id, clock)


def looks(slack: Workspace) -> int:
    return [call.method for call in slack.calls].count(INFO)


async def test_a_channel_of_ours_is_looked_at_once_a_minute(
    slack: Workspace, channel: ChannelRecord, ours_alone: OursAlone, clock: Clock
) -> None:
    for _ in range(3):
        await ours_alone.insist(channel.channel_id)
    assert looks(slack) == 1
    clock.now += FRESH_S
    await ours_alone.insist(channel.channel_id)
    assert looks(slack) == 2


async def test_a_conversation_with_a_client_is_not_looked_at(slack: Workspace, ours_alone: OursAlone) -> None:
    await ours_alone.insist("U123")
    assert looks(slack) == 0


async def test_once_it_is_shared_nothing_goes_there_until_it_is_not(
    channel: ChannelRecord, ours_alone: OursAlone, clock: Clock
) -> None:
    await ours_alone.insist(channel.channel_id)
    channel.ext_shared = True
    clock.now += FRESH_S
    for _ in range(2):
        with pytest.raises(Parked) as refused:
            await ours_alone.insist(channel.channel_id)
        assert refused.value.why == SHARED
    channel.ext_shared = False
    await ours_alone.insist(channel.channel_id)


@pytest.mark.parametrize(
    "fault", [Fault.RATE_LIMITED, Fault.HTTP_500, Fault.HTML_200, Fault.INTERNAL_ERROR, Fault.SLOW]
)
async def test_while_slack_does_not_say_it_is_tried_later(
    slack: Workspace, channel: ChannelRecord, ours_alone: OursAlone, fault: Fault
) -> None:
    slack.faults.add(INFO, fault)
    with pytest.raises(TryLater):
        await ours_alone.insist(channel.channel_id)
    await ours_alone.insist(channel.channel_id)


async def test_where_we_are_not_let_in_the_message_itself_hears_why(
    slack: Workspace, channel: ChannelRecord, ours_alone: OursAlone
) -> None:
    slack.faults.add(INFO, Fault.NOT_IN_CHANNEL)
    await ours_alone.insist(channel.channel_id)


async def test_no_card_is_posted_where_another_company_reads_and_it_comes_when_the_sharing_ends(
    stage: Stage,
) -> None:
    stage.staff_channel.ext_shared = True
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
    await acting.gets_result(stage, stage.cast.ann)
    await stage.bot.app.outbox.drained(10)
    assert acting.cards(stage) == []
    assert (await stage.bot.app.outbox.states()).troubles.get(SHARED)

    stage.staff_channel.ext_shared = False
    await stage.bot.app.outbox.mended()

    await acting.card_of(stage, 1)

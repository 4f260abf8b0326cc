"""Every fault on demand, and what it does to a client: stored or not, told or not."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import ChannelRecord, Fault, Person, Workspace
from tests.bot.demo.workspace.kit import actions, button
from tests.bot.demo.workspace.listening import Call, Receiver

METHOD = "chat.postMessage"
AT_ONCE = FixedValueRetryIntervalCalculator(0)


@pytest.fixture
def general(slack: Workspace) -> ChannelRecord:
    return slack.add_channel("general")


@pytest.fixture
def careful(slack: Workspace) -> AsyncWebClient:
    """A client that tries nothing again."""
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.mark.parametrize(("fault", "stored"), [(Fault.STORE_THEN_DROP, 1), (Fault.DROP_BEFORE_STORE, 0)])
async def test_a_dropped_connection_leaves_the_client_in_doubt(
    slack: Workspace, careful: AsyncWebClient, general: ChannelRecord, fault: Fault, stored: int
) -> None:
    slack.faults.add(METHOD, fault)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await careful.chat_postMessage(channel=general.id, text="once")

    assert len(general.messages) == stored
    assert (await careful.chat_postMessage(channel=general.id, text="again"))["ok"]


async def test_the_sdks_own_retry_says_it_twice(slack: Workspace, general: ChannelRecord) -> None:
    slack.faults.add(METHOD, Fault.STORE_THEN_DROP)

    handlers: list[AsyncRetryHandler] = [AsyncConnectionErrorRetryHandler(interval_calculator=AT_ONCE)]
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=handlers)

    await client.chat_postMessage(channel=general.id, text="once")

    assert [message.text for message in general.messages] == ["once", "once"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.INTERNAL_ERROR, "internal_error"),
        (Fault.FATAL_ERROR, "fatal_error"),
        (Fault.TOKEN_REVOKED, "token_revoked"),
        (Fault.INVALID_AUTH, "invalid_auth"),
        (Fault.ACCOUNT_INACTIVE, "account_inactive"),
        (Fault.NOT_IN_CHANNEL, "not_in_channel"),
        (Fault.IS_ARCHIVED, "is_archived"),
    ],
)
@pytest.mark.parametrize("stored", [False, True])
async def test_a_refusal_may_come_before_or_after_the_deed(
    slack: Workspace, call: Call, general: ChannelRecord, fault: Fault, error: str, stored: bool
) -> None:
    slack.faults.add(METHOD, fault, stored=stored)

    answer = await call(METHOD, channel=general.id, text="x")

    assert (answer["status"], answer["ok"], answer["error"]) == (200, False, error)
    assert len(general.messages) == int(stored)


@pytest.mark.parametrize(("fault", "status"), [(Fault.HTTP_500, 500), (Fault.HTTP_503, 503)])
async def test_a_server_error_is_no_json(
    slack: Workspace, careful: AsyncWebClient, general: ChannelRecord, fault: Fault, status: int
) -> None:
    slack.faults.add(METHOD, fault)

    with pytest.raises(SlackApiError) as failed:
        await careful.chat_postMessage(channel=general.id, text="x")

    assert failed.value.response.status_code == status
    assert general.messages == []


async def test_a_retried_server_error_says_it_twice(slack: Workspace, general: ChannelRecord) -> None:
    slack.faults.add(METHOD, Fault.HTTP_503, stored=True)
    client = AsyncWebClient(
        slack.bot_token,
        base_url=slack.api_url,
        retry_handlers=[AsyncServerErrorRetryHandler(interval_calculator=AT_ONCE)],
    )

    await client.chat_postMessage(channel=general.id, text="once")

    assert len(general.messages) == 2


async def test_a_web_page_in_place_of_an_answer(
    slack: Workspace, careful: AsyncWebClient, general: ChannelRecord
) -> None:
    slack.faults.add(METHOD, Fault.HTML_200)

    with pytest.raises(SlackApiError, match="status: 200"):
        await careful.chat_postMessage(channel=general.id, text="x")


async def test_a_rate_limit_tells_how_long_to_wait(
    slack: Workspace, careful: AsyncWebClient, general: ChannelRecord
) -> None:
    slack.faults.add(METHOD, Fault.RATE_LIMITED, retry_after=17)

    with pytest.raises(SlackApiError) as failed:
        await careful.chat_postMessage(channel=general.id, text="x")

    assert failed.value.response.status_code == 429
    assert failed.value.response.headers["Retry-After"] == "17"
    assert failed.value.response["error"] == "ratelimited"


@pytest.mark.parametrize("stored", [False, True])
async def test_an_answer_may_never_come(
    slack: Workspace, call: Call, general: ChannelRecord, stored: bool
) -> None:
    slack.faults.add(METHOD, Fault.SLOW, stored=stored)

    asked = asyncio.ensure_future(call(METHOD, channel=general.id, text="x"))
    await slack.until(lambda: slack.calls)
    assert (await call("auth.test"))["ok"], "others are answered meanwhile"

    assert not asked.done()
    assert len(general.messages) == int(stored)
    asked.cancel()


async def test_a_fault_strikes_as_often_and_as_late_as_it_is_told(slack: Workspace, call: Call) -> None:
    slack.faults.add("auth.test", Fault.INTERNAL_ERROR, times=2, after=1)

    answers = [(await call("auth.test"))["ok"] for _ in range(5)]

    assert answers == [True, False, False, True, True]


async def test_a_fault_can_last_until_it_is_taken_away(slack: Workspace, call: Call) -> None:
    planned = slack.faults.add("*", Fault.INTERNAL_ERROR, times=None)
    refused = [(await call(method))["ok"] for method in ("auth.test", "team.info", "auth.test")]
    slack.faults.remove(planned)
    slack.faults.remove(planned)
    healed = await call("auth.test")
    slack.faults.add("auth.test", Fault.INTERNAL_ERROR)
    slack.faults.clear()

    assert refused == [False, False, False]
    assert healed["ok"]
    assert (await call("auth.test"))["ok"]


async def test_faults_are_kept_among_the_calls(slack: Workspace, call: Call, general: ChannelRecord) -> None:
    slack.faults.add(METHOD, Fault.FATAL_ERROR)
    await call(METHOD, channel=general.id, text="x")

    (kept,) = slack.calls
    assert (kept.ok, kept.error, kept.token_kind) == (False, "fatal_error", "bot")


async def test_a_response_address_can_fail(
    slack: Workspace, call: Call, receiver: Receiver, session: aiohttp.ClientSession
) -> None:
    ann: Person = slack.add_person("Ann Archer")
    await call(METHOD, channel=ann.user_id, text="x", blocks=[actions(button("Go"))])
    await ann.direct_messages[0].press("Go")
    url = receiver.acts[-1]["response_url"]
    slack.faults.add("response_url", Fault.HTTP_500)

    first = await session.post(url, json={"text": "lost"})
    second = await session.post(url, json={"text": "told"})

    assert (first.status, second.status) == (500, 200)
    assert [message.text for message in ann.direct_messages[1:]] == ["told"]

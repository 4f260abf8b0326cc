"""Whether Slack answers, told in plain words, and when it has been silent for too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Fault, Workspace
from bot.slack.contact import FRESH_S, GIVE_UP_AFTER_S, Contact


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace.open() as opened:
        yield opened


@pytest.fixture
async def contact(slack: Workspace, clock: Clock) -> AsyncIterator[Contact]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.5)) as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        yield Contact(client, clock)


def asked(slack: Workspace) -> int:
    return len([call for call in slack.calls if call.method == "auth.test"])


SILENT = [
    (Fault.DROP_BEFORE_STORE, "Slack does not answer"),
    (Fault.SLOW, "Slack does not answer"),
    (Fault.HTTP_500, "Slack answers with status 500 and nothing else"),
    (Fault.HTTP_503, "Slack answers with status 503 and nothing else"),
    (Fault.HTML_200, "Slack answers with status 200 and nothing else"),
]
REFUSED = [
    (Fault.TOKEN_REVOKED, "Slack refuses our token: token_revoked"),
    (Fault.INVALID_AUTH, "Slack refuses our token: invalid_auth"),
    (Fault.ACCOUNT_INACTIVE, "Slack refuses our token: account_inactive"),
]


async def test_nothing_is_wrong_where_slack_answers(contact: Contact) -> None:
    assert await contact.fresh() is None


@pytest.mark.parametrize(("fault", "words"), SILENT + REFUSED)
async def test_what_is_wrong_is_said_and_forgotten_when_it_is_mended(
    slack: Workspace, contact: Contact, fault: Fault, words: str
) -> None:
    slack.faults.add("auth.test", fault)
    await contact.look()
    assert contact.trouble == words

    await contact.look()
    assert contact.trouble is None


async def test_too_many_questions_are_no_trouble(slack: Workspace, contact: Contact) -> None:
    slack.faults.add("auth.test", Fault.RATE_LIMITED)
    await contact.look()
    assert contact.trouble is None


async def test_however_often_it_is_asked_slack_is_not(
    slack: Workspace, contact: Contact, clock: Clock
) -> None:
    await asyncio.gather(*(contact.fresh() for _ in range(20)))
    assert asked(slack) == 1
    clock.now += FRESH_S + 1
    await contact.fresh()
    assert asked(slack) == 2


@pytest.mark.parametrize(("fault", "words"), SILENT)
async def test_ten_minutes_of_silence_are_too_long(
    slack: Workspace, contact: Contact, clock: Clock, fault: Fault, words: str
) -> None:
    slack.faults.add("auth.test", fault, times=None)
    await contact.look()
    clock.now += GIVE_UP_AFTER_S - 1
    await contact.look()
    assert not contact.unreachable.is_set()
    clock.now += 1
    await contact.look()
    assert contact.unreachable.is_set()


@pytest.mark.parametrize(("fault", "words"), REFUSED)
async def test_a_refused_token_is_no_silence(
    slack: Workspace, contact: Contact, clock: Clock, fault: Fault, words: str
) -> None:
    """A new start would help nobody; `doctor` says what does."""
    slack.faults.add("auth.test", fault, times=None)
    for _ in range(3):
        await contact.look()
        clock.now += GIVE_UP_AFTER_S
    assert not contact.unreachable.is_set()


async def test_one_answer_ends_the_silence(slack: Workspace, contact: Contact, clock: Clock) -> None:
    for _ in range(3):
        silent = slack.faults.add("auth.test", Fault.HTTP_503, times=None)
        await contact.look()
        clock.now += GIVE_UP_AFTER_S - 1
        slack.faults.remove(silent)
        await contact.look()
    assert not contact.unreachable.is_set()

"""However Slack fails a message, before or after the deed: nothing is lost and nothing said twice.

One flow, in which a client fails twice, and every message of it struck in every way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Fault, Message, Person
from tests.promise.outbox_watch import all_said
from tests.promise.slack_harm import HARMS, IMPATIENT, WAIT_S, Harm

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = {"result": 1, "card": 1, "event": 1, "mention": 1}
"""What the flow says, by the first word of each message's key."""
LOST_ANSWER = Harm(Fault.STORE_THEN_DROP, stored=True)
FIRST, LAST = 0, len(SAID) - 1
"""The first is the result or the card, the last stands in the card's thread."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """One for all: each test has a client of its own."""
    async with staged(tempo=IMPATIENT, tests_per_hour=1000, keys_per_hour=1000) as opened:
        opened.slack.rate_limits = False
        yield opened


@pytest.fixture
def client(stage: Stage, request: pytest.FixtureRequest) -> Person:
    stage.slack.faults.clear()
    return stage.slack.add_person(f"Client {len(stage.slack.people)}")


def card_of(stage: Stage, client: Person) -> list[Message]:
    return [card for card in acting.cards(stage) if f"@{client.name}\n" in card.words]


def told(stage: Stage, client: Person) -> list[str]:
    """Every message about this client, by its key, as often as it stands there."""
    said = [*acting.results(client), *card_of(stage, client)]
    said += [reply for card in card_of(stage, client) for reply in card.thread]
    return [str((message.metadata or {})["event_payload"]["key"]) for message in said]


def kinds(stage: Stage, client: Person) -> Counter[str]:
    return Counter(key.split(":")[0] for key in told(stage, client))


async def fails(stage: Stage, client: Person) -> None:
    """One failure, told to the client and to staff."""
    await acting.submits(client, stage.kucoin.issue("spot_trading_on"))
    await stage.slack.until(lambda: acting.results(client) and card_of(stage, client), WAIT_S)
    await stage.slack.until(lambda: kinds(stage, client)["mention"], WAIT_S)


async def test_what_the_flow_says_without_any_fault(stage: Stage, client: Person) -> None:
    before = len([call for call in stage.slack.calls if call.method == "chat.postMessage"])
    await fails(stage, client)
    await all_said(stage)

    posted = [call for call in stage.slack.calls if call.method == "chat.postMessage"][before:]
    assert len(posted) == len(SAID)
    assert kinds(stage, client) == SAID


@pytest.mark.parametrize("how", HARMS, ids=str)
@pytest.mark.parametrize("place", range(len(SAID)))
async def test_every_message_is_said_exactly_once(
    stage: Stage, client: Person, place: int, how: Harm
) -> None:
    how.strike(stage, "chat.postMessage", after=place)

    await fails(stage, client)
    await all_said(stage)

    assert kinds(stage, client) == SAID


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_the_card_shows_the_last_state_whatever_befalls_its_updates(
    stage: Stage, client: Person, how: Harm
) -> None:
    await fails(stage, client)
    how.strike(stage, "chat.update")

    await acting.submits(client, stage.kucoin.issue("general_only"))
    await stage.slack.until(lambda: "a later test passed" in card_of(stage, client)[0].words, WAIT_S)
    await all_said(stage)

    assert len(card_of(stage, client)) == 1
    assert len(acting.results(client)) == 2
    assert max(Counter(told(stage, client)).values()) == 1


@pytest.mark.parametrize("how", HARMS, ids=str)
@pytest.mark.parametrize(
    ("method", "place"), [("conversations.history", FIRST), ("conversations.replies", LAST)]
)
async def test_a_look_whether_it_arrived_may_fail_too(
    stage: Stage, client: Person, method: str, place: int, how: Harm
) -> None:
    """The connection broke after the deed; and when we look for it, Slack fails again."""
    LOST_ANSWER.strike(stage, "chat.postMessage", after=place)
    how.strike(stage, method)

    await fails(stage, client)
    await all_said(stage)

    assert any(call.method == method for call in stage.slack.calls)
    assert kinds(stage, client) == SAID


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_the_way_to_a_persons_messages_may_be_closed_for_a_while(
    stage: Stage, client: Person, how: Harm
) -> None:
    LOST_ANSWER.strike(stage, "chat.postMessage")
    how.strike(stage, "conversations.open")

    await fails(stage, client)
    await all_said(stage)

    assert len(acting.results(client)) == 1

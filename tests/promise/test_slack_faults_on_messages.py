"""However Slack fails a message, before or after the deed: nothing is lost and nothing said twice.

One flow, in which a client fails twice, and every message of it struck in every way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.app import Tempo
from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Fault, Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

IMPATIENT = Tempo(pace_s=0.0, sweep_s=0.1, farewell_s=0.5, grace_s=0.05, parked_s=0.1, call_s=0.8)
WAIT_S = 25


@dataclass(frozen=True)
class Harm:
    """One way in which a call fails.

    Attributes:
        stored: Whether it was done all the same.
    """

    fault: Fault
    stored: bool = False

    def __str__(self) -> str:
        return f"{self.fault}-{'done' if self.stored else 'not_done'}"


HARMS = [
    Harm(Fault.STORE_THEN_DROP, stored=True),
    Harm(Fault.DROP_BEFORE_STORE),
    Harm(Fault.RATE_LIMITED),
    *(
        Harm(fault, stored)
        for fault in (
            Fault.INTERNAL_ERROR,
            Fault.FATAL_ERROR,
            Fault.HTTP_500,
            Fault.HTTP_503,
            Fault.HTML_200,
            Fault.SLOW,
        )
        for stored in (False, True)
    ),
]
SAID = {"result": 1, "card": 1, "event": 1, "mention": 1}
"""What the flow says, by the first word of each message's key."""
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


def harm(stage: Stage, method: str, how: Harm, after: int = 0) -> None:
    stage.slack.faults.add(method, how.fault, after=after, retry_after=1, stored=how.stored)


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


async def quiet(stage: Stage) -> None:
    """Nothing is left to be said, so that nothing comes late."""
    while True:
        standing = await stage.bot.app.outbox.states()
        if not standing.counts:
            return
        await stage.slack.until(lambda: True)
        await stage.bot.app.outbox.drained(1.0)


async def test_what_the_flow_says_without_any_fault(stage: Stage, client: Person) -> None:
    before = len([call for call in stage.slack.calls if call.method == "chat.postMessage"])
    await fails(stage, client)
    await quiet(stage)

    posted = [call for call in stage.slack.calls if call.method == "chat.postMessage"][before:]
    assert len(posted) == len(SAID)
    assert kinds(stage, client) == SAID


@pytest.mark.parametrize("how", HARMS, ids=str)
@pytest.mark.parametrize("place", range(len(SAID)))
async def test_every_message_is_said_exactly_once(
    stage: Stage, client: Person, place: int, how: Harm
) -> None:
    harm(stage, "chat.postMessage", how, after=place)

    await fails(stage, client)
    await quiet(stage)

    assert kinds(stage, client) == SAID


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_the_card_shows_the_last_state_whatever_befalls_its_updates(
    stage: Stage, client: Person, how: Harm
) -> None:
    await fails(stage, client)
    harm(stage, "chat.update", how)

    await acting.submits(client, stage.kucoin.issue("general_only"))
    await stage.slack.until(lambda: "a later test passed" in card_of(stage, client)[0].words, WAIT_S)
    await quiet(stage)

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
    harm(stage, "chat.postMessage", Harm(Fault.STORE_THEN_DROP, stored=True), after=place)
    harm(stage, method, how)

    await fails(stage, client)
    await quiet(stage)

    assert any(call.method == method for call in stage.slack.calls)
    assert kinds(stage, client) == SAID


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_the_way_to_a_persons_messages_may_be_closed_for_a_while(
    stage: Stage, client: Person, how: Harm
) -> None:
    harm(stage, "chat.postMessage", Harm(Fault.STORE_THEN_DROP, stored=True))
    harm(stage, "conversations.open", how)

    await fails(stage, client)
    await quiet(stage)

    assert len(acting.results(client)) == 1

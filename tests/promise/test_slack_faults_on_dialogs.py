"""However Slack fails a dialog, a Home tab or a question: nobody is left without an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Fault, Person
from tests.promise.slack_harm import HARMS, IMPATIENT, WAIT_S, Harm

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """One for all: each test has a client of its own."""
    async with staged(tempo=IMPATIENT, tests_per_hour=1000, keys_per_hour=1000) as opened:
        opened.slack.rate_limits = False
        yield opened


@pytest.fixture
def client(stage: Stage) -> Person:
    stage.slack.faults.clear()
    return stage.slack.add_person(f"Client {len(stage.slack.people)}")


def told(person: Person) -> list[str]:
    return [message.text for message in person.direct_messages if message.by_bot]


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_a_dialog_that_does_not_open_is_told_and_opens_at_the_next_press(
    stage: Stage, client: Person, how: Harm
) -> None:
    how.strike(stage, "views.open")

    shown = await client.command("/test-keys")
    await stage.slack.until(lambda: client.dialogs or told(client) or shown.error, WAIT_S)

    if not client.dialogs:
        assert how.fault is not Fault.STORE_THEN_DROP
        await acting.opens_dialog(client)
    key = stage.kucoin.issue("ip_restricted")
    acting.fills(await client.dialog(), key.key, key.secret, key.passphrase)
    await (await client.dialog()).submit()
    await acting.gets_result(stage, client)


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_the_dialog_shows_the_result_in_the_end(stage: Stage, client: Person, how: Harm) -> None:
    how.strike(stage, "views.update")

    dialog = await acting.checks_key(client, stage.kucoin.issue("ip_restricted"))
    await acting.gets_result(stage, client)

    assert dialog.words.count("Needs a fix") == 1
    assert len(acting.results(client)) == 1


async def test_a_dialog_that_can_never_be_updated_loses_nothing(stage: Stage, client: Person) -> None:
    Harm(Fault.HTTP_500).strike(stage, "views.update", times=None)

    await acting.submits(client, stage.kucoin.issue("ip_restricted"))
    await acting.gets_result(stage, client)

    assert "also comes to you as a direct message" in (await client.dialog()).words


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_the_home_tab_is_drawn(stage: Stage, client: Person, how: Harm) -> None:
    how.strike(stage, "views.publish")

    home = await client.opens_home()

    await home.until(lambda shown: "Test an API key" in shown.buttons, WAIT_S)


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_a_refusal_reaches_the_person_one_way_or_the_other(
    stage: Stage, client: Person, how: Harm
) -> None:
    stage.general.members.append(client.user_id)
    how.strike(stage, "chat.postEphemeral")

    await client.command("/triage", "list", channel=stage.general)

    def refusals() -> list[str]:
        seen = [m.text for m in client.sees(stage.general) if m.ephemeral] + told(client)
        return [text for text in seen if "for our support team" in text]

    await stage.slack.until(refusals, WAIT_S)
    assert len(refusals()) <= (2 if how.stored else 1)

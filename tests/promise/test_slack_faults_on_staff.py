"""However Slack fails a question about who is staff: nothing is done for a stranger, nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.demo import acting
from bot.demo.stage import Stage, staged
from tests.promise.slack_harm import HARMS, IMPATIENT, WAIT_S, Harm

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["usergroup", "channel"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """Staff by user group, and by the members of the staff channel."""
    by_channel: dict[str, Any] = {"staff_usergroup": None} if request.param == "channel" else {}
    async with staged(tempo=IMPATIENT, tests_per_hour=1000, keys_per_hour=1000, **by_channel) as opened:
        opened.slack.rate_limits = False
        yield opened


def method_of(stage: Stage, question: str) -> str:
    if question == "who_is_it":
        return "users.info"
    return "usergroups.users.list" if stage.settings["staff_usergroup"] else "conversations.members"


@pytest.mark.parametrize("how", HARMS, ids=str)
@pytest.mark.parametrize("question", ["who_is_it", "who_is_staff"])
async def test_while_slack_does_not_say_who_is_staff_nothing_is_done_and_that_is_told(
    stage: Stage, question: str, how: Harm
) -> None:
    """Sue presses "Claim" while it fails, and again where she is told to."""
    sue = stage.cast.sue
    stage.slack.faults.clear()
    client = stage.slack.add_person(f"Client {len(stage.slack.people)}")
    await acting.submits(client, stage.kucoin.issue("spot_trading_on"))
    await stage.slack.until(lambda: any(client.name in card.words for card in acting.cards(stage)), WAIT_S)
    card = next(card for card in acting.cards(stage) if client.name in card.words)
    stage.bot.app.kit.staff.forget()
    how.strike(stage, method_of(stage, question))
    before = len(sue.sees(stage.staff_channel))

    await card.press("Claim", by=sue)
    await stage.slack.until(
        lambda: "Claim" not in card.buttons or len(sue.sees(stage.staff_channel)) > before, WAIT_S
    )
    if "Claim" in card.buttons:
        assert "nothing was done" in sue.sees(stage.staff_channel)[-1].text
        await card.press("Claim", by=sue)
    await stage.slack.until(lambda: "Claim" not in card.buttons, WAIT_S)

    def lines() -> list[str]:
        return [reply.text for reply in card.thread if "claimed the case" in reply.text]

    await stage.slack.until(lines, WAIT_S)
    assert len(lines()) == 1

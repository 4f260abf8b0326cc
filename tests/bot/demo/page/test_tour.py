"""The tour knows by itself what was done, step by step, and keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.page.exchange import Desk
from bot.demo.page.tour import STEPS, Play, Tour
from bot.demo.stage import Stage, staged
from tests.bot.demo.workspace.kit import modal, section, text_input


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """The stage without the bot: the test says what the bot would."""
    async with staged(start=False) as opened:
        yield opened


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage.kucoin, lambda: None)


@pytest.fixture
def tour(stage: Stage, desk: Desk) -> Tour:
    return Tour(Play(stage, desk))


def done(tour: Tour) -> int:
    return sum(step["done"] for step in tour.told()["steps"])


async def bot_says(stage: Stage, channel: str, text: str, words: str = "") -> None:
    web = AsyncWebClient(stage.slack.bot_token, base_url=stage.slack.api_url)
    await web.chat_postMessage(channel=channel, text=text, blocks=[section(words or text)])


async def test_each_step_is_known_as_done_in_its_turn(stage: Stage, desk: Desk, tour: Tour) -> None:
    ann, staff = stage.cast.ann, stage.staff_channel.id
    assert not tour.look()
    desk.do({"do": "make", "preset": "ip_restricted"})
    assert tour.look()
    view = stage.slack._core.stacks.open(ann.record, modal(text_input("API Key")))
    assert tour.look()
    stage.slack._core.stacks.pop(ann.record, view)
    await bot_says(stage, ann.user_id, "Needs a fix: KuCoin Spot/Margin")
    assert tour.look()
    await bot_says(stage, staff, "Case 1: Needs a fix", f"Owner: <@{stage.cast.sue.user_id}>")
    assert tour.look()
    desk.do({"do": "edit", "permissions": ["General"], "restricted": False})
    assert tour.look()
    await bot_says(stage, ann.user_id, "Passed: KuCoin Spot/Margin")
    assert tour.look()
    assert done(tour) == len(STEPS) == 6
    assert not tour.look()


async def test_a_key_with_nothing_wrong_is_no_first_step(desk: Desk, tour: Tour) -> None:
    desk.do({"do": "make", "preset": "general_only"})
    assert not tour.look()
    desk.do({"do": "make", "preset": "spot_trading_on"})
    assert tour.look()


async def test_a_later_step_waits_for_the_earlier_ones(stage: Stage, desk: Desk, tour: Tour) -> None:
    await bot_says(stage, stage.cast.ben.user_id, "Passed: KuCoin Spot/Margin")
    assert not tour.look()
    desk.do({"do": "make", "preset": "ip_restricted"})
    assert tour.look()
    assert done(tour) == 1


async def test_a_case_that_nobody_has_is_not_claimed(stage: Stage, desk: Desk, tour: Tour) -> None:
    desk.do({"do": "make", "preset": "ip_restricted"})
    stage.slack._core.stacks.open(stage.cast.ann.record, modal(text_input("API Key")))
    await bot_says(stage, stage.cast.ann.user_id, "Needs a fix: KuCoin Spot/Margin")
    await bot_says(stage, stage.staff_channel.id, "Case 1: Needs a fix", "Owner: nobody yet")
    tour.look()
    assert done(tour) == 3


def test_every_step_says_what_to_do_and_where() -> None:
    for step in STEPS:
        assert step.title
        assert step.words.endswith(".")
        assert step.where[0] in {"client", "staff", "exchange"}

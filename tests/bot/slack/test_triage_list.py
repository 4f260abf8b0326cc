"""`/triage list`: what is open, oldest first, ten to a page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.demo.stage import Stage
from bot.demo.workspace import Message, Person
from bot.schema import CaseState
from tests.bot.slack.desk import given_cases, opens_case, private, stands, triage


def numbers(message: Message) -> list[int]:
    return [int(found) for found in re.findall(r"^\*?Case (\d+)\*? ", message.words, re.MULTILINE)]


async def test_nothing_open_is_said(stage: Stage) -> None:
    assert (await triage(stage, stage.cast.sue)).words == "There is no open case."


async def test_alone_it_lists_what_is_open_with_buttons(either_stage: Stage) -> None:
    await opens_case(either_stage, either_stage.cast.ann)

    answer = await triage(either_stage, either_stage.cast.sue)

    assert "Open cases: 1" in answer.words
    assert "KuCoin Spot/Margin · @Ann Archer" in answer.words
    assert "Owner: nobody yet · State: Waiting for the client" in answer.words
    assert answer.buttons == ["Show", "Claim"]


async def test_the_text_says_all_that_the_blocks_do(stage: Stage) -> None:
    await given_cases(stage, 10)

    answer = await triage(stage, stage.cast.sue)

    assert all(f"*Case {number}*" in answer.text for number in range(1, 11))


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("", [1, 2, 3, 4]),
        ("all", [1, 2, 3, 4]),
        ("ALL", [1, 2, 3, 4]),
        ("mine", [2]),
        ("unclaimed", [1, 4]),
        ("waiting", [4]),
    ],
)
async def test_a_part_of_the_queue_can_be_asked_for(stage: Stage, which: str, expected: list[int]) -> None:
    sue, sam = stage.cast.sue.user_id, stage.cast.sam.user_id
    rows: list[dict[str, Any]] = [
        {},
        {"owner_id": sue},
        {"owner_id": sam},
        {"state": CaseState.WAITING},
        {"state": CaseState.CLOSED},
    ]
    for place, row in enumerate(rows):
        await given_cases(stage, 1, user_id=f"U{place}", **row)

    assert numbers(await triage(stage, stage.cast.sue, f"list {which}")) == expected


@pytest.mark.parametrize("which", ["mine", "unclaimed", "waiting"])
async def test_an_empty_part_says_where_the_rest_is(stage: Stage, which: str) -> None:
    assert "/triage" in (await triage(stage, stage.cast.sue, f"list {which}")).words


async def test_beyond_ten_there_are_pages_and_they_turn_in_place(either_stage: Stage) -> None:
    stage, sue = either_stage, either_stage.cast.sue
    await given_cases(stage, 23)
    page = await triage(stage, sue)
    assert "Open cases: 1 to 10 of 23" in page.words
    assert numbers(page) == list(range(1, 11))
    assert "Previous 10" not in page.buttons

    await page.press("Next 10")
    await stage.slack.until(lambda: numbers(page) == list(range(11, 21)))
    assert "Open cases: 11 to 20 of 23" in page.words
    await page.press("Next 3")
    await stage.slack.until(lambda: numbers(page) == [21, 22, 23])
    assert not any(button.startswith("Next") for button in page.buttons)
    await page.press("Previous 10")
    await stage.slack.until(lambda: numbers(page) == list(range(11, 21)))
    assert len(private(sue, stage.staff_channel)) == 1


async def test_a_page_that_is_gone_meanwhile_leads_to_the_first(stage: Stage) -> None:
    await given_cases(stage, 11)
    page = await triage(stage, stage.cast.sue)
    await triage(stage, stage.cast.sam, "resolve 11")

    await page.press("Next 1")

    await stage.slack.until(lambda: "Open cases: 10" in page.words)
    assert numbers(page) == list(range(1, 11))


async def test_where_the_list_cannot_be_changed_the_page_comes_as_a_new_one(stage: Stage) -> None:
    await given_cases(stage, 11)
    page = await triage(stage, stage.cast.sue)
    stage.slack.clock.advance(31 * 60)  # the address for changing it lives for 30 minutes
    pressed = stage.slack.deliveries
    await page.press("Next 1")
    await stage.slack.until(lambda: numbers(page) == [11])

    again = await stage.slack.redeliver(pressed[-1], retry=False)
    assert again.error is None


async def test_a_forged_page_is_refused(stage: Stage) -> None:
    await given_cases(stage, 11)
    page = await triage(stage, stage.cast.sue)

    for value in ("", "all", "all:-1", "all:x", "nobody:10", "all:99999999999999", "all:１"):
        page.blocks[-1]["elements"][0]["value"] = value
        told = len(private(stage.cast.sue, stage.staff_channel))
        await page.press("Next 1")
        await _more_than(stage, told)
        assert "no longer of use" in private(stage.cast.sue, stage.staff_channel)[-1].words

    assert numbers(page) == list(range(1, 11))


async def _more_than(stage: Stage, told: int) -> None:
    await stage.slack.until(lambda: len(private(stage.cast.sue, stage.staff_channel)) > told)


async def test_a_case_is_shown_and_claimed_from_the_list(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    sue: Person = stage.cast.sue
    page = await triage(stage, sue)

    await page.press("Show")
    await stage.slack.until(lambda: "*History*" in private(sue, stage.staff_channel)[-1].words)
    await page.press("Claim")
    await stage.slack.until(lambda: private(sue, stage.staff_channel)[-1].words == "Case 1 is yours.")

    assert (await stands(stage)).owner_id == sue.user_id


async def test_a_word_that_names_no_part_is_told_with_the_ones_that_do(stage: Stage) -> None:
    answer = await triage(stage, stage.cast.sue, "list everything")

    assert all(which in answer.words for which in ("mine", "unclaimed", "waiting", "all"))

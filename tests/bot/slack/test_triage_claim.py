"""`/triage claim`, `assign` and `release`: whose case it is."""

from __future__ import annotations

import asyncio

import pytest

from bot.demo import acting
from bot.demo.stage import Stage
from tests.bot.slack.desk import in_thread, opens_case, stands, triage


async def test_a_claimed_case_shows_its_owner_on_the_card_and_in_the_thread(either_stage: Stage) -> None:
    stage, sue = either_stage, either_stage.cast.sue
    card = await opens_case(stage, stage.cast.ann)

    answer = await triage(stage, sue, "claim 1")

    assert answer.words == "Case 1 is yours."
    await acting.card_of(stage, 1, "Owner: @Sue Support")
    await in_thread(stage, card, "@Sue Support claimed the case.")
    assert "Last act: @Sue Support claimed the case" in card.words
    assert "Claim" not in card.buttons


async def test_the_answer_is_seen_by_nobody_else(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    before = len(stage.cast.sam.sees(stage.staff_channel))

    answer = await triage(stage, stage.cast.sue, "claim 1")

    assert answer.ephemeral
    assert len(stage.cast.sam.sees(stage.staff_channel)) == before


async def test_claiming_a_case_twice_changes_nothing(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "claim 1")
    await in_thread(stage, card, "claimed")

    assert (await triage(stage, stage.cast.sue, "claim 1")).words == "Case 1 is yours."
    assert sum("claimed" in line.words for line in card.thread) == 1


async def test_of_two_staff_at_once_one_wins_and_the_other_is_told_who(either_stage: Stage) -> None:
    stage, sue, sam = either_stage, either_stage.cast.sue, either_stage.cast.sam
    await opens_case(stage, stage.cast.ann)

    answers = await asyncio.gather(triage(stage, sue, "claim 1"), triage(stage, sam, "claim #1"))

    words = {sue.user_id: answers[0].words, sam.user_id: answers[1].words}
    winner = (await stands(stage)).owner_id
    (loser,) = words.keys() - {winner}
    assert words[winner or ""] == "Case 1 is yours."
    assert words[loser] == f"@{stage.slack.person(winner or '').name} already works on case 1."


async def test_a_case_is_assigned_to_a_colleague_whoever_has_it(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "claim 1")

    answer = await triage(stage, stage.cast.sid, "assign 1 @Sam Support")

    assert answer.words == "Case 1 is now with @Sam Support."
    assert (await stands(stage)).owner_id == stage.cast.sam.user_id
    await in_thread(stage, card, "@Sid Support assigned the case to @Sam Support.")


@pytest.mark.parametrize("who", ["ann", "guest", "external"])
async def test_only_staff_can_be_given_a_case(stage: Stage, who: str) -> None:
    await opens_case(stage, stage.cast.ann)
    person = getattr(stage.cast, who)

    answer = await triage(stage, stage.cast.sue, f"assign 1 <@{person.user_id}|x>")

    assert "is not on the support team" in answer.words
    assert (await stands(stage)).owner_id is None


async def test_a_typed_name_or_a_group_is_no_person_and_the_hint_says_how(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)

    for typed in ("sam", "@sam", "@support-team", "<!channel>", "", "@", "<@U1> <@U2>", "x" * 4000):
        answer = await triage(stage, stage.cast.sue, f"assign 1 {typed}")
        assert "pick them from the list" in answer.words, typed
        assert "/triage assign 12 @person" in answer.words
    assert (await stands(stage)).owner_id is None


async def test_a_released_case_is_free_again(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "claim 1")

    assert (await triage(stage, stage.cast.sue, "release 1")).words == "Nobody has case 1 now."

    card = await acting.card_of(stage, 1, "Owner: nobody yet")
    assert "Claim" in card.buttons


async def test_only_its_owner_releases_a_case_and_others_are_told_what_works(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "claim 1")

    answer = await triage(stage, stage.cast.sam, "release 1")

    assert "@Sue Support works on case 1" in answer.words
    assert "/triage assign 1" in answer.words
    assert (await stands(stage)).owner_id == stage.cast.sue.user_id

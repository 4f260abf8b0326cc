"""`/triage resolve`, `reopen` and `snooze`: how a case stands."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.columns import now
from bot.demo import acting
from bot.demo.stage import Stage
from bot.schema import CaseState
from tests.bot.slack.desk import hears, in_thread, is_closed, opens_case, stands, triage


async def test_a_resolved_case_has_no_buttons_and_says_why(either_stage: Stage) -> None:
    stage = either_stage
    card = await opens_case(stage, stage.cast.ann)

    answer = await triage(stage, stage.cast.sue, "resolve 1 client makes a *new* key")

    assert "Case 1 is closed. `/triage reopen 1` opens it again." in answer.words
    await stage.slack.until(lambda: card.buttons == [])
    assert "State: Closed (client makes a *\u200bnew* key)" in card.words
    await in_thread(stage, card, "@Sue Support resolved the case. client makes a")
    assert len(stage.cast.ann.direct_messages) == 1, "the client is not told by this"


async def test_of_two_who_resolve_at_once_one_is_told_that_it_is_closed(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)

    answers = await asyncio.gather(
        triage(stage, stage.cast.sue, "resolve 1"), triage(stage, stage.cast.sam, "resolve 1")
    )

    assert all("Case 1 is closed" in answer.words for answer in answers)
    await in_thread(stage, card, "resolved the case")
    assert sum("resolved the case" in line.words for line in card.thread) == 1


async def test_a_reopened_case_keeps_its_owner_and_gets_its_buttons_back(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "claim 1")
    await triage(stage, stage.cast.sue, "resolve 1")

    answer = await triage(stage, stage.cast.sam, "reopen 1")

    assert answer.words == "Case 1 is open again. Owner: @Sue Support."
    await in_thread(stage, card, "@Sam Support reopened the case.")
    await stage.slack.until(lambda: card.buttons == ["Reply to client", "Ask for retest", "Resolve"])


async def test_a_case_stays_closed_while_the_client_has_a_newer_one(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "resolve 1")
    await opens_case(stage, stage.cast.ann, number=2)

    answer = await triage(stage, stage.cast.sue, "reopen 1")

    assert answer.words == (
        "Case 1 stays closed: the client has case 2 open for the same account. `/triage show 2` shows it."
    )
    assert await is_closed(stage)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h until lunch", timedelta(hours=2)),
        ("30d", timedelta(days=30)),
    ],
)
async def test_a_case_sleeps_for_as_long_as_is_said(stage: Stage, typed: str, span: timedelta) -> None:
    card = await opens_case(stage, stage.cast.ann)
    before = now()

    answer = await triage(stage, stage.cast.sue, f"snooze 1 {typed}")

    assert answer.words.startswith("Case 1 sleeps until ")
    until = (await stands(stage)).snoozed_until
    assert until is not None
    assert before + span <= until <= now() + span
    await stage.slack.until(lambda: "State: Snoozed until" in card.words)
    line = await in_thread(stage, card, "@Sue Support snoozed the case until")
    assert ("until lunch" in line.words) == ("until lunch" in typed)


async def test_everything_survives_a_restart_in_between(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "claim 1")
    await triage(stage, stage.cast.sue, "snooze 1 2h")
    await stage.stop()
    await stage.start()

    assert "Snoozed until" in (await triage(stage, stage.cast.sue, "list mine")).words
    await triage(stage, stage.cast.sam, "reply 1 Are you there?")
    await hears(stage, stage.cast.ann, "Are you there?")
    assert (await stands(stage)).state is CaseState.WAITING
    await stage.slack.until(lambda: "Waiting for the client" in card.words)


async def test_a_card_that_was_deleted_by_hand_is_posted_anew(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    record = stage.staff_channel.find(card.ts)
    assert record is not None
    stage.staff_channel.messages.remove(record)

    await triage(stage, stage.cast.sue, "claim 1")

    anew = await acting.card_of(stage, 1, "Owner: @Sue Support")
    assert anew.ts != card.ts

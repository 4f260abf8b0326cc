"""`/triage show`: the case as it stands, and everything that happened to it."""

from __future__ import annotations

from bot.columns import now
from bot.demo.stage import Stage
from bot.schema import CaseEvent
from tests.bot.slack.desk import opens_case, triage


async def test_the_card_and_every_act_stand_in_the_answer(either_stage: Stage) -> None:
    stage = either_stage
    card = await opens_case(stage, stage.cast.ann, "everything_wrong")
    await triage(stage, stage.cast.sue, "claim 1")
    await triage(stage, stage.cast.sue, "note 1 looks <!channel> odd")
    await triage(stage, stage.cast.sam, "reply 1 Please make a new key")

    answer = await triage(stage, stage.cast.sid, "show 1")

    assert answer.ephemeral
    for said in ("Case 1: Needs a fix", "opened the case", "claimed the case", "noted: looks @channel odd"):
        assert said in answer.words
        assert said in answer.text
    assert "replied to the client: Please make a new key" in answer.words
    assert answer.words.index("opened the case") < answer.words.index("replied to the client:")
    await stage.slack.until(lambda: card.buttons == ["Reply to client", "Ask for retest", "Resolve"])
    assert answer.buttons == card.buttons


async def test_a_closed_case_is_shown_without_buttons(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "resolve 1 told by phone")

    answer = await triage(stage, stage.cast.sue, "show #1")

    assert "Closed (told by phone)" in answer.words
    assert answer.buttons == []


async def test_a_very_long_history_shows_its_end_and_says_where_the_rest_is(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    async with stage.bot.app.db.writing() as session:
        session.add_all(
            CaseEvent(case_number=1, at=now(), actor="USTAFF", act="note", changes={"text": f"{n} " * 90})
            for n in range(400)
        )

    answer = await triage(stage, stage.cast.sue, "show 1")

    assert "399 399" in answer.words
    assert "opened the case" not in answer.words
    assert "`keydesk audit 1` prints them all" in answer.words


async def test_a_press_on_a_button_of_the_answer_is_confirmed_there(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    answer = await triage(stage, stage.cast.sue, "show 1")

    await answer.press("Ask for retest")

    seen = stage.cast.sue, stage.staff_channel
    await stage.slack.until(lambda: "was asked to test again (case 1)" in seen[0].sees(seen[1])[-1].words)

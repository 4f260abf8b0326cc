"""What staff mistype: a sentence that says what is wrong and what would work, and nothing is changed."""

from __future__ import annotations

import random

import pytest

from bot.demo.stage import Stage
from bot.slack.triage import COMMANDS
from tests.bot.slack.desk import acts_of, opens_case, triage

ON_A_CASE = [command.word for command in COMMANDS.values() if " N" in command.usage]
REST = {"assign": " @Sam Support", "note": " text", "reply": " text", "snooze": " 2h"}

NO_NUMBER = ("", "one", "-1", "1.0", "1e3", "１", "<!channel>", "=1+1", "#", "@Sam Support", "1" * 10)
TOO_LONG = "x" * 4000


def test_every_subcommand_on_a_case_is_tried_here() -> None:
    without = {command.word for command in COMMANDS.values()} - set(ON_A_CASE)

    assert without == {"list", "invite", "stats", "export", "help"}


@pytest.mark.parametrize("word", ON_A_CASE)
async def test_what_is_no_number_of_a_case_is_told_with_an_example(stage: Stage, word: str) -> None:
    await opens_case(stage, stage.cast.ann)
    before = await acts_of(stage)

    for typed in (*NO_NUMBER, TOO_LONG):
        answer = await triage(stage, stage.cast.sue, f"{word} {typed}")
        assert ("is missing" in answer.words) or ("not the number of a case" in answer.words), typed
        assert f"/triage {word} 12" in answer.words
        assert "/triage` lists the open cases" in answer.words

    assert await acts_of(stage) == before


@pytest.mark.parametrize("word", ON_A_CASE)
async def test_a_number_that_no_case_has_is_told(stage: Stage, word: str) -> None:
    for number in ("0", "7", "999999999"):
        answer = await triage(stage, stage.cast.sue, f"{word} {number}{REST.get(word, '')}")
        assert answer.words == f"There is no case {number}. `/triage` lists the open ones."


@pytest.mark.parametrize("word", sorted(set(ON_A_CASE) - {"show", "note", "reopen"}))
async def test_a_closed_case_is_told_with_the_way_to_open_it(stage: Stage, word: str) -> None:
    await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "resolve 1")
    before = await acts_of(stage)

    answer = await triage(stage, stage.cast.sue, f"{word} 1{REST.get(word, '')}")

    assert answer.words == "Case 1 is closed. `/triage reopen 1` opens it again."
    assert await acts_of(stage) == before


async def test_an_open_case_cannot_be_opened(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)

    answer = await triage(stage, stage.cast.sue, "reopen 1")

    assert answer.words == "Case 1 is open already. `/triage show 1` shows it."


@pytest.mark.parametrize("word", ["show", "claim", "release", "retest", "reopen"])
async def test_more_than_a_number_is_not_passed_over_silently(stage: Stage, word: str) -> None:
    await opens_case(stage, stage.cast.ann)
    before = await acts_of(stage)

    answer = await triage(stage, stage.cast.sue, f"{word} 1 2")

    assert "one case number and nothing else" in answer.words
    assert f"/triage {word} 12" in answer.words
    assert await acts_of(stage) == before


@pytest.mark.parametrize("word", ["note", "reply"])
async def test_missing_text_is_told(stage: Stage, word: str) -> None:
    await opens_case(stage, stage.cast.ann)

    answer = await triage(stage, stage.cast.sue, f"{word} 1   ")

    assert answer.words == f"The {word} is missing. For example: `/triage {word} 12 text`."


async def test_what_is_no_span_of_time_is_told_with_what_would_be(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    before = await acts_of(stage)

    for typed in ("", "2", "h", "soon", "2 hours", "31d", "0s", "-2h", "1.5h", "9" * 9 + "d", "=2h"):
        answer = await triage(stage, stage.cast.sue, f"snooze 1 {typed}")
        assert "/triage snooze 12 2h" in answer.words, typed
        assert "30m, 2h or 3d" in answer.words or "30 days" in answer.words, typed

    assert await acts_of(stage) == before


@pytest.mark.parametrize("typed", ["resolve 1", "snooze 1 2h"])
async def test_a_reason_of_4000_characters_is_refused(stage: Stage, typed: str) -> None:
    await opens_case(stage, stage.cast.ann)
    before = await acts_of(stage)

    answer = await triage(stage, stage.cast.sue, f"{typed} " + "because " * 500)

    assert "The reason has 3,999 characters; 300 fit" in answer.words
    assert await acts_of(stage) == before


@pytest.mark.parametrize("word", ["stats", "export"])
async def test_what_is_no_number_of_days_is_told(stage: Stage, word: str) -> None:
    for typed in ("0", "367", "-1", "week", "1 2", "=1", "<!channel>", "9" * 4000):
        answer = await triage(stage, stage.cast.sue, f"{word} {typed}")
        assert "a number of days from 1 to 366" in answer.words, typed
        assert f"/triage {word} 7" in answer.words


TOKENS = [
    *COMMANDS,
    *("1", "#1", "99", "-1", "2h", "30d", "7", "all", "mine", "@Sam Support", "<@U0>", "<!channel>", "<"),
    *("&amp;", "=1+1", "\x00", "\u202e", "\U0001f600"),
    *("%s", "{0}", "'; --", "\n", "\t", "`x`", "text " * 50),
]


async def test_whatever_is_typed_is_answered_in_private_and_breaks_nothing(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    dice = random.Random(4)

    for _ in range(60):
        typed = " ".join(dice.choices(TOKENS, k=dice.randint(0, 5)))
        answer = await triage(stage, stage.cast.sue, typed)
        assert answer.ephemeral
        assert answer.words.strip()
        assert "Something went wrong" not in answer.words, typed

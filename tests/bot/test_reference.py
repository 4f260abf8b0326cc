"""What a client reads out is understood however it was copied, and nothing else is taken for it."""

from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.log import bind, get_logger
from bot.reference import first_digits, new_reference, read_reference, reference_of, reference_or_new
from tests.bot.log_steps import Lines

SUBMISSION = "1a2b3c4d" + "0" * 24


@pytest.mark.parametrize(
    "typed",
    [
        "R-1a2b3c4d",
        "r-1A2B3C4D",
        "1a2b3c4d",
        " R-1a2b3c4d. ",
        "`R-1a2b3c4d`",
        "“R-1a2b3c4d”",
        "(R-1a2b3c4d),",
    ],
)
def test_a_reference_is_read_however_it_was_copied(typed: str) -> None:
    assert read_reference(typed) == "R-1a2b3c4d" == reference_of(SUBMISSION)
    assert SUBMISSION.startswith(first_digits("R-1a2b3c4d"))


@pytest.mark.parametrize(
    "typed", ["", "7", "R-", "R-1a2b3c4", "R-1a2b3c4d5", "R-1a2b3c4g", "R-１a2b3c4d", SUBMISSION]
)
def test_what_is_none_is_not_taken_for_one(typed: str) -> None:
    assert read_reference(typed) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_reference_or_nothing(typed: str) -> None:
    found = read_reference(typed)
    assert found is None or read_reference(found) == found


def test_a_new_one_looks_like_the_others_and_is_another_each_time() -> None:
    made = {new_reference() for _ in range(100)}

    assert len(made) == 100
    assert all(read_reference(one) == one for one in made)


@pytest.mark.parametrize("value", ["", "kucoin", "R-1a2b3c4d", 7, None, SUBMISSION.upper()])
def test_what_belongs_to_no_submission_gets_a_reference_of_its_own(value: object) -> None:
    assert reference_or_new(value) != reference_or_new(value)
    assert reference_or_new(SUBMISSION) == reference_of(SUBMISSION)


def test_every_line_that_names_a_submission_holds_its_reference(lines: Lines) -> None:
    submission = uuid.uuid4().hex
    log = get_logger("bot.test")

    log.info("handed", submission=submission)
    with bind(submission=submission, case=3):
        log.warning("bound")
    log.info("of_none")

    handed, bound, of_none = (json.loads(line) for line in lines.getvalue().splitlines())
    assert handed["ref"] == bound["ref"] == reference_of(submission)
    assert bound["case"] == 3
    assert "ref" not in of_none

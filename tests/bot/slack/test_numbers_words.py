"""The numbers of a period as staff read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.schema import CaseState
from bot.slack.numbers_words import numbers_text, span_words, steps_of
from bot.stats import Spread, Stats
from validators.diagnosis import Requirement, Verdict
from validators.exchange import discover

UNTIL = datetime(2026, 3, 2, 12, tzinfo=UTC)


def stats(**known: object) -> Stats:
    return Stats(UNTIL - timedelta(days=7), UNTIL, **known)  # type: ignore[arg-type]  # one field at a time


def test_an_empty_period_says_so_in_words() -> None:
    text = numbers_text(stats(), "KuCoin, the last 7 days")

    assert "*Tests:* 0 by 0 clients" in text
    assert "*Cases:* 0 opened; 0 open now" in text
    assert text.count("none in this time") == 3


def test_everything_is_counted_and_named() -> None:
    text = numbers_text(
        stats(
            verdicts={Verdict.PASSED: 2, Verdict.COULD_NOT_TELL: 1},
            clients=1,
            open_cases={CaseState.OPEN: 2, CaseState.WAITING: 1},
            opened=4,
            unclaimed=1,
            first_response=Spread(3, timedelta(minutes=12), timedelta(hours=2)),
            resolution=Spread(1, timedelta(days=3), timedelta(days=3)),
            by_step={"Guide, Step Four": (1, 4), "Guide, Step Six": (7, 0)},
        ),
        "KuCoin",
    )

    assert "*Tests:* 3 by 1 client (2 passed, 1 could not tell)" in text
    assert "*Cases:* 4 opened; 3 open now (2 open, 1 waiting for the client)" in text
    assert "*Need support and nobody has them:* 1" in text
    assert "*First response:* median 12 min, 90th percentile 2.0 h (3 cases)" in text
    assert "*Resolution:* median 3.0 days, 90th percentile 3.0 days (1 case)" in text
    assert "Guide, Step Six: 7; Guide, Step Four: 5" in text


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1.0 h"),
        (timedelta(hours=47), "47.0 h"),
        (timedelta(days=2), "2.0 days"),
    ],
)
def test_a_span_is_told_in_the_unit_that_people_use(span: timedelta, words: str) -> None:
    assert span_words(span) == words


def test_each_requirement_has_its_step_of_the_guide() -> None:
    steps = steps_of(discover()["kucoin"])

    assert set(steps) == set(Requirement)
    assert steps[Requirement.NO_IP_RESTRICTION] == "Guide, Step Four"

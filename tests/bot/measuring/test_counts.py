"""What happens is counted under labels that are known beforehand, whatever is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from bot.measuring import Counts
from bot.measuring.counts import ASKED_BY, CAUSES, DOOR, MESSAGE_KINDS, OTHER, OUTCOMES, WAYS, worst_cause
from bot.schema import Attempt
from tests.bot.rows import DANGEROUS, FIXABLE, IN_DOUBT, NOON, PASSED, diagnosis
from validators.diagnosis import Cause, Diagnosis, Verdict

KNOWN = {
    "exchange": {"kucoin", OTHER},
    "verdict": {verdict.value for verdict in Verdict},
    "cause": set(CAUSES),
    "asked_by": {*ASKED_BY, OTHER},
    "way": {*WAYS, OTHER},
    "why": {*DOOR, OTHER},
    "kind": {*MESSAGE_KINDS, OTHER},
    "outcome": {*OUTCOMES, OTHER},
}
"""Every label with every value that it can have."""


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def counts(registry: CollectorRegistry) -> Counts:
    return Counts(registry)


def attempt(verdict: Verdict, asked_by: str = "client", seconds: float = 2.0) -> Attempt:
    settled_at = NOON + timedelta(seconds=seconds)
    made = Attempt(id=1, submission_id="s", number=1, asked_by=asked_by, asked_at=NOON, due_at=NOON)
    made.settled_at, made.verdict = settled_at, verdict
    return made


def strange_labels(registry: CollectorRegistry) -> list[tuple[str, str, str]]:
    """Every sample with a label, or a value of one, that was not known beforehand."""
    return [
        (sample.name, name, value)
        for family in registry.collect()
        for sample in family.samples
        for name, value in sample.labels.items()
        if name != "le" and value not in KNOWN.get(name, ())
    ]


@pytest.mark.parametrize(
    ("found", "verdict", "cause"),
    [
        (PASSED, Verdict.PASSED, "none"),
        (FIXABLE, Verdict.NEEDS_A_FIX, "ip_restricted"),
        (DANGEROUS, Verdict.NEEDS_A_FIX, "can_trade"),
        (IN_DOUBT, Verdict.COULD_NOT_TELL, "venue_down"),
        (None, Verdict.COULD_NOT_TELL, "own_error"),
    ],
)
def test_a_test_is_counted_by_verdict_and_worst_cause(
    registry: CollectorRegistry, counts: Counts, found: Diagnosis | None, verdict: Verdict, cause: str
) -> None:
    counts.settled(attempt(verdict), "kucoin", found)

    labels = {"exchange": "kucoin", "verdict": verdict.value, "cause": cause}
    assert registry.get_sample_value("keydesk_tests_total", labels) == 1


def test_a_note_is_no_cause(registry: CollectorRegistry) -> None:
    assert worst_cause(diagnosis(Cause.SUB_ACCOUNT)) == "none"
    assert worst_cause(diagnosis(Cause.IP_RESTRICTED, Cause.SUB_ACCOUNT)) == "ip_restricted"


def test_the_time_to_a_verdict_is_from_asking_to_settling(
    registry: CollectorRegistry, counts: Counts
) -> None:
    counts.settled(attempt(Verdict.PASSED, seconds=0.2), "kucoin", PASSED)
    counts.settled(attempt(Verdict.PASSED, seconds=3.0), "kucoin", PASSED)

    of = {"exchange": "kucoin"}
    assert registry.get_sample_value("keydesk_time_to_verdict_seconds_count", of) == 2
    assert registry.get_sample_value("keydesk_time_to_verdict_seconds_sum", of) == pytest.approx(3.2)
    assert registry.get_sample_value("keydesk_time_to_verdict_seconds_bucket", of | {"le": "0.25"}) == 1


def test_what_is_tried_again_by_itself_is_no_time_that_somebody_waited(
    registry: CollectorRegistry, counts: Counts
) -> None:
    counts.settled(attempt(Verdict.COULD_NOT_TELL, "keydesk"), "kucoin", IN_DOUBT)

    of = {"exchange": "kucoin"}
    assert registry.get_sample_value("keydesk_retries_total", of) == 1
    assert registry.get_sample_value("keydesk_time_to_verdict_seconds_count", of) == 0
    assert registry.get_sample_value("keydesk_tests_asked_total", {"asked_by": "keydesk"}) == 1


def test_errors_of_the_venue_are_counted_by_each_cause(registry: CollectorRegistry, counts: Counts) -> None:
    counts.settled(
        attempt(Verdict.NEEDS_A_FIX),
        "kucoin",
        diagnosis(Cause.IP_RESTRICTED, Cause.TOO_SLOW, Cause.VENUE_DOWN),
    )

    counted = {
        cause: registry.get_sample_value("keydesk_venue_errors_total", {"exchange": "kucoin", "cause": cause})
        for cause in ("too_slow", "venue_down", "ip_restricted")
    }
    assert counted == {"too_slow": 1, "venue_down": 1, "ip_restricted": None}


def test_answers_to_slack_are_timed_and_refusals_counted(registry: CollectorRegistry, counts: Counts) -> None:
    counts.delivered("interactive", 0.3)
    counts.refused("signature does not fit")
    counts.sent("card", "parked")

    assert registry.get_sample_value("keydesk_ack_seconds_sum", {"way": "interactive"}) == 0.3
    assert (
        registry.get_sample_value("keydesk_deliveries_refused_total", {"why": "signature does not fit"}) == 1
    )
    assert registry.get_sample_value("keydesk_messages_total", {"kind": "card", "outcome": "parked"}) == 1


def test_a_rate_has_a_zero_before_the_first_of_it(registry: CollectorRegistry, counts: Counts) -> None:
    for why in DOOR:
        assert registry.get_sample_value("keydesk_deliveries_refused_total", {"why": why}) == 0
    for way in WAYS:
        assert registry.get_sample_value("keydesk_ack_seconds_count", {"way": way}) == 0


@given(word=st.text())
def test_nobody_outside_can_make_up_a_label(word: str) -> None:
    registry = CollectorRegistry()
    counts = Counts(registry)

    counts.delivered(word, 0.1)
    counts.refused(word)
    counts.sent(word, word)
    for found in (None, *map(diagnosis, Cause)):
        counts.settled(attempt(Verdict.COULD_NOT_TELL, word), word, found)

    assert strange_labels(registry) == []
    assert registry.get_sample_value("keydesk_deliveries_refused_total", {"why": OTHER}) == 1


def test_two_programs_in_one_process_count_apart() -> None:
    one, other = CollectorRegistry(), CollectorRegistry()
    first = Counts(one)
    Counts(other)

    first.delivered("interactive", 0.1)

    of = {"way": "interactive"}
    assert one.get_sample_value("keydesk_ack_seconds_count", of) == 1
    assert other.get_sample_value("keydesk_ack_seconds_count", of) == 0

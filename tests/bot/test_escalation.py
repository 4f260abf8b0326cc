"""When people are needed: each rule of the contract, and quiet before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escalation import Reason, needs_staff, sentence_of
from tests.bot.rows import DANGEROUS, FIXABLE, IN_DOUBT, PASSED, diagnosis
from validators.diagnosis import KIND_OF, Cause, Diagnosis, Kind

AT_ONCE = {
    Cause.ACCOUNT_FROZEN: Reason.FROZEN,
    Cause.IDENTITY_CHECK: Reason.IDENTITY,
    Cause.REGION_REFUSED: Reason.REGION,
    Cause.NOT_UNDERSTOOD: Reason.NOT_UNDERSTOOD,
}
DANGERS = [cause for cause in Cause if KIND_OF[cause] is Kind.DANGER]
QUIET = [cause for cause in Cause if cause not in AT_ONCE and cause not in DANGERS]


@pytest.mark.parametrize("cause", DANGERS)
def test_a_key_that_can_trade_or_move_money_needs_people(cause: Cause) -> None:
    assert needs_staff(diagnosis(cause), 1) is Reason.DANGER


@pytest.mark.parametrize(("cause", "reason"), AT_ONCE.items())
def test_what_the_exchange_alone_can_mend_needs_people(cause: Cause, reason: Reason) -> None:
    assert needs_staff(diagnosis(cause), 1) is reason
    assert needs_staff(diagnosis(Cause.EXPIRED, cause), 1) is reason


@pytest.mark.parametrize("cause", QUIET)
def test_any_other_cause_is_quiet_at_first(cause: Cause) -> None:
    assert needs_staff(diagnosis(cause), 1) is None


@pytest.mark.parametrize(
    ("found", "failures", "exhausted", "reason"),
    [
        (FIXABLE, 1, False, None),
        (FIXABLE, 2, False, Reason.SECOND_FAILURE),
        (FIXABLE, 3, False, Reason.SECOND_FAILURE),
        (FIXABLE, 1, True, None),
        (IN_DOUBT, 0, False, None),
        (IN_DOUBT, 0, True, Reason.RETRIES_USED_UP),
        (None, 0, False, None),
        (None, 0, True, Reason.OWN_ERROR),
        (DANGEROUS, 2, True, Reason.DANGER),
        (PASSED, 0, False, None),
        (PASSED, 9, True, None),
    ],
)
def test_rules_that_look_beyond_the_diagnosis(
    found: Diagnosis | None, failures: int, exhausted: bool, reason: Reason | None
) -> None:
    assert needs_staff(found, failures, exhausted) is reason


@pytest.mark.parametrize("found", [None, PASSED, IN_DOUBT, FIXABLE])
def test_whoever_asks_for_support_gets_people(found: Diagnosis | None) -> None:
    assert needs_staff(found, 1, asked_support=True) is Reason.ASKED_SUPPORT


@given(st.lists(st.sampled_from(Cause), unique=True), st.integers(0, 5), st.booleans())
def test_more_trouble_never_makes_people_less_needed(
    causes: list[Cause], failures: int, exhausted: bool
) -> None:
    found = diagnosis(*causes)
    if needs_staff(found, failures) is not None:
        assert needs_staff(found, failures + 1, exhausted) is not None
        assert needs_staff(found, failures, exhausted, asked_support=True) is not None


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_for_staff_and_fits_its_column(reason: Reason) -> None:
    assert sentence_of(reason) == reason.sentence
    assert reason.sentence.endswith(".")
    assert len(reason) <= 32

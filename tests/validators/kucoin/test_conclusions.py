"""What holds for any two answers whatever."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.validators.kucoin.stage import (
    KEY,
    NOW_MS,
    described,
    lines,
)
from validators.diagnosis import (
    KIND_OF,
    SEVERITY,
    Cause,
    Diagnosis,
    Evidence,
    Kind,
    Requirement,
    State,
    Verdict,
)
from validators.kucoin import EXCHANGE
from validators.kucoin.answers import Answer
from validators.kucoin.codes import MEANING_OF_CODE
from validators.kucoin.verdict import Answers, Question, conclude


def test_neither_question_nor_answer_shows_the_key() -> None:
    own = Answer(None, EVIDENCE, data=described())
    shown = repr(Answers(own, own)) + repr(Question(KEY, "futures", NOW_MS))

    assert "futures" in shown
    assert KEY not in shown


EVIDENCE = Evidence("GET example.com/x")
CAUSES = sorted({meaning.cause for meaning in MEANING_OF_CODE.values()}, key=SEVERITY.__getitem__)
DOUBTS = [cause for cause in Cause if KIND_OF[cause] is Kind.DOUBT]
DESCRIPTIONS = st.builds(
    lambda permission, listed, end: described(permission=permission, ipWhitelist=listed, expiredAt=end),
    st.sampled_from(["General", "General,Spot", "General,Transfer", "Spot", "General,New", "", 5]),
    st.sampled_from([None, "", "1.2.3.4", 5]),
    st.sampled_from([None, "", NOW_MS - 1, NOW_MS + 1, "soon"]),
)
REFUSALS = st.builds(lambda cause: Answer(cause, EVIDENCE), st.sampled_from([*CAUSES, *DOUBTS]))
OWN = REFUSALS | st.builds(lambda data: Answer(None, EVIDENCE, data=data), DESCRIPTIONS | st.none())
PROBE = REFUSALS | st.builds(
    lambda data: Answer(None, EVIDENCE, data=data), st.sampled_from([[], [{}], {"currency": "USDT"}, None])
)


def concluded(own: Answer, probe: Answer, elsewhere: Answer | None, account: str) -> Diagnosis:
    found = conclude(Answers(own, probe, elsewhere), Question(KEY, account, NOW_MS))
    return Diagnosis("kucoin", account, *found)


ANY = (OWN, PROBE, st.none() | OWN, st.sampled_from(["spot_margin", "futures"]))


@settings(max_examples=100)
@given(*ANY)
def test_a_line_is_broken_exactly_where_a_fault_carries_it(
    own: Answer, probe: Answer, elsewhere: Answer | None, account: str
) -> None:
    diagnosis = concluded(own, probe, elsewhere, account)
    faults = [f for f in diagnosis.findings if f.kind in (Kind.DANGER, Kind.FAULT)]

    assert lines(diagnosis, State.BROKEN) == {f.requirement for f in faults}
    assert (diagnosis.verdict is Verdict.NEEDS_A_FIX) == bool(faults)


@settings(max_examples=100)
@given(*ANY)
@example(
    Answer(Cause.PASSPHRASE_OR_SECRET_WRONG, EVIDENCE),
    Answer(Cause.SECRET_WRONG, EVIDENCE),
    None,
    "spot_margin",
)
def test_an_unknown_line_says_why_and_all_nine_are_there(
    own: Answer, probe: Answer, elsewhere: Answer | None, account: str
) -> None:
    diagnosis = concluded(own, probe, elsewhere, account)

    assert [s.requirement for s in diagnosis.standings] == list(Requirement)
    assert all(s.because for s in diagnosis.standings if s.state is not State.MET)
    assert {s.because for s in diagnosis.standings} - {None} <= set(diagnosis.causes)


@settings(max_examples=100)
@given(*ANY)
def test_findings_stand_worst_first_and_none_twice(
    own: Answer, probe: Answer, elsewhere: Answer | None, account: str
) -> None:
    causes = concluded(own, probe, elsewhere, account).causes

    assert list(causes) == sorted(set(causes), key=SEVERITY.__getitem__)


@settings(max_examples=100)
@given(*ANY)
def test_only_two_successes_pass(own: Answer, probe: Answer, elsewhere: Answer | None, account: str) -> None:
    diagnosis = concluded(own, probe, elsewhere, account)

    if diagnosis.verdict is Verdict.PASSED:
        assert own.cause is None
        assert probe.cause is None
        assert own.data["permission"] == "General"


@settings(max_examples=100)
@given(*ANY)
def test_every_diagnosis_can_be_said_in_words_and_stored(
    own: Answer, probe: Answer, elsewhere: Answer | None, account: str
) -> None:
    diagnosis = concluded(own, probe, elsewhere, account)
    told = EXCHANGE.guide.explain(diagnosis)

    assert all(line.note for line in told.checklist if line.state is not State.MET)
    assert told.opening
    assert told.coming_next
    assert Diagnosis.from_json(diagnosis.to_json()) == diagnosis

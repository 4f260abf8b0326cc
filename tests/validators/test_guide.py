"""A diagnosis in words: every sentence reads well, and each fault says what to do."""

from __future__ import annotations

import re

import pytest

from validators import kucoin
from validators.diagnosis import (
    KIND_OF,
    Cause,
    Diagnosis,
    Finding,
    Kind,
    Requirement,
    Standing,
    State,
    Verdict,
)

GUIDE = kucoin.EXCHANGE.guide
MET = tuple(Standing(line, State.MET) for line in Requirement)


def explained(*findings: Finding, standings: tuple[Standing, ...] = MET, account: str = "spot_margin") -> str:
    told = GUIDE.explain(Diagnosis("kucoin", account, findings, standings))
    return "\n".join(
        [
            told.word,
            told.opening,
            *(f"{line.mark} {line.text} {line.note} {line.step}" for line in told.checklist),
            *(" ".join((a.headline, *a.do, a.step, a.staff)) for a in told.advice),
            *told.notes,
            *told.coming_next,
        ]
    )


def test_a_pass_says_what_comes_next_and_that_the_other_account_needs_its_own_test() -> None:
    told = explained(account="futures")

    path = ("Passed", "Client Portal", "Exchange Accounts", "Add Exchange", "Test Keys", "Submit")
    assert [told.index(word) for word in path] == sorted(told.index(word) for word in path)
    assert "If you use Spot/Margin too" in told
    assert "read your Futures account" in told


def test_a_pass_has_nine_ticked_lines_with_their_steps() -> None:
    checklist = GUIDE.explain(Diagnosis("kucoin", "futures", (), MET)).checklist

    assert [(line.text, line.step) for line in checklist] == [
        ("Key found at KuCoin", "Guide, Step Six and Step Seven"),
        ("Secret matches", "Guide, Step Six and Step Seven"),
        ("Passphrase matches", "Guide, Step Four and Step Seven"),
        ("General (read) is on", "Guide, Step Four"),
        ("Trade is off", "Guide, Step Four"),
        ("Transfer is off", "Guide, Step Four"),
        ("IP restriction is No", "Guide, Step Four"),
        ("Validity is Permanent", "Guide, Step Four and Step Six"),
        ("Account data can be read", "Guide, Step Three and Step Eight"),
    ]
    assert {line.mark for line in checklist} == {"✓"}


def test_a_key_without_an_end_date_says_so_beside_its_line() -> None:
    finding = Finding(Cause.END_DATE_NOT_REPORTED, Requirement.PERMANENT)
    told = GUIDE.explain(Diagnosis("kucoin", "futures", (finding,), MET))
    assert [line.note for line in told.checklist if line.note] == ["KuCoin reports no end date."]
    assert told.notes == ()


def test_each_line_that_is_not_met_says_why() -> None:
    wrong = Finding(Cause.SECRET_WRONG, Requirement.SECRET_MATCHES)
    noted = Finding(Cause.END_DATE_NOT_REPORTED, Requirement.PERMANENT)
    standings = (
        Standing(Requirement.KEY_FOUND, State.MET),
        Standing(Requirement.SECRET_MATCHES, State.BROKEN, Cause.SECRET_WRONG),
        Standing(Requirement.TRADE_OFF, State.UNKNOWN, Cause.SECRET_WRONG),
        Standing(Requirement.PERMANENT, State.UNKNOWN, Cause.SECRET_WRONG),
    )
    told = GUIDE.explain(Diagnosis("kucoin", "futures", (wrong, noted), standings))

    assert [(line.mark, line.note) for line in told.checklist] == [
        ("✓", ""),
        ("✗", "The API Secret does not fit this key."),
        ("?", "A wrong secret hides the rest: fix it, then test again."),
        ("?", "A wrong secret hides the rest: fix it, then test again."),
    ]


def test_of_two_faults_of_one_line_the_worse_stands_beside_it() -> None:
    app = Finding(Cause.THIRD_PARTY_APP, Requirement.NO_IP_RESTRICTION, {"app": "3Commas"})
    listed = Finding(Cause.IP_RESTRICTED, Requirement.NO_IP_RESTRICTION)
    standing = Standing(Requirement.NO_IP_RESTRICTION, State.BROKEN, Cause.THIRD_PARTY_APP)
    (line,) = GUIDE.explain(Diagnosis("kucoin", "futures", (app, listed), (standing,))).checklist

    assert "3Commas" in line.note


def test_a_headline_survives_a_detail_that_an_older_case_does_not_hold() -> None:
    (advice,) = GUIDE.explain(Diagnosis("kucoin", "futures", (Finding(Cause.EXPIRED),), ())).advice

    assert advice.headline == "This key ran out on …."
    assert advice.staff == "The key's validity is over."


def test_a_sentence_whose_detail_is_not_known_is_left_out() -> None:
    assert "made on" in explained(GUIDE.example(Cause.KEY_NOT_FOUND))
    assert "made on" not in explained(Finding(Cause.KEY_NOT_FOUND))


def test_a_detail_cannot_smuggle_in_another_placeholder() -> None:
    told = explained(Finding(Cause.SUB_ACCOUNT, details={"name": "{account} {x} {0.__class__}"}))

    assert "called {account} {x} {0.__class__}." in told


def test_a_doubt_blames_nobody_and_asks_nothing_of_the_client() -> None:
    open_lines = tuple(Standing(line, State.UNKNOWN, Cause.VENUE_DOWN) for line in Requirement)
    told = explained(Finding(Cause.VENUE_DOWN), standings=open_lines)

    assert told.startswith("Could not tell\n")
    assert "nothing is known about your key yet" in told
    assert "Your key is not the reason." in told
    assert "nothing you need to do" in told


@pytest.mark.parametrize("cause", [c for c in Cause if KIND_OF[c] is Kind.DANGER])
def test_a_danger_is_told_first_of_all_and_that_a_new_key_is_safe(cause: Cause) -> None:
    worst = GUIDE.explain(
        Diagnosis("kucoin", "spot_margin", (GUIDE.example(cause), Finding(Cause.IP_RESTRICTED)), ())
    )

    assert worst.opening.startswith(worst.advice[0].headline)
    assert "delete this key" in worst.opening
    assert "make a new one (Guide, Step Three)" in worst.opening


JARGON = re.compile(
    r"(?i)\b(whitelist|http|https|endpoint|null|none|timestamp|json|api call|request|response|timeout"
    r"|status code|server|error|invalid|failed|exception|token|IP address|please note)\b"
)


def every_sentence() -> list[tuple[str, str]]:
    """Everything that a client may read, each with the place it is from; filled with examples."""
    said = []
    for cause in GUIDE.words.answers:
        told = GUIDE.explain(Diagnosis("kucoin", "spot_margin", (GUIDE.example(cause),), ()))
        said += [(cause.value, text) for a in told.advice for text in (a.headline, *a.do)]
        said += [(cause.value, text) for text in (GUIDE.words.answers[cause].hidden, *told.notes) if text]
    for name, outcome in GUIDE.words.outcomes.items():
        said += [(name, text) for text in (outcome.opening, *outcome.next)]
    return said + list(GUIDE.words.shapes.items())


@pytest.mark.parametrize(("place", "sentence"), every_sentence())
def test_every_sentence_reads_well(place: str, sentence: str) -> None:
    assert sentence[0].isupper() or sentence.startswith("{")
    assert sentence[-1] in ".?"
    assert "  " not in sentence
    assert not JARGON.findall(sentence.replace("no errors are noted", ""))
    assert len(max(re.split(r"(?<=[.:?]) ", sentence), key=len)) <= 150, "a sentence is short"


@pytest.mark.parametrize("cause", [c for c in Cause if KIND_OF[c] in (Kind.DANGER, Kind.FAULT)])
def test_every_fault_has_something_to_do_and_a_step_or_support(cause: Cause) -> None:
    (advice,) = GUIDE.explain(Diagnosis("kucoin", "futures", (GUIDE.example(cause),), ())).advice

    assert advice.do
    assert advice.step or "support" in " ".join(advice.do)
    assert advice.staff


@pytest.mark.parametrize("cause", [c for c in Cause if KIND_OF[c] is Kind.DOUBT])
def test_no_doubt_asks_the_client_to_change_the_key(cause: Cause) -> None:
    (advice,) = GUIDE.explain(Diagnosis("kucoin", "futures", (GUIDE.example(cause),), ())).advice

    assert "your key" in " ".join(advice.do).lower()
    assert advice.step == ""
    assert advice.staff


STEP_TITLES = {
    "One": "Log in to your Kucoin account at https://www.kucoin.com/",
    "Two": "After signing in, select your profile icon in the top right corner, then select API Management"
    " from the dropdown.",
    "Three": 'Select the correct API to add, then select "Create API"',
    "Four": "Enter your API key parameter information",
    "Five": "Complete the 2FA authentication when prompted, then check your email",
    "Six": "Record your API keys and verify permissions once more",
    "Seven": "Enter your API keys into the Hash Data tool",
    "Eight": 'Click "Test Keys" and let that complete.',
}


def test_the_steps_are_those_of_the_published_guide() -> None:
    assert {step.number: step.title for step in GUIDE.words.steps.values()} == STEP_TITLES
    assert GUIDE.url == "https://hash-data.gitbook.io/exchange-api-guide/kucoin"


def test_the_accounts_of_the_guide_are_those_of_the_exchange() -> None:
    labels = {account.slug: account.label for account in kucoin.EXCHANGE.accounts}

    assert labels == GUIDE.words.accounts


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_word_of_each_verdict(verdict: Verdict) -> None:
    words = {"passed": "Passed", "needs_a_fix": "Needs a fix", "could_not_tell": "Could not tell"}

    assert GUIDE.words.outcomes[verdict.value].word == words[verdict.value]
    assert GUIDE.words.outcomes["dangerous"].word == "Needs a fix"

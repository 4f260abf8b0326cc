"""The guide's file is checked whole when it is read: a slip is told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

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
from validators.guide import GuideError, load
from validators.kucoin.words import DETAILS

WORDS = (Path(kucoin.__file__).parent / "guide.yml").read_text("utf-8")
GUIDE = kucoin.EXCHANGE.guide
MET = tuple(Standing(line, State.MET) for line in Requirement)


def written(folder: Path, text: str) -> Path:
    path = folder / "guide.yml"
    path.write_text(text, "utf-8")
    return path


def slip(folder: Path, was: str, becomes: str) -> tuple[str, int]:
    """The complaint about the file with one change, and the line on which the change stands."""
    assert was in WORDS, "the slip has to be made in something that is there"
    line = WORDS[: WORDS.index(was)].count("\n") + 1
    with pytest.raises(GuideError) as raised:
        load(written(folder, WORDS.replace(was, becomes, 1)), details=DETAILS)
    return str(raised.value), line


TYPOS = [
    ("unreachable:", "unreachible:", "unreachible"),
    ("steps: [create-api, set-parameters]", "steps: [create-apy]", "create-apy"),
    ("{ticked} is ticked, which the guide", "{tickt} is ticked, which the guide", "tickt"),
    ("This key ran out on {date}.", "This key ran out on {made}.", "made"),
    ("This key ran out on {date}.", "This key ran out on {date.", "brace"),
    ("word: Passed", "word: ", "text is expected"),
    ("title: KuCoin\n", "title: [KuCoin]\n", "text is expected"),
    ("accounts:\n", "accountz:\n", "accountz"),
    ("  transfer_off: {text:", "  transfers_off: {text:", "transfers_off"),
    ('headline: "KuCoin could not be reached."', "headline: 5", "text is expected"),
    ('headline: "KuCoin could not be reached."', "headline: yes", "text is expected"),
    ("  old_key:\n", "  expired:\n", "twice"),
    ('    do: ["This is ours to mend. Your key is not the reason."]', "    do: ours", "list is expected"),
]


@pytest.mark.parametrize(("was", "becomes", "named"), TYPOS)
def test_a_slip_in_the_file_is_named_with_its_line(
    tmp_path: Path, was: str, becomes: str, named: str
) -> None:
    complaint, line = slip(tmp_path, was, becomes)

    assert named in complaint
    told = re.search(r"guide\.yml, line (\d+): ", complaint)
    assert told is not None
    assert abs(int(told[1]) - line) <= 1 or "twice" in complaint


@pytest.mark.parametrize("cause", list(Cause))
def test_a_cause_without_an_answer_is_named(tmp_path: Path, cause: Cause) -> None:
    words = yaml.safe_load(WORDS)
    del words["answers"][cause.value]

    with pytest.raises(GuideError, match=cause.value):
        load(written(tmp_path, yaml.safe_dump(words, sort_keys=False)), details=DETAILS)


def test_an_exchange_that_cannot_find_something_needs_no_answer_for_it(tmp_path: Path) -> None:
    words = yaml.safe_load(WORDS)
    del words["answers"]["legacy_futures_key"]
    causes = [cause for cause in Cause if cause is not Cause.LEGACY_FUTURES_KEY]

    guide = load(written(tmp_path, yaml.safe_dump(words)), details=DETAILS, causes=causes)
    assert guide.title == "KuCoin"


@pytest.mark.parametrize("field", ["headline", "do", "steps", "staff", "hidden"])
def test_an_answer_lacks_nothing(tmp_path: Path, field: str) -> None:
    words = yaml.safe_load(WORDS)
    del words["answers"]["expired"][field]

    with pytest.raises(GuideError, match=f"expired lacks '{field}'"):
        load(written(tmp_path, yaml.safe_dump(words)), details=DETAILS)


NO_GUIDES = ["", "- a list", "just words", "a: [", "\ttab: 1", "a: &x [*x]", "title: KuCoin", "? [1]\n: 2"]


@pytest.mark.parametrize("text", NO_GUIDES)
def test_what_is_no_guide_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(GuideError, match=r"guide\.yml"):
        load(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(GuideError, match=r"guide\.yml cannot be read"):
        load(tmp_path / "guide.yml")


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_no_text_makes_it_burst(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("guide", numbered=True)
    with pytest.raises(GuideError):
        load(written(folder, text.encode("utf-8", "replace").decode()))


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


def test_a_sentence_whose_detail_is_not_known_is_left_out() -> None:
    assert "made on" in explained(GUIDE.example(Cause.KEY_NOT_FOUND))
    assert "made on" not in explained(Finding(Cause.KEY_NOT_FOUND))


def test_a_detail_cannot_smuggle_in_another_placeholder() -> None:
    told = explained(Finding(Cause.SUB_ACCOUNT, details={"name": "{account} {x} {0.__class__}"}))

    assert "called {account} {x} {0.__class__}." in told


def test_a_doubt_blames_nobody_and_says_that_it_is_tried_again() -> None:
    open_lines = tuple(Standing(line, State.UNKNOWN, Cause.VENUE_DOWN) for line in Requirement)
    told = explained(Finding(Cause.VENUE_DOWN), standings=open_lines)

    assert told.startswith("Could not tell\n")
    assert "nothing against your key" in told
    assert "tried again by itself" in told


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

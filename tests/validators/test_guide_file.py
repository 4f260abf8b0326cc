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
    Cause,
)
from validators.guide import GuideError, load
from validators.kucoin.words import DETAILS

WORDS = (Path(kucoin.__file__).parent / "guide.yml").read_text("utf-8")


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


def test_a_name_that_is_nearly_right_is_recognised_on_its_own_line(tmp_path: Path) -> None:
    complaint, line = slip(tmp_path, "  too_slow:", "  too_sloow:")

    assert complaint == f"guide.yml, line {line}: answers has no 'too_sloow'; did you mean 'too_slow'?"


def test_for_a_name_like_no_other_each_that_is_known_is_told_once(tmp_path: Path) -> None:
    complaint, line = slip(tmp_path, "  too_slow:", "  zzz:")

    assert complaint.startswith(f"guide.yml, line {line}: answers has no 'zzz'; it knows can_withdraw, ")
    assert complaint.count("can_withdraw") == 1


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

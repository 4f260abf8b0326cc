"""Every answer of the guide on show, from the very file that is being edited."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import validators.kucoin
from bot.demo.page.examples import diagnosis_of, passed
from bot.demo.page.training import Training
from bot.demo.workspace.rules import message_faults
from validators.diagnosis import KIND_OF, Cause, Kind, Requirement, State, Verdict
from validators.exchange import discover

WORDS = Path(str(validators.kucoin.__file__)).with_name("guide.yml")
EXCHANGE = discover()["kucoin"]
CAUSES = list(EXCHANGE.guide.words.answers)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(WORDS, tmp_path / "guide.yml"))


@pytest.fixture
def training(file: Path) -> Training:
    return Training(EXCHANGE, file)


def items(training: Training) -> dict[str, dict[str, Any]]:
    return {one["slug"]: one for group in training.told()["groups"] for one in group["items"]}


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.value)
def test_every_cause_is_on_show_with_its_own_line(training: Training, file: Path, cause: Cause) -> None:
    shown = items(training)[cause.value]
    assert shown["title"]
    assert "{" not in shown["title"]
    assert file.read_text("utf-8").splitlines()[shown["line"] - 1].strip() == f"{cause.value}:"
    assert (shown["staff"] is None) is (KIND_OF[cause] is Kind.NOTE)


@pytest.mark.parametrize("slug", [*(cause.value for cause in CAUSES), "passed", "greeting", "invitation"])
def test_what_is_on_show_could_be_sent(training: Training, slug: str) -> None:
    shown = items(training)[slug]
    for blocks in filter(None, (shown["client"], shown.get("staff"))):
        assert [fault.as_line() for fault in message_faults({"text": "x", "blocks": blocks})] == []


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.value)
def test_an_example_stands_for_its_cause_alone(cause: Cause) -> None:
    diagnosis = diagnosis_of(EXCHANGE, cause)
    assert diagnosis.causes == (cause,)
    assert [one.requirement for one in diagnosis.standings] == list(Requirement)
    broken = [one for one in diagnosis.standings if one.state is State.BROKEN]
    verdict = {
        Kind.DANGER: Verdict.NEEDS_A_FIX,
        Kind.FAULT: Verdict.NEEDS_A_FIX,
        Kind.DOUBT: Verdict.COULD_NOT_TELL,
        Kind.NOTE: Verdict.PASSED,
    }[KIND_OF[cause]]
    assert diagnosis.verdict is verdict
    assert bool(broken) is (verdict is Verdict.NEEDS_A_FIX)


def test_a_key_with_nothing_wrong_is_on_show_too(training: Training) -> None:
    assert passed(EXCHANGE).verdict is Verdict.PASSED
    assert "Passed" in json.dumps(items(training)["passed"]["client"])


def test_saved_words_are_noticed_once_and_shown(training: Training, file: Path) -> None:
    assert not training.changed()
    text = file.read_text("utf-8")
    file.write_text(text.replace("KuCoin did not answer in time.", "KuCoin was asleep."), "utf-8")
    os.utime(file, ns=(1, 1))
    assert training.changed()
    assert not training.changed()
    assert items(training)["too_slow"]["title"] == "KuCoin was asleep."


def test_a_slip_is_told_with_its_line_and_mended_words_are_back(training: Training, file: Path) -> None:
    text = file.read_text("utf-8")
    line = text.splitlines().index("  too_slow:") + 1
    file.write_text(text.replace("  too_slow:", "  too_sloow:"), "utf-8")
    told = training.told()
    assert told["groups"] == []
    assert told["slip"] == f"guide.yml, line {line}: answers has no 'too_sloow'; did you mean 'too_slow'?"
    file.write_text(text, "utf-8")
    assert training.told()["slip"] == ""


def test_a_file_that_went_away_is_told_and_noticed(training: Training, file: Path) -> None:
    file.unlink()
    assert training.changed()
    assert "cannot be read" in training.told()["slip"]


def test_without_a_file_of_ones_own_the_exchange_s_is_read() -> None:
    told = Training().told()
    assert told["file"] == "validators/kucoin/guide.yml"
    assert Training().file == WORDS


def test_two_looks_at_the_same_words_are_the_same(training: Training) -> None:
    assert training.told() == training.told()

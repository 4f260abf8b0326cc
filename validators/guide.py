"""The words: steps and answers, read from an exchange's ``guide.yml`` and checked when loaded.

`explain` turns a diagnosis into sentences; Slack, the terminal and the e-mail only lay them out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from validators.diagnosis import (
    Cause,
    Diagnosis,
    Finding,
    Kind,
    Standing,
    State,
    Verdict,
)
from validators.guide_file import PLACEHOLDER, Details, GuideError, Outcome, Words, cited, read_words

__all__ = ["Advice", "Explanation", "Guide", "GuideError", "Line", "load"]

MARKS = {State.MET: "✓", State.BROKEN: "✗", State.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the checklist: "✗ Trade is off · Guide, Step Four"."""

    mark: str
    state: State
    text: str
    note: str
    step: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One finding as a person reads it.

    Attributes:
        headline: What is wrong, one sentence.
        do: What to do, in screen words, one sentence each.
        step: "Guide, Step Four"; empty where no step of the guide helps.
        staff: What support should know or do, one or two sentences.
    """

    cause: Cause
    headline: str
    do: tuple[str, ...]
    step: str
    staff: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A diagnosis in words, plain text throughout (no Slack markup, nothing escaped).

    Attributes:
        word: "Passed", "Needs a fix" or "Could not tell".
        opening: One or two sentences under the header.
        advice: Worst first: dangers, faults, doubts.
        notes: Worth saying besides.
        coming_next: What to do now, in order.
    """

    verdict: Verdict
    word: str
    opening: str
    checklist: tuple[Line, ...]
    advice: tuple[Advice, ...]
    notes: tuple[str, ...]
    coming_next: tuple[str, ...]


class Guide:
    """An exchange's guide. Made by `load`.

    Attributes:
        title: The exchange, as a client reads it.
        url: Where the guide is read.
        words: The whole file.
        details: The placeholders of each cause that has any, each with an example.
    """

    def __init__(self, words: Words, details: Details) -> None:
        self.title = words.title
        self.url = words.url
        self.words = words
        self.details = details

    def headline(self, cause: Cause) -> str:
        """What *cause* is, in one sentence, for a cause whose headline needs no details."""
        return self.words.answers[cause].headline

    def for_staff(self, cause: Cause) -> str:
        """What staff may do about *cause*, for one whose words need no details."""
        return self.words.answers[cause].staff

    def example(self, cause: Cause) -> Finding:
        """A finding of this cause with details as they may come."""
        details = self.details.get(cause, {})
        return Finding(cause, details={name.rstrip("?"): value for name, value in details.items()})

    def explain(self, diagnosis: Diagnosis) -> Explanation:
        """Say *diagnosis* in words."""
        told = [f for f in diagnosis.findings if f.kind is not Kind.NOTE]
        notes = [f for f in diagnosis.findings if f.kind is Kind.NOTE and f.requirement is None]
        outcome = self._outcome(diagnosis)
        around = self._around(diagnosis)
        return Explanation(
            verdict=diagnosis.verdict,
            word=outcome.word,
            opening=_filled(outcome.opening, around | {"worst": self._worst(told, around)}) or "",
            checklist=tuple(self._line(standing, diagnosis) for standing in diagnosis.standings),
            advice=tuple(self._advice(finding, around) for finding in told),
            notes=tuple(self._note(finding, around) for finding in notes),
            coming_next=_all_filled(outcome.next, around),
        )

    def _outcome(self, diagnosis: Diagnosis) -> Outcome:
        return self.words.outcomes["dangerous" if diagnosis.dangerous else diagnosis.verdict.value]

    def _around(self, diagnosis: Diagnosis) -> dict[str, str]:
        """What fills the placeholders that every sentence may hold."""
        others = [label for slug, label in self.words.accounts.items() if slug != diagnosis.account]
        return {"account": self.words.accounts.get(diagnosis.account, ""), "other": " or ".join(others)}

    def _worst(self, told: list[Finding], around: Mapping[str, str]) -> str:
        return self._advice(told[0], around).headline if told else ""

    def _line(self, standing: Standing, diagnosis: Diagnosis) -> Line:
        asked = self.words.requirements[standing.requirement]
        return Line(
            mark=MARKS[standing.state],
            state=standing.state,
            text=asked.text,
            note=self._reason(standing, diagnosis),
            step=cited(asked.steps),
        )

    def _reason(self, standing: Standing, diagnosis: Diagnosis) -> str:
        around = self._around(diagnosis)
        if standing.state is State.UNKNOWN and standing.because:
            return _filled(self.words.answers[standing.because].hidden, around) or ""
        for finding in diagnosis.findings:
            is_its_note = finding.kind is Kind.NOTE and standing.state is State.MET
            if finding.requirement is standing.requirement and (
                finding.cause is standing.because or is_its_note
            ):
                return self._advice(finding, around).headline
        return ""

    def _advice(self, finding: Finding, around: Mapping[str, str]) -> Advice:
        answer = self.words.answers[finding.cause]
        details = {**finding.details, **around}
        return Advice(
            cause=finding.cause,
            headline=_filled(answer.headline, details) or PLACEHOLDER.sub("…", answer.headline),
            do=_all_filled(answer.do, details),
            step=cited(answer.steps),
            staff=_filled(answer.staff, details) or PLACEHOLDER.sub("…", answer.staff),
        )

    def _note(self, finding: Finding, around: Mapping[str, str]) -> str:
        advice = self._advice(finding, around)
        return " ".join((advice.headline, *advice.do))


def load(path: Path, *, details: Details | None = None, causes: Collection[Cause] = tuple(Cause)) -> Guide:
    """Read an exchange's words and check them whole.

    Args:
        details: The placeholders of each cause that has any, each with an example.
        causes: What the exchange can find; each needs an answer.

    Raises:
        GuideError: the file has a slip; the message names file, line and what is wrong.
    """
    return Guide(read_words(path, details or {}, causes), details or {})


def _filled(text: str, details: Mapping[str, str]) -> str | None:
    """*text* with its placeholders filled; None where one is not known."""
    if any(not details.get(name) for name in PLACEHOLDER.findall(text)):
        return None
    return PLACEHOLDER.sub(lambda found: details[found[1]], text)


def _all_filled(texts: Iterable[str], details: Mapping[str, str]) -> tuple[str, ...]:
    """Those sentences whose placeholders are known."""
    return tuple(filled for text in texts if (filled := _filled(text, details)))

"""The words: steps and answers, read from an exchange's ``guide.yml`` and checked when loaded.

`explain` turns a diagnosis into sentences; Slack, the terminal and the e-mail only lay them out.
"""

from __future__ import annotations

from dataclasses import dataclass

from validators.diagnosis import Cause, Diagnosis, State, Verdict


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
    """An exchange's guide. Made by `load`."""

    title: str
    url: str

    def explain(self, diagnosis: Diagnosis) -> Explanation:
        """Say *diagnosis* in words."""
        raise NotImplementedError

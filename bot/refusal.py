"""We understood, and the answer is no: the one family of exceptions that is not a fault of ours."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error
    """Carries facts; the edge has the sentences. Never holds what a person typed."""


class Told(Refusal):
    """A refusal that already is the sentence: ours, without anything that a person typed."""

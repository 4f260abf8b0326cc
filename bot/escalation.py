"""When a case needs people, and why: the contract's rules as a table. Pure.

Quiet before that: the card alone. The first rule that holds is the reason staff are told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from validators.diagnosis import Cause, Diagnosis, Verdict

FAILURES_IN_ROW = 2


class Reason(StrEnum):
    """Why people are needed. Stored with the case; released values are never renamed."""

    DANGER = "danger"
    FROZEN = "frozen"
    IDENTITY = "identity"
    REGION = "region"
    NOT_UNDERSTOOD = "not_understood"
    OWN_ERROR = "own_error"
    RETRIES_USED_UP = "retries_used_up"
    SECOND_FAILURE = "second_failure"
    ASKED_SUPPORT = "asked_support"
    CLIENT_REPLIED = "client_replied"
    SHARED_KEY = "shared_key"

    @property
    def sentence(self) -> str:
        """What staff read."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.DANGER: "The key can trade or move money. Make sure that the client deletes it.",
    Reason.FROZEN: "The exchange says that the account is frozen. The client cannot mend that alone.",
    Reason.IDENTITY: "The exchange asks the client for an identity check.",
    Reason.REGION: "The exchange refuses the region that the request came from.",
    Reason.NOT_UNDERSTOOD: "The exchange gave an answer that nobody here has seen before.",
    Reason.OWN_ERROR: "keydesk itself failed during the test. The client has done nothing wrong.",
    Reason.RETRIES_USED_UP: "The test still could not tell after being tried again by itself.",
    Reason.SECOND_FAILURE: "The test failed for the second time in a row.",
    Reason.ASKED_SUPPORT: "The client asks for support.",
    Reason.CLIENT_REPLIED: "The client wrote, and nobody has this case.",
    Reason.SHARED_KEY: "More than one person has tested this same key.",
}

_FOR_STAFF = {
    Cause.ACCOUNT_FROZEN: Reason.FROZEN,
    Cause.IDENTITY_CHECK: Reason.IDENTITY,
    Cause.REGION_REFUSED: Reason.REGION,
    Cause.NOT_UNDERSTOOD: Reason.NOT_UNDERSTOOD,
}
"""Causes that staff are told of at once, the weightiest first."""


@dataclass(frozen=True, slots=True)
class _Facts:
    diagnosis: Diagnosis | None
    failures_in_row: int
    retries_exhausted: bool

    @property
    def verdict(self) -> Verdict:
        return self.diagnosis.verdict if self.diagnosis else Verdict.COULD_NOT_TELL

    def names(self, cause: Cause) -> bool:
        return self.diagnosis is not None and cause in self.diagnosis.causes


Rule = Callable[[_Facts], bool]

_RULES: tuple[tuple[Reason, Rule], ...] = (
    (Reason.DANGER, lambda facts: facts.diagnosis is not None and facts.diagnosis.dangerous),
    *((reason, lambda facts, cause=cause: facts.names(cause)) for cause, reason in _FOR_STAFF.items()),
    (Reason.OWN_ERROR, lambda facts: facts.retries_exhausted and facts.diagnosis is None),
    (
        Reason.RETRIES_USED_UP,
        lambda facts: facts.retries_exhausted and facts.verdict is Verdict.COULD_NOT_TELL,
    ),
    (Reason.SECOND_FAILURE, lambda facts: facts.failures_in_row >= FAILURES_IN_ROW),
)


def needs_staff(
    diagnosis: Diagnosis | None,
    failures_in_row: int,
    retries_exhausted: bool = False,
    asked_support: bool = False,
) -> Reason | None:
    """Why people are needed now, or None.

    Args:
        diagnosis: Of the test at hand; None where there was none: an error of ours, or keys that
            did not open.
        failures_in_row: Tests that needed a fix since the last pass, this one included.
        retries_exhausted: The test was tried again by itself as often as it should be.
        asked_support: The client pressed "Ask support".
    """
    facts = _Facts(diagnosis, failures_in_row, retries_exhausted)
    if diagnosis is None or facts.verdict is not Verdict.PASSED:
        for reason, holds in _RULES:
            if holds(facts):
                return reason
    return Reason.ASKED_SUPPORT if asked_support else None


def sentence_of(reason: Reason) -> str:
    """What staff read; the same as `Reason.sentence`."""
    return reason.sentence

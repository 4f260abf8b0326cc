"""What a client reads out to support: it leads to the log's lines and to ``keydesk audit``. Pure.

A test's reference is the beginning of its submission's id, so it is random, opens nothing, and needs
no table. What went wrong before there was a submission has one too, which stands in the log alone.
"""

from __future__ import annotations

import re
import uuid

DIGITS = 8
"""Of 32: among a million submissions one in 4,000 shares its reference with another; both are shown."""
_SHAPE = re.compile(rf"R?-?([0-9a-f]{{{DIGITS}}})", re.IGNORECASE)
_SUBMISSION = re.compile(r"[0-9a-f]{32}")


def reference_of(submission_id: str) -> str:
    """The reference of a submission: ``R-1a2b3c4d``."""
    return f"R-{submission_id[:DIGITS]}"


def new_reference() -> str:
    """One for what belongs to no submission."""
    return reference_of(uuid.uuid4().hex)


def reference_or_new(submission_id: object) -> str:
    """That of the submission, where it is the id of one; else a new one."""
    if isinstance(submission_id, str) and _SUBMISSION.fullmatch(submission_id):
        return reference_of(submission_id)
    return new_reference()


def read_reference(typed: str) -> str | None:
    """What somebody typed or pasted, as we write it; None where it is no reference.

    Capitals, a missing "R-" and the brackets, quotes or full stop of a sentence round it are forgiven.
    """
    found = _SHAPE.fullmatch(typed.strip(" \t`'\"“”().,:"))
    return f"R-{found[1].lower()}" if found else None


def first_digits(reference: str) -> str:
    """With what the submission's id begins."""
    return reference.removeprefix("R-")

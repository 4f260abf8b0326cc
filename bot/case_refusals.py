"""Why an act on a case is refused. Facts only; the edge has the sentences."""

from __future__ import annotations

from bot.refusal import Refusal


class CaseRefusal(Refusal):
    """An act on a case that cannot be done. `number` is what was asked for."""

    def __init__(self, number: int, because: str) -> None:
        super().__init__(f"case {number}: {because}")
        self.number = number


class NoSuchCase(CaseRefusal):
    """There is none of that number, or not for this client."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "there is no such case")


class CaseClosed(CaseRefusal):
    """It has to be reopened first."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "it is closed")


class CaseNotClosed(CaseRefusal):
    """There is nothing to reopen."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "it is not closed")


class CaseAlreadyClaimed(CaseRefusal):
    """Somebody else, `by`, has it."""

    def __init__(self, number: int, by: str) -> None:
        super().__init__(number, "somebody else has it")
        self.by = by


class NotYourCase(CaseRefusal):
    """Only its owner, `by`, may do this."""

    def __init__(self, number: int, by: str) -> None:
        super().__init__(number, "it belongs to somebody else")
        self.by = by


class AnotherCaseOpen(CaseRefusal):
    """The client has case `other` open for the same exchange and account."""

    def __init__(self, number: int, other: int) -> None:
        super().__init__(number, f"case {other} is open for the same account")
        self.other = other

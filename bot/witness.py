"""Told of what happens, to count and time it: one for each process, handed to whoever has something to tell.

This one listens and does nothing; `bot.measuring` has one that counts. What is told are ids, numbers
and words of closed lists: no person, nothing that was typed.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from bot.schema import Attempt
from bot.tracing import Tracing
from validators.diagnosis import Diagnosis


class Witness:
    """Each method returns at once and never raises."""

    def __init__(self, tracing: Tracing | None = None) -> None:
        self._tracing = tracing

    def span(self, name: str, **ids: object) -> AbstractContextManager[None]:
        """Time the block for whoever collects traces; costs nothing where nobody does."""
        return nullcontext() if self._tracing is None else self._tracing.span(name, ids)

    def delivered(self, way: str, seconds: float) -> None:
        """A delivery of Slack was answered.

        Args:
            way: ``slash_commands``, ``interactive`` or ``events_api``, as Slack calls them.
            seconds: From its arrival to our answer.
        """

    def refused(self, why: str) -> None:
        """A request that claimed to be Slack's was not taken, for one of a few reasons."""

    def settled(self, attempt: Attempt, exchange: str, diagnosis: Diagnosis | None) -> None:
        """A test has its verdict, and it is committed; no diagnosis means an error of ours."""

    def sent(self, kind: str, outcome: str) -> None:
        """A message was handed over.

        Args:
            kind: Of the outbox: ``card``, ``result``.
            outcome: ``sent``, ``found`` (it had gone out before), ``later``, ``parked``, ``uncertain`` or
                ``overtaken``.
        """

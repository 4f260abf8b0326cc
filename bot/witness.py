"""Told of what happens, to count it: one for each process, handed to whoever has something to tell.

This one listens and does nothing; `bot.measuring` has one that counts. What is told are words of
closed lists and numbers: no id of a person, nothing that was typed.
"""

from __future__ import annotations

from bot.schema import Attempt
from validators.diagnosis import Diagnosis


class Witness:
    """Each method returns at once and never raises."""

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

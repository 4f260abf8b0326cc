"""The ways in which Slack fails a call, before or after the deed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app import Tempo
from bot.demo.stage import Stage
from bot.demo.workspace import Fault

IMPATIENT = Tempo(pace_s=0.0, sweep_s=0.1, farewell_s=0.5, grace_s=0.05, parked_s=0.1, call_s=0.8)
WAIT_S = 25
BEFORE_OR_AFTER = (
    Fault.INTERNAL_ERROR,
    Fault.FATAL_ERROR,
    Fault.HTTP_500,
    Fault.HTTP_503,
    Fault.HTML_200,
    Fault.SLOW,
)


@dataclass(frozen=True)
class Harm:
    """One way in which a call fails.

    Attributes:
        stored: Whether it was done all the same.
    """

    fault: Fault
    stored: bool = False

    def __str__(self) -> str:
        return f"{self.fault}-{'done' if self.stored else 'not_done'}"

    def strike(self, stage: Stage, method: str, times: int | None = 1, after: int = 0) -> None:
        """Let the next calls of *method* fail so."""
        stage.slack.faults.add(method, self.fault, times, after, retry_after=1, stored=self.stored)


HARMS = [
    Harm(Fault.STORE_THEN_DROP, stored=True),
    Harm(Fault.DROP_BEFORE_STORE),
    Harm(Fault.RATE_LIMITED),
    *(Harm(fault, stored) for fault in BEFORE_OR_AFTER for stored in (False, True)),
]

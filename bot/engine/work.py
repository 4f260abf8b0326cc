"""A piece of durable work as the engine's tables have it."""

from __future__ import annotations

from dataclasses import dataclass

RUNNING = "PENDING"
UNFINISHED = (RUNNING, "ENQUEUED", "DELAYED")
FAILED = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
FINISHED = ("SUCCESS", "CANCELLED", *FAILED)


@dataclass(frozen=True, slots=True)
class Work:
    """One subject's run of one kind of work.

    Attributes:
        state: DBOS's word, one of UNFINISHED or FINISHED.
        executor_id: Who runs it, or ran it last.
        code: Of failed work, what failed.
        takeovers: How often it was handed on because its process had died.
    """

    name: str
    subject: str
    state: str
    executor_id: str | None = None
    code: str | None = None
    takeovers: int = 0

    @property
    def id(self) -> str:
        return work_id(self.name, self.subject)


def work_id(name: str, subject: str) -> str:
    """The same work has the same id on every replica and after every restart."""
    return f"{name}:{subject}"

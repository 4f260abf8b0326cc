"""What a piece of durable work is handed: steps that are remembered, and how one fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

Plain = Any
"""Plain JSON: None, bool, int, float, str, lists of these and dicts with text keys."""


class StepError(Exception):
    """A step used up its attempts. Carries names only, never the text of an exception.

    Attributes:
        step: The step's name.
        code: The last exception's own `code` where it has one, else its class name.
    """

    def __init__(self, step: str, code: str) -> None:
        super().__init__(f"step {step} failed: {code}")
        self.step, self.code = step, code


class Steps(Protocol):
    """The steps of one run. A step that was recorded is not run again after a crash."""

    async def run(
        self,
        name: str,
        fn: Callable[..., Awaitable[Plain]],
        *args: Plain,
        attempts: int = 5,
        interval_s: float = 1.0,
        backoff: float = 2.0,
    ) -> Plain:
        """Run *fn* once, as far as anybody can tell, and remember its plain JSON result.

        A crash between the effect and its record runs it again: *fn* must be safe to repeat.

        Args:
            attempts: How often *fn* is tried, the first time included.
            interval_s: Seconds before the second attempt.
            backoff: Each further wait is so many times the one before.

        Raises:
            StepError: every attempt raised.
        """
        ...

    async def patched(self, change: str) -> bool:
        """Whether to follow *change* of the order of steps.

        False where this run went past this point before *change* was released: then do as before.
        """
        ...


Workflow = Callable[[str, Steps], Awaitable[None]]
"""A piece of durable work: told the id of its subject, and given its steps."""

OnFailure = Callable[[str, str, str], Awaitable[None]]
"""Told the name of the work, its subject and a code, when the work cannot go on."""

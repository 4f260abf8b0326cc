"""What a person gets to see after an act."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shown:
    """What comes back at once after a command or shortcut.

    Attributes:
        text: What the person reads, or "".
        ephemeral: Whether only they see it.
        error: Slack's word when it failed: operation_timeout, dispatch_failed, unknown_command, …
    """

    text: str = ""
    ephemeral: bool = True
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a press or a submission.

    Attributes:
        errors: Field label → what is wrong with it.
        closed: Whether that dialog is gone.
        error: Slack's word when it failed.
    """

    errors: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    error: str | None = None

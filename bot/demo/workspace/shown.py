"""What a person gets to see after an act."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: What Slack's own client writes when an act comes to nothing; "{act}" is what was typed or pressed.
NOTICES = {
    "unknown_command": "{act} is not a valid command.",
    "restricted_action": "You don't have permission to use {act} here.",
    "unknown_shortcut": "{act} is not in your menu.",
    "account_inactive": "This account has been deactivated.",
    "interactivity_disabled": "This app is not configured to handle interactive responses.",
    "invalid_response": "We had some trouble connecting. Try again?",
    "options_load_url_missing": "This app has not said where its options come from.",
}
FAILED_COMMAND = '{act} failed with the error "{error}"'
FAILED_PRESS = "This app didn't respond in time or answered with an error ({error}). Try again?"


def notice(error: str | None, act: str) -> str:
    """The sentence for *error*, "" where nothing went wrong."""
    if error is None:
        return ""
    general = FAILED_COMMAND if act.startswith("/") else FAILED_PRESS
    return NOTICES.get(error, general).format(act=act, error=error)


@dataclass(frozen=True, slots=True)
class Shown:
    """What comes back at once after a command or shortcut.

    Attributes:
        text: What the person reads, or "".
        ephemeral: Whether only they see it.
        error: Slack's word when it failed: operation_timeout, dispatch_failed, unknown_command, …
        act: What they typed or chose.
    """

    text: str = ""
    ephemeral: bool = True
    error: str | None = None
    act: str = ""

    @property
    def notice(self) -> str:
        """What Slack's client says of the failure, or ""."""
        return notice(self.error, self.act)


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a menu shows after something was typed into it.

    Attributes:
        offered: The options as the app handed them out.
        error: Slack's word when nothing came of it.
    """

    offered: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None

    @property
    def options(self) -> list[str]:
        """The texts that can be chosen now."""
        return [option["text"]["text"] for option in self.offered]

    @property
    def notice(self) -> str:
        """What Slack's client says of the failure, or ""."""
        return notice(self.error, "the menu")


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

    @property
    def notice(self) -> str:
        """What Slack's client says of the failure, or ""."""
        return notice(self.error, "the button")

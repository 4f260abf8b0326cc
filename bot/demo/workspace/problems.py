"""Slack's way to say no, and the questions that are put to the payload rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.demo.workspace.rules_fault import Fault


class SlackError(Exception):
    """The call is refused.

    Attributes:
        code: Slack's word for it.
        messages: Slack's sentences, for `response_metadata.messages`.
    """

    def __init__(self, code: str, messages: Iterable[str] = (), status: int = 200, **extra: object) -> None:
        super().__init__(code)
        self.code, self.messages, self.status, self.extra = code, list(messages), status, extra

    def answer(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


#: Rules whose breach Slack answers with their own word instead of a general one.
OWN_WORD = frozenset(
    {"view_too_large", "metadata_too_large", "msg_too_long", "no_text", "too_many_attachments"}
)


def refuse(faults: Sequence[Fault], root: str = "") -> None:
    """Refuse the whole call when any rule is broken.

    Raises:
        SlackError: with one sentence for each breach; *root* comes before their pointers.
    """
    if not faults:
        return
    in_blocks = any(fault.pointer.startswith("/blocks") for fault in faults) and not root
    general = "invalid_blocks" if in_blocks else "invalid_arguments"
    code = next((fault.code for fault in faults if fault.code in OWN_WORD), general)
    raise SlackError(code, [fault.as_line(root) for fault in faults])

"""One thing that Slack would refuse, and how Slack says it.

Codes, constraint names and messages are those of Slack's own open-source schema checker
(github.com/slackhq/hack-json-schema, `src/Exceptions.php` and `src/Constraints/`), which is what
`blocks.validate`, `invalid_blocks` and `response_metadata.messages` speak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SHOWN = 60
"""Characters of a wrong value that a fault may repeat; what a person typed is never repeated at all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that Slack would refuse, in the shape of `blocks.validate`'s errors.

    Attributes:
        code: `missing_field`, `invalid_type` or `failed_constraint`; where the Web API has a word of its own
            for it, as `no_text` or `view_too_large`, that word.
        message: Slack's words for it.
        pointer: JSON pointer into the judged value, e.g. `/blocks/0/text/text`; "" is the value itself.
        constraint: `{"type", "expected", "got"}`, or None where Slack sends none.
        field: Name of the absent field, for `missing_field` only.
    """

    code: str
    message: str
    pointer: str
    constraint: dict[str, Any] | None = None
    field: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The fault as `blocks.validate` sends it."""
        always = {"code": self.code, "message": self.message, "pointer": self.pointer}
        extra = {"constraint": self.constraint, "field": self.field}
        return always | {name: value for name, value in extra.items() if value is not None}

    def as_line(self, root: str = "") -> str:
        """The fault as it stands in `response_metadata.messages`; *root* is put before its pointer."""
        return f"[ERROR] {self.message} [json-pointer:{root}{self.pointer}]"


def failed(kind: str, message: str, pointer: str, expected: Any = None, got: Any = None) -> Fault:
    """A constraint that does not hold. *expected* and *got* are left out where None."""
    told = {"expected": expected, "got": got}
    constraint = {"type": kind} | {name: value for name, value in told.items() if value is not None}
    return Fault("failed_constraint", message, pointer, constraint)


def wrong_type(message: str, pointer: str) -> Fault:
    """A value of another JSON type than the one asked for."""
    return Fault("invalid_type", message, pointer)


def below(pointer: str, key: str | int) -> str:
    """The pointer of a member (RFC 6901)."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def shown(value: Any) -> str:
    """As much of a wrong value as a fault may repeat: a short string, or the name of its type."""
    return value[:SHOWN] if isinstance(value, str) else f"({type(value).__name__})"

"""What can go wrong at Slack, on demand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """How a call fails. Those that can happen after the deed take `stored`."""

    STORE_THEN_DROP = "store_then_drop"
    DROP_BEFORE_STORE = "drop_before_store"
    RATE_LIMITED = "ratelimited"
    INTERNAL_ERROR = "internal_error"
    FATAL_ERROR = "fatal_error"
    HTTP_500 = "http_500"
    HTTP_503 = "http_503"
    HTML_200 = "html_200"
    SLOW = "slow"
    TOKEN_REVOKED = "token_revoked"
    INVALID_AUTH = "invalid_auth"
    ACCOUNT_INACTIVE = "account_inactive"
    NOT_IN_CHANNEL = "not_in_channel"
    IS_ARCHIVED = "is_archived"


@dataclass(slots=True)
class Planned:
    """A fault that waits for its calls.

    Attributes:
        times: How often it strikes; None for ever.
        after: How many calls pass unharmed first.
        retry_after_s: What a rate limit tells the caller to wait.
        stored: Whether the deed is done before the failure is told.
    """

    method: str
    fault: Fault
    times: int | None = 1
    after: int = 0
    retry_after_s: int = 30
    stored: bool = False


#: Names of faults that are not Web API methods, and what they strike.
ALIASES = {"connections": "apps.connections.open"}


class Faults:
    """The plan of faults, taken in the order they were added."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []

    def add(
        self,
        method: str,
        fault: Fault,
        times: int | None = 1,
        after: int = 0,
        retry_after: int = 30,
        stored: bool = False,
    ) -> Planned:
        """Let something fail.

        Args:
            method: A Web API method; "*" for all of them; "socket" for the handshake of one, "delivery" for
                what is sent to the app (it never arrives), "ack" for the app's acknowledgement (it gets
                lost), "response_url" for posts to such an address.
            times: How often; None until it is removed.
            after: How many pass unharmed first.
            retry_after: Seconds, for RATE_LIMITED.
            stored: Whether the deed is done before it fails.
        """
        stored = stored or fault is Fault.STORE_THEN_DROP
        planned = Planned(ALIASES.get(method, method), fault, times, after, retry_after, stored)
        self._planned.append(planned)
        return planned

    def remove(self, planned: Planned) -> None:
        """Let it fail no more."""
        if planned in self._planned:
            self._planned.remove(planned)

    def clear(self) -> None:
        """No fault is left."""
        self._planned.clear()

    def take(self, method: str) -> Planned | None:
        """The fault that strikes this call, used up by one."""
        for planned in self._planned:
            if planned.method != method and not (planned.method == "*" and "." in method):
                continue
            if planned.after > 0:
                planned.after -= 1
                continue
            if planned.times is not None:
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
            return planned
        return None

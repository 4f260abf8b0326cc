"""What can be made to go wrong, and for which requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Self

from bot.demo.kucoin.answers import ROWS


class Fault(Enum):
    """One way in which KuCoin, or the way to it, fails. `title` is what a person reads.

    Members whose value stands in `answers.ROWS` answer with that code, status and text.
    """

    title: str

    def __new__(cls, slug: str, title: str) -> Self:
        member = object.__new__(cls)
        member._value_ = slug
        member.title = title
        return member

    # the way to KuCoin
    DOWN = "down", "KuCoin is down"
    SLOW = "slow", "KuCoin is slow: it takes the request and never answers"
    LATE = "late", "KuCoin is slow: every answer takes three seconds"
    TRICKLE = "trickle", "KuCoin is slow: the answer trickles in byte by byte"
    DISCONNECT_MID_BODY = "disconnect_mid_body", "The connection breaks in the middle of the answer"
    CLOCK_SKEW = "clock_skew", "KuCoin's clock and ours differ by a minute"
    REDIRECT = "redirect", "KuCoin sends us to another address"

    # KuCoin has trouble, or takes us for trouble
    RATE_LIMITED = "429000", "We asked KuCoin too often"
    SYSTEM_RATE_LIMITED = "429000_system", "Everybody together asks KuCoin too often"
    BLOCKED_FOR_A_WHILE = "200002", "We asked too often in a short time and are shut out for ten seconds"
    CLOUDFLARE_1015 = "cloudflare_1015", "Cloudflare, which stands before KuCoin, shuts us out"
    CLOUDFRONT_403 = "cloudfront_403", "CloudFront, which stands before KuCoin, refuses the request"
    INTERNAL_500 = "500000", "KuCoin has an error of its own"
    HTML_502 = "html_502", "Nothing answers behind KuCoin's gateway"
    SYSTEM_BUSY = "230005", "KuCoin says that it is busy"
    MAINTENANCE_503 = "maintenance_503", "KuCoin is closed for maintenance"
    CANCEL_ONLY = "cancel_only", "KuCoin's status says that orders can only be cancelled"

    # KuCoin refuses this key
    KEY_NOT_FOUND = "400003", "KuCoin does not know the key"
    PASSPHRASE_WRONG = "400004", "KuCoin refuses the passphrase"
    SIGNATURE_WRONG = "400005", "KuCoin refuses the signature"
    ADDRESS_REFUSED = "400006", "The key is restricted to other addresses"
    NEEDS_PERMISSION = "400007", "The key lacks a permission"
    FUTURES_NEEDS_PERMISSION = "futures_needs_permission", "The futures overview wants the Futures permission"
    OLD_KEY = "400008", "KuCoin no longer takes keys of version 1 and 2"
    UID_DENIED = "400010", "KuCoin denies this account access"
    SESSION_FAILED = "400011", "KuCoin's check of the session fails"
    SESSION_NEEDED = "400012", "KuCoin wants its session verified"
    FROZEN = "411100", "The account is frozen"
    IDENTITY_CHECK = "400303", "The account's identity check is missing"
    NOT_A_MASTER_USER = "not_a_master_user", "KuCoin says that this is not a main account"
    MARGIN_NOT_ENABLED = "101030", "Margin trading was never enabled in the account"
    NOT_UNIFIED = "112010", "KuCoin says that the account is not a unified one"
    USER_NOT_FOUND = "116104", "KuCoin does not find the user, and says so with HTTP 200"

    # KuCoin refuses us, where we are, or how we ask
    REGION_US = "400302", "KuCoin takes us to be in the United States"
    REGION_LAWS = "400301", "KuCoin may not serve our region"
    REGION_ACCOUNT = "400500", "KuCoin does not support the account's region"
    REGION_TRADING = "600004", "Trading is not available where we are"
    REGION_ORDERS = "40010", "Orders are not available where we are"
    HEADER_MISSING = "400001", "KuCoin misses a header of our request"
    TIMESTAMP_REFUSED = "400002", "KuCoin refuses our timestamp"
    VERSION_REFUSED = "400009", "KuCoin refuses every key version in the header"
    REFUSES_VERSION_2 = "refuses_version_2", "KuCoin refuses version 2 in the header"
    REFUSES_VERSION_3 = "refuses_version_3", "KuCoin refuses version 3 in the header"
    PARAMETER_ERROR = "400100", "KuCoin refuses a parameter"
    UNKNOWN_PARTNER = "400200", "KuCoin takes us for an unknown broker"
    PARTNER_SIGN = "400201", "KuCoin refuses a broker's signature that we never sent"
    PARTNER_ADDRESS = "400202", "KuCoin refuses a broker's address"
    DEPRECATED = "401000", "KuCoin has withdrawn the address that we ask"
    URL_NOT_FOUND = "404000", "KuCoin does not know the address that we ask"
    MEDIA_TYPE = "415000", "KuCoin refuses our content type"
    UNKNOWN_CODE = "unknown_code", "KuCoin answers with a code that nobody has seen"

    # answers that nobody understands
    NOT_JSON = "not_json", "KuCoin answers with a web page"
    TRUNCATED_JSON = "truncated_json", "The answer ends too early"
    EMPTY_BODY = "empty_body", "The answer is empty"
    HUGE_BODY = "huge_body", "The answer is far too long"
    GZIP_BOMB = "gzip_bomb", "The answer is small on the way and huge when unpacked"
    DEEP_NESTING = "deep_nesting", "The answer is nested a hundred thousand deep"
    NAN = "nan", "The answer holds a number that is none"
    DUPLICATE_KEYS = "duplicate_keys", "The answer says two different things under one name"
    WRONG_TYPES = "wrong_types", "The answer's fields are of other kinds than ever before"
    BAD_UTF8 = "bad_utf8", "The answer holds bytes that are no text"
    WRONG_ECHO = "wrong_echo", "KuCoin describes another key than the one we asked about"

    @classmethod
    def code(cls, code: str) -> Fault:
        """The fault that answers with this code, or that has this slug.

        Raises:
            LookupError: there is none.
        """
        for fault in cls:
            if fault.value == code:
                return fault
        raise LookupError(f"no fault has the code or slug {code!r}")


FAULT_TITLES: dict[Fault, str] = {fault: fault.title for fault in Fault}
USUAL_SECONDS = {Fault.CLOCK_SKEW: 60.0, Fault.LATE: 3.0}
OF_KEYS = {fault for fault in Fault if fault.value in ROWS and ROWS[fault.value].of_keys}


@dataclass(slots=True)
class Trouble:
    """A fault at work.

    Attributes:
        times: Requests that it still strikes; None for all.
        host, path: Where it strikes; None for everywhere.
        seconds: By how much a skewed clock is ahead, or how late an answer comes.
        http_status, words: In place of those of the code's row.
    """

    fault: Fault
    times: int | None = None
    path: str | None = None
    host: str | None = None
    seconds: float = 0.0
    http_status: int | None = None
    words: str | None = None

    def strikes(self, host: str, path: str, with_key: bool) -> bool:
        here = self.host in (None, host) and self.path in (None, path)
        return here and self.times != 0 and (with_key or self.fault not in OF_KEYS)


class Faults:
    """The faults at work, in the order in which they were added."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._troubles: list[Trouble] = []
        self._changed = changed

    def add(
        self,
        fault: Fault,
        times: int | None = None,
        path: str | None = None,
        host: str | None = None,
        *,
        seconds: float | None = None,
        http_status: int | None = None,
        words: str | None = None,
    ) -> None:
        """Let it go wrong: the next `times` requests, or all until `remove` or `clear`.

        The rest is told in `Trouble`. A fault that refuses keys strikes no request without one.
        DOWN without `times` and `path` closes the port; else it resets the connection.
        """
        seconds = USUAL_SECONDS.get(fault, 0.0) if seconds is None else seconds
        self._troubles.append(Trouble(fault, times, path, host, seconds, http_status, words))
        self._changed()

    def remove(self, fault: Fault) -> None:
        """End this fault, however often it was added; nothing happens where it is not at work."""
        self._troubles = [trouble for trouble in self._troubles if trouble.fault is not fault]
        self._changed()

    def clear(self) -> None:
        """Let all be well."""
        self._troubles.clear()
        self._changed()

    @property
    def active(self) -> list[Fault]:
        """What is at work, for a page to show."""
        return [trouble.fault for trouble in self._troubles if trouble.times != 0]

    def striking(self, host: str, path: str, with_key: bool) -> list[Trouble]:
        """What strikes this request, which counts."""
        struck = [trouble for trouble in self._troubles if trouble.strikes(host, path, with_key)]
        for trouble in struck:
            if trouble.times is not None:
                trouble.times -= 1
        return struck

    def closes(self, host: str) -> bool:
        """Whether nothing listens at this host."""
        return any(
            trouble.fault is Fault.DOWN
            and trouble.times is None
            and trouble.path is None
            and trouble.host in (None, host)
            for trouble in self._troubles
        )

"""What a check found out: the vocabulary that everything else hangs on.

An exchange's folder produces these values, its guide explains them, a case stores them,
escalation routes them, and tests are parametrised over them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """The three outcomes. "Could not tell" is what you get by doing nothing."""

    PASSED = "passed"
    NEEDS_A_FIX = "needs_a_fix"
    COULD_NOT_TELL = "could_not_tell"


class Requirement(StrEnum):
    """What a key must be, in the order in which a person reads the checklist."""

    KEY_FOUND = "key_found"
    SECRET_MATCHES = "secret_matches"
    PASSPHRASE_MATCHES = "passphrase_matches"
    GENERAL_ON = "general_on"
    TRADE_OFF = "trade_off"
    TRANSFER_OFF = "transfer_off"
    NO_IP_RESTRICTION = "no_ip_restriction"
    PERMANENT = "permanent"
    DATA_READABLE = "data_readable"


class State(StrEnum):
    """How a requirement stands. Unknown always has a reason."""

    MET = "met"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a cause means for the client."""

    FAULT = "fault"
    """Something about the key or the account that the client can put right."""
    DANGER = "danger"
    """A fault that lets the key trade or move money: told first, keys forgotten at once."""
    DOUBT = "doubt"
    """Nobody's fault that the client could mend: an outage, our clock, an answer nobody understands."""
    NOTE = "note"
    """Worth saying; the key may pass all the same."""


class Cause(StrEnum):
    """Why a requirement is broken or unknown. Released values are never renamed.

    The members stand worst first within their kind: findings are told in this order.
    """

    # danger: the key can do more than read
    CAN_WITHDRAW = "can_withdraw"
    CAN_TRANSFER = "can_transfer"
    CAN_TRADE = "can_trade"
    UNKNOWN_PERMISSION = "unknown_permission"

    # fault: of the account
    ACCOUNT_FROZEN = "account_frozen"
    IDENTITY_CHECK = "identity_check"

    # fault: of the key or of what was typed
    KEY_NOT_FOUND = "key_not_found"
    KEY_OF_OTHER_SITE = "key_of_other_site"
    OLD_KEY = "old_key"
    LEGACY_FUTURES_KEY = "legacy_futures_key"
    NOT_MAIN_ACCOUNT = "not_main_account"
    PASSPHRASE_OR_SECRET_WRONG = "passphrase_or_secret_wrong"
    SECRET_WRONG = "secret_wrong"
    EXPIRED = "expired"
    THIRD_PARTY_APP = "third_party_app"
    IP_RESTRICTED = "ip_restricted"
    GENERAL_OFF = "general_off"
    WILL_EXPIRE = "will_expire"

    # doubt: never the client's fault
    REGION_REFUSED = "region_refused"
    ACCOUNT_REFUSED = "account_refused"
    ACCOUNT_MODE = "account_mode"
    OUR_CLOCK = "our_clock"
    OUR_REQUEST = "our_request"
    BLOCKED_AT_THE_EDGE = "blocked_at_the_edge"
    RATE_LIMITED = "rate_limited"
    VENUE_DOWN = "venue_down"
    TOO_SLOW = "too_slow"
    UNREACHABLE = "unreachable"
    NOT_UNDERSTOOD = "not_understood"
    """The default for every answer that stands in no table."""

    # note: does not decide
    SUB_ACCOUNT = "sub_account"
    OTHER_SITE = "other_site"
    OLD_KEY_VERSION = "old_key_version"
    END_DATE_NOT_REPORTED = "end_date_not_reported"


_FIRST_OF_KIND = {
    Cause.CAN_WITHDRAW: Kind.DANGER,
    Cause.ACCOUNT_FROZEN: Kind.FAULT,
    Cause.REGION_REFUSED: Kind.DOUBT,
    Cause.SUB_ACCOUNT: Kind.NOTE,
}


def _kinds() -> dict[Cause, Kind]:
    kinds, current = {}, Kind.DANGER
    for cause in Cause:
        current = _FIRST_OF_KIND.get(cause, current)
        kinds[cause] = current
    return kinds


KIND_OF = _kinds()
SEVERITY = {cause: place for place, cause in enumerate(Cause)}
"""Lower is worse."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        requirement: The line of the checklist it belongs to; None where it belongs to none.
        details: What the words of the guide fill in, such as ``{"ticked": "Spot Trading"}``.
            From the exchange, so hostile until escaped; never a secret.
    """

    cause: Cause
    requirement: Requirement | None = None
    details: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.cause]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one requirement stands, and why where that is not plain.

    Attributes:
        because: For a broken one the worst cause; for an unknown one what hides it.
    """

    requirement: Requirement
    state: State
    because: Cause | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer of the exchange, fit to be stored and shown to staff.

    Attributes:
        request: Method, host and path, without query string.
        http_status: None if no response arrived.
        code: The exchange's own error code, as sent; at most 64 characters.
        words: The exchange's own message, as sent; at most 300 characters; hostile until escaped.
        took_ms: From sending to the whole answer, or to giving up.
    """

    request: str
    http_status: int | None = None
    code: str | None = None
    words: str | None = None
    took_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything a check found out about one key for one account.

    Attributes:
        exchange: Slug, such as ``"kucoin"``.
        account: Slug of the account type, such as ``"spot_margin"``.
        findings: Worst first; none twice.
        standings: All nine requirements, in the order of `Requirement`.
        evidence: One for each request that was sent, in order.
        retry_after_s: Seconds the exchange asked us to wait; None where it did not.
        took_ms: Wall time of the whole check.
    """

    exchange: str
    account: str
    findings: tuple[Finding, ...]
    standings: tuple[Standing, ...]
    evidence: tuple[Evidence, ...] = ()
    retry_after_s: float | None = None
    took_ms: int | None = None

    @property
    def verdict(self) -> Verdict:
        """A fault decides; else anything not proven leaves it open; only nine proofs pass."""
        if any(finding.kind in (Kind.DANGER, Kind.FAULT) for finding in self.findings):
            return Verdict.NEEDS_A_FIX
        met = {s.requirement for s in self.standings if s.state is State.MET}
        if met == set(Requirement) and len(self.standings) == len(Requirement):
            return Verdict.PASSED
        return Verdict.COULD_NOT_TELL

    @property
    def dangerous(self) -> bool:
        """Whether the key can trade or move money."""
        return any(finding.kind is Kind.DANGER for finding in self.findings)

    @property
    def causes(self) -> tuple[Cause, ...]:
        return tuple(finding.cause for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the case; `from_json` reads it back. Holds no secret by construction."""
        return {
            "exchange": self.exchange,
            "account": self.account,
            "findings": [
                {"cause": f.cause.value, "requirement": f.requirement, "details": f.details}
                for f in self.findings
            ],
            "standings": [
                {"requirement": s.requirement.value, "state": s.state.value, "because": s.because}
                for s in self.standings
            ],
            "evidence": [
                {
                    "request": e.request,
                    "http_status": e.http_status,
                    "code": e.code,
                    "words": e.words,
                    "took_ms": e.took_ms,
                }
                for e in self.evidence
            ],
            "retry_after_s": self.retry_after_s,
            "took_ms": self.took_ms,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Diagnosis:
        """Read what `to_json` wrote.

        Raises:
            KeyError, ValueError: it was not written by `to_json`.
        """
        return cls(
            exchange=stored["exchange"],
            account=stored["account"],
            findings=tuple(
                Finding(
                    Cause(f["cause"]),
                    Requirement(f["requirement"]) if f["requirement"] else None,
                    dict(f["details"]),
                )
                for f in stored["findings"]
            ),
            standings=tuple(
                Standing(
                    Requirement(s["requirement"]),
                    State(s["state"]),
                    Cause(s["because"]) if s["because"] else None,
                )
                for s in stored["standings"]
            ),
            evidence=tuple(Evidence(**e) for e in stored["evidence"]),
            retry_after_s=stored["retry_after_s"],
            took_ms=stored["took_ms"],
        )

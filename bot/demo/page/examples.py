"""One diagnosis for each cause, as a check could come to it: for words on show, never for judging."""

from __future__ import annotations

from dataclasses import replace

from validators.diagnosis import (
    KIND_OF,
    Cause,
    Diagnosis,
    Evidence,
    Finding,
    Kind,
    Requirement,
    Standing,
    State,
)
from validators.exchange import Exchange

_TYPED = (Requirement.KEY_FOUND, Requirement.SECRET_MATCHES, Requirement.PASSPHRASE_MATCHES)
_READ = (*_TYPED, Requirement.GENERAL_ON)
_ALL_BUT_DATA = tuple(line for line in Requirement if line is not Requirement.DATA_READABLE)

BREAKS: dict[Cause, tuple[Requirement, tuple[Requirement, ...]]] = {
    Cause.CAN_WITHDRAW: (Requirement.TRANSFER_OFF, tuple(Requirement)),
    Cause.CAN_TRANSFER: (Requirement.TRANSFER_OFF, tuple(Requirement)),
    Cause.CAN_TRADE: (Requirement.TRADE_OFF, tuple(Requirement)),
    Cause.UNKNOWN_PERMISSION: (Requirement.TRADE_OFF, tuple(Requirement)),
    Cause.ACCOUNT_FROZEN: (Requirement.DATA_READABLE, _ALL_BUT_DATA),
    Cause.IDENTITY_CHECK: (Requirement.DATA_READABLE, _ALL_BUT_DATA),
    Cause.KEY_NOT_FOUND: (Requirement.KEY_FOUND, ()),
    Cause.KEY_OF_OTHER_SITE: (Requirement.KEY_FOUND, ()),
    Cause.OLD_KEY: (Requirement.KEY_FOUND, ()),
    Cause.LEGACY_FUTURES_KEY: (Requirement.KEY_FOUND, ()),
    Cause.NOT_MAIN_ACCOUNT: (Requirement.DATA_READABLE, _ALL_BUT_DATA),
    Cause.PASSPHRASE_OR_SECRET_WRONG: (Requirement.PASSPHRASE_MATCHES, (Requirement.KEY_FOUND,)),
    Cause.SECRET_WRONG: (Requirement.SECRET_MATCHES, (Requirement.KEY_FOUND,)),
    Cause.EXPIRED: (Requirement.PERMANENT, tuple(Requirement)),
    Cause.THIRD_PARTY_APP: (Requirement.NO_IP_RESTRICTION, tuple(Requirement)),
    Cause.IP_RESTRICTED: (Requirement.NO_IP_RESTRICTION, (Requirement.KEY_FOUND,)),
    Cause.GENERAL_OFF: (Requirement.GENERAL_ON, _TYPED),
    Cause.WILL_EXPIRE: (Requirement.PERMANENT, tuple(Requirement)),
    Cause.END_DATE_NOT_REPORTED: (Requirement.PERMANENT, tuple(Requirement)),
}
"""The line that a cause belongs to, and the lines that are proven besides."""


def passed(exchange: Exchange) -> Diagnosis:
    """Nothing is wrong."""
    met = tuple(Standing(line, State.MET) for line in Requirement)
    return Diagnosis(exchange.slug, exchange.accounts[0].slug, (), met)


def diagnosis_of(exchange: Exchange, cause: Cause) -> Diagnosis:
    """That cause and nothing else."""
    line, proven = BREAKS.get(cause, (None, ()))
    if KIND_OF[cause] is Kind.NOTE:
        proven = tuple(Requirement)
    finding = replace(exchange.guide.example(cause), requirement=line)
    standings = tuple(_standing(finding, one, one in proven) for one in Requirement)
    return Diagnosis(
        exchange=exchange.slug,
        account=exchange.accounts[0].slug,
        findings=(finding,),
        standings=standings,
        evidence=_evidence(finding),
    )


def _standing(finding: Finding, line: Requirement, proven: bool) -> Standing:
    if line is finding.requirement and finding.kind in (Kind.DANGER, Kind.FAULT):
        return Standing(line, State.BROKEN, finding.cause)
    return Standing(line, State.MET) if proven else Standing(line, State.UNKNOWN, finding.cause)


def _evidence(finding: Finding) -> tuple[Evidence, ...]:
    """What the exchange answered stands in every real case; here it is only shown where."""
    if finding.kind is Kind.NOTE:
        return ()
    return (Evidence("GET …", 200, "…", "the exchange's own code and words stand here"),)

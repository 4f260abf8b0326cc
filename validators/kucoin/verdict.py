"""From the answers of one check to its findings and the nine standings: pure, and in one place.

Order of KuCoin's gates (field reports, gathered from ccxt and sieblyio/kucoin-api): headers, time,
key, passphrase, signature, permission; the place of the address gate is not known. So a refusal
proves the gates before it and hides those behind it. A success proves more than a refusal denies:
two answers that contradict each other are not understood, and never held against the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from validators.diagnosis import KIND_OF, SEVERITY, Cause, Finding, Kind, Requirement, Standing, State
from validators.kucoin.answers import Answer
from validators.kucoin.key_info import KeyInfo, is_description, read_key_info
from validators.kucoin.object_id import age_details

LINE_OF_CAUSE = {
    Cause.ACCOUNT_FROZEN: Requirement.DATA_READABLE,
    Cause.IDENTITY_CHECK: Requirement.DATA_READABLE,
    Cause.KEY_NOT_FOUND: Requirement.KEY_FOUND,
    Cause.KEY_OF_OTHER_SITE: Requirement.KEY_FOUND,
    Cause.OLD_KEY: Requirement.DATA_READABLE,
    Cause.LEGACY_FUTURES_KEY: Requirement.KEY_FOUND,
    Cause.NOT_MAIN_ACCOUNT: Requirement.DATA_READABLE,
    Cause.PASSPHRASE_OR_SECRET_WRONG: Requirement.PASSPHRASE_MATCHES,
    Cause.SECRET_WRONG: Requirement.SECRET_MATCHES,
    Cause.IP_RESTRICTED: Requirement.NO_IP_RESTRICTION,
    Cause.GENERAL_OFF: Requirement.GENERAL_ON,
}
"""The line of the checklist that a refusal breaks."""

_KEY = frozenset({Requirement.KEY_FOUND})
_TYPED = _KEY | {Requirement.SECRET_MATCHES, Requirement.PASSPHRASE_MATCHES}
_READ = _TYPED | {Requirement.GENERAL_ON}
_DESCRIBED = frozenset(
    {
        Requirement.TRADE_OFF,
        Requirement.TRANSFER_OFF,
        Requirement.NO_IP_RESTRICTION,
        Requirement.PERMANENT,
    }
)
PROVEN_BY_REFUSAL = {
    # A wrong secret spoils the passphrase too, which is signed with it, so it proves no passphrase.
    Cause.PASSPHRASE_OR_SECRET_WRONG: _KEY,
    Cause.SECRET_WRONG: _KEY,
    Cause.IP_RESTRICTED: _KEY,
    Cause.OLD_KEY: _KEY,
    Cause.ACCOUNT_FROZEN: _KEY,
    Cause.IDENTITY_CHECK: _KEY,
    Cause.NOT_MAIN_ACCOUNT: _KEY,
    Cause.GENERAL_OFF: _TYPED,
}
"""What lies behind the key for certain; any other refusal proves nothing."""


_OF_THE_KEY_AS_A_WHOLE = (Cause.LEGACY_FUTURES_KEY, Cause.KEY_OF_OTHER_SITE)
"""That the other read found the key does not speak against these."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one check was told.

    Attributes:
        own: The key's own description, from the spot host.
        probe: Whether account data can be read, from the host of the account type.
        elsewhere: The description again, from KuCoin EU; None where that was not asked.
    """

    own: Answer
    probe: Answer
    elsewhere: Answer | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: for which key and account, and at what time of KuCoin's."""

    key: str = field(repr=False)
    account: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The answers after they were laid side by side.

    Attributes:
        own, probe: Why each read proves nothing, or None where it succeeded.
        extra: A cause about the key as a whole.
    """

    own: Cause | None
    probe: Cause | None
    info: KeyInfo | None
    extra: Cause | None = None


def conclude(answers: Answers, question: Question) -> tuple[tuple[Finding, ...], tuple[Standing, ...]]:
    """Everything the answers say, worst first, and how each of the nine requirements stands."""
    weighed = _weigh(answers, question)
    findings = _findings(weighed, question)
    return findings, tuple(_standing(line, findings, weighed) for line in Requirement)


def knows_key(answer: Answer) -> bool:
    """Whether the host found the key, whatever it said next."""
    return answer.cause is None or answer.cause in PROVEN_BY_REFUSAL


def is_own_data(data: Any, account: str) -> bool:
    """Whether the data of a probe is what KuCoin documents. No accounts at all is healthy."""
    if account == "futures":
        return isinstance(data, dict) and bool(data)
    return isinstance(data, list) and all(isinstance(row, dict) for row in data)


def _weigh(answers: Answers, question: Question) -> _Weighed:
    own, extra = _own_wherever_it_lives(answers, question)
    info = read_key_info(own.data, question.key, question.now_ms) if own.cause is None else None
    own_cause = own.cause or (None if info else Cause.NOT_UNDERSTOOD)
    probe_cause = _probe_cause(answers.probe, question.account, extra, info)
    return _Weighed(
        _unless_contradicted(own_cause, probe_cause, None),
        _unless_contradicted(probe_cause, own_cause, info),
        info,
        extra,
    )


def _own_wherever_it_lives(answers: Answers, question: Question) -> tuple[Answer, Cause | None]:
    """The description that counts, and what its place says about the key."""
    if answers.own.cause is not Cause.KEY_NOT_FOUND:
        return answers.own, None
    there, probe = answers.elsewhere, answers.probe
    if there and knows_key(there) and (there.cause or is_description(there.data, question.key)):
        return there, Cause.KEY_OF_OTHER_SITE
    is_futures = question.account == "futures"
    if is_futures and knows_key(probe) and (probe.cause or is_own_data(probe.data, "futures")):
        return replace(answers.own, cause=Cause.LEGACY_FUTURES_KEY), None
    return answers.own, None


def _probe_cause(probe: Answer, account: str, extra: Cause | None, info: KeyInfo | None) -> Cause | None:
    if probe.cause is None:
        return None if is_own_data(probe.data, account) else Cause.NOT_UNDERSTOOD
    if probe.cause is Cause.KEY_NOT_FOUND and extra:
        return extra
    if probe.cause is Cause.KEY_NOT_FOUND and account == "futures" and info and info.is_old:
        return Cause.OLD_KEY  # Before 2023 a key was for one kind of account only (pybotters#237).
    return probe.cause


def _unless_contradicted(cause: Cause | None, other: Cause | None, info: KeyInfo | None) -> Cause | None:
    """*cause*, or NOT_UNDERSTOOD where the other read proves that it cannot be so."""
    if cause is None or cause in _OF_THE_KEY_AS_A_WHOLE:
        return cause
    if cause is Cause.GENERAL_OFF and info and info.general_on is False:
        return cause
    if cause is Cause.IP_RESTRICTED:
        return Cause.NOT_UNDERSTOOD if info and info.address_bound is False else cause
    proven = _READ if other is None else PROVEN_BY_REFUSAL.get(other, frozenset())
    return Cause.NOT_UNDERSTOOD if LINE_OF_CAUSE.get(cause) in proven else cause


def _findings(weighed: _Weighed, question: Question) -> tuple[Finding, ...]:
    found = [Finding(weighed.extra, LINE_OF_CAUSE[weighed.extra])] if weighed.extra else []
    found += weighed.info.findings if weighed.info else ()
    for cause in filter(None, (weighed.own, weighed.probe)):
        details = age_details(question.key, question.now_ms) if cause is Cause.KEY_NOT_FOUND else {}
        found.append(Finding(cause, LINE_OF_CAUSE.get(cause), details))
    if weighed.info:
        found += [Finding(c) for c in weighed.info.unclear.values() if KIND_OF[c] is Kind.DOUBT]
    return _told_once(found)


def _told_once(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst first and each cause once."""
    first: dict[Cause, Finding] = {}
    for finding in found:
        first.setdefault(finding.cause, finding)
    if Cause.SECRET_WRONG in first:
        first.pop(Cause.PASSPHRASE_OR_SECRET_WRONG, None)  # The sharper answer explains the other.
    if Cause.KEY_OF_OTHER_SITE in first:
        first.pop(Cause.OTHER_SITE, None)
    return tuple(sorted(first.values(), key=lambda finding: SEVERITY[finding.cause]))


def _standing(line: Requirement, findings: tuple[Finding, ...], weighed: _Weighed) -> Standing:
    for finding in findings:
        if finding.requirement is line and finding.kind in (Kind.DANGER, Kind.FAULT):
            return Standing(line, State.BROKEN, finding.cause)
    if line in _proven(weighed):
        return Standing(line, State.MET)
    if weighed.info and line in weighed.info.unclear:
        return Standing(line, State.UNKNOWN, weighed.info.unclear[line])
    told = {finding.cause for finding in findings}  # one that a sharper answer explains is not among them
    hiding = [cause for cause in (weighed.extra, weighed.own, weighed.probe) if cause in told]
    return Standing(line, State.UNKNOWN, min(hiding, key=SEVERITY.__getitem__))


def _proven(weighed: _Weighed) -> frozenset[Requirement]:
    proven: frozenset[Requirement] = frozenset()
    for cause in (weighed.own, weighed.probe):
        proven |= _READ if cause is None else PROVEN_BY_REFUSAL.get(cause, frozenset())
    if weighed.info:
        proven |= _DESCRIBED - weighed.info.unclear.keys()
    if weighed.probe is None:
        proven |= {Requirement.DATA_READABLE}
    return proven

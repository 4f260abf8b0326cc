"""Values that tests of the tables begin with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from validators.diagnosis import Cause, Diagnosis, Finding, Requirement, Standing, State

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CREDENTIALS = {"key": "canary-key", "secret": "canary-secret", "passphrase": "canary-passphrase"}


def diagnosis(*causes: Cause) -> Diagnosis:
    """A diagnosis with these findings; without any it is a pass."""
    state = State.UNKNOWN if causes else State.MET
    return Diagnosis(
        exchange="kucoin",
        account="spot_margin",
        findings=tuple(Finding(cause) for cause in causes),
        standings=tuple(Standing(requirement, state) for requirement in Requirement),
    )


PASSED = diagnosis()
FIXABLE = diagnosis(Cause.IP_RESTRICTED)
DANGEROUS = diagnosis(Cause.CAN_TRADE)
IN_DOUBT = diagnosis(Cause.VENUE_DOWN)


def later(**span: float) -> datetime:
    """A moment after `NOON`: ``later(hours=1)``."""
    return NOON + timedelta(**span)

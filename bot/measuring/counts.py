"""What this process has done since its start, counted as it happens."""

from __future__ import annotations

from collections.abc import Collection

from prometheus_client import CollectorRegistry, Counter, Histogram

from bot.schema import Attempt
from bot.slack.conversations import COMPOSERS
from bot.slack.signature import Unsigned
from bot.tracing import Tracing
from bot.witness import Witness
from validators.diagnosis import Cause, Diagnosis, Kind, Verdict
from validators.exchange import discover

OTHER = "other"
"""Stands for any word that is not expected, so that nobody outside can make up label values."""
OWN_ERROR, NONE = "own_error", "none"
WAYS = ("slash_commands", "interactive", "events_api")
OUTCOMES = ("sent", "found", "later", "parked", "uncertain", "overtaken")
MESSAGE_KINDS = (*COMPOSERS, "mail", "outage_mail")
ASKED_BY = ("client", "staff", "keydesk")
DOOR = ("body over 1 MiB", "body is not readable", *(why.value for why in Unsigned))
ACK_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 2.5, 3.0)
"""Seconds. Slack gives up after 3."""
VERDICT_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 300.0)
"""Seconds. A check has a budget of 8."""


class Counts(Witness):
    """Counters and histograms, by the name that Prometheus reads."""

    def __init__(self, registry: CollectorRegistry, tracing: Tracing | None = None) -> None:
        super().__init__(tracing)

        def counter(name: str, help_: str, *labels: str) -> Counter:
            return Counter(f"keydesk_{name}", help_, labels, registry=registry)

        def histogram(name: str, help_: str, label: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(f"keydesk_{name}", help_, [label], buckets=buckets, registry=registry)

        self._exchanges = tuple(discover())
        self._tests = counter(
            "tests_total", "Settled tests by verdict and worst cause.", "exchange", "verdict", "cause"
        )
        self._asked = counter("tests_asked_total", "Settled tests by who asked for them.", "asked_by")
        self._retries = counter("retries_total", "Tests tried again by itself.", "exchange")
        self._errors = counter(
            "venue_errors_total", "Tests in doubt by each cause of it.", "exchange", "cause"
        )
        self._verdict_s = histogram(
            "time_to_verdict_seconds", "From asking to the verdict.", "exchange", VERDICT_BUCKETS
        )
        self._check_s = histogram(
            "check_seconds", "From the first request to the last answer.", "exchange", VERDICT_BUCKETS
        )
        self._acks = histogram("ack_seconds", "From a delivery to our answer.", "way", ACK_BUCKETS)
        self._refused = counter("deliveries_refused_total", "Requests that are not Slack's.", "why")
        self._messages = counter("messages_total", "Messages handed over.", "kind", "outcome")
        self._begin()

    def delivered(self, way: str, seconds: float) -> None:
        self._acks.labels(_one_of(WAYS, way)).observe(seconds)

    def refused(self, why: str) -> None:
        self._refused.labels(_one_of(DOOR, why)).inc()

    def settled(self, attempt: Attempt, exchange: str, diagnosis: Diagnosis | None) -> None:
        at = _one_of(self._exchanges, exchange)
        verdict = attempt.verdict or Verdict.COULD_NOT_TELL
        self._tests.labels(at, verdict.value, worst_cause(diagnosis)).inc()
        self._asked.labels(_one_of(ASKED_BY, attempt.asked_by)).inc()
        if attempt.asked_by == "keydesk":
            self._retries.labels(at).inc()
        elif attempt.settled_at is not None:
            self._verdict_s.labels(at).observe((attempt.settled_at - attempt.asked_at).total_seconds())
        if diagnosis is not None and diagnosis.took_ms is not None:
            self._check_s.labels(at).observe(diagnosis.took_ms / 1000)
        for finding in diagnosis.findings if diagnosis else ():
            if finding.kind is Kind.DOUBT:
                self._errors.labels(at, finding.cause.value).inc()

    def sent(self, kind: str, outcome: str) -> None:
        self._messages.labels(_one_of(MESSAGE_KINDS, kind), _one_of(OUTCOMES, outcome)).inc()

    def _begin(self) -> None:
        """Show what alerts look at from the start: a rate needs a zero before the first one."""
        for exchange in self._exchanges:
            self._retries.labels(exchange)
            self._verdict_s.labels(exchange)
            self._check_s.labels(exchange)
            self._tests.labels(exchange, Verdict.PASSED.value, NONE)
        for way in WAYS:
            self._acks.labels(way)
        for why in DOOR:
            self._refused.labels(why)
        for asked_by in ASKED_BY:
            self._asked.labels(asked_by)


def worst_cause(diagnosis: Diagnosis | None) -> str:
    """The first finding that decides; ``none`` for a pass, ``own_error`` where there was no check."""
    if diagnosis is None:
        return OWN_ERROR
    return next((f.cause.value for f in diagnosis.findings if f.kind is not Kind.NOTE), NONE)


CAUSES = (*(cause.value for cause in Cause), OWN_ERROR, NONE)
"""Every value that the label ``cause`` can have."""


def _one_of(known: Collection[str], word: str) -> str:
    return word if word in known else OTHER

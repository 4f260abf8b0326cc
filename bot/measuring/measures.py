"""Everything that stands at one moment, as gauges: made anew for each scrape, so that none is stale."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import TypeVar

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.app import App
from bot.columns import now
from bot.db import StorageUnavailable
from bot.log import get_logger
from bot.measuring.counts import CAUSES, MESSAGE_KINDS, OTHER
from bot.measuring.reading import Reading, read
from bot.schema import CaseState, MessageState
from bot.slack.sockets import Sockets

log = get_logger(__name__)

READ_WITHIN_S = 3.0
WAITING_STATES = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN, MessageState.PARKED)
OPEN_STATES = tuple(state for state in CaseState if state is not CaseState.CLOSED)


class Measures(Collector):
    """The gauges of one app. `measure` before each scrape; what could not be read is not told."""

    def __init__(self, registry: CollectorRegistry, app: App, sockets: Sockets | None) -> None:
        self._app, self._sockets = app, sockets
        self._told: list[Metric] = []
        self._asking = asyncio.Lock()
        registry.register(self)
        ProcessCollector(registry=registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing: names are known once something was measured."""
        return []

    def collect(self) -> Iterable[Metric]:
        return self._told

    async def measure(self) -> None:
        """Look at the process and the database; returns in time whether or not the latter answers."""
        async with self._asking:
            connected = await self._sockets.connected() if self._sockets is not None else None
            self._told = [*self._of_process(connected), *_of_database(await self._read())]

    async def _read(self) -> Reading | None:
        # SQLite waits in a thread that no time-out ends, so it is left alone and not waited for.
        asked = self._app.kit.underway.start(_unless_unavailable(self._app))
        done, _ = await asyncio.wait({asked}, timeout=READ_WITHIN_S)
        return asked.result() if done else None

    def _of_process(self, connected: int | None) -> Iterator[Metric]:
        runs = (version("keydesk"), platform.python_version())
        yield _labelled("build_info", "What runs here.", ("version", "python"), {runs: 1})
        if self._sockets is not None and connected is not None:
            yield _gauge("sockets_connected", "Socket Mode connections that work.", connected)
            healed = CounterMetricFamily("keydesk_sockets_healed", "Connections that were deaf.")
            healed.add_metric([], self._sockets.healed)
            yield healed
        slack_up = self._app.contact.trouble is None
        yield _gauge("slack_up", "1 where Slack answers and takes our token.", slack_up)
        yield _gauge(
            "listeners_under_way", "Deliveries that are being acted on.", len(self._app.kit.underway)
        )
        yield _gauge("lease_age_seconds", "Since this replica said that it lives.", self._app.replica.age_s)
        yield from self._pulses()

    def _pulses(self) -> Iterator[Metric]:
        pulses, at = self._app.engine.pulses.values(), now()
        ages = {(p.name,): (at - p.last_round_at).total_seconds() for p in pulses if p.last_round_at}
        every = {(p.name,): p.every_s for p in pulses}
        failures = {(p.name,): float(p.failures_in_row) for p in pulses}
        yield _labelled("loop_age_seconds", "Since a loop's last good round.", ("loop",), ages)
        yield _labelled("loop_every_seconds", "How often it should come round.", ("loop",), every)
        yield _labelled("loop_failures_in_row", "Rounds that failed since.", ("loop",), failures)


async def _unless_unavailable(app: App) -> Reading | None:
    try:
        return await read(app.db)
    except StorageUnavailable as error:
        log.warning("not_measured", reason=error.reason)
        return None


def _of_database(reading: Reading | None) -> Iterator[Metric]:
    yield _gauge("database_up", "1 where the database could be read for this.", reading is not None)
    if reading is None:
        return
    yield _gauge("tests_due", "Promised tests whose time has come.", reading.tests_due)
    yield _gauge("tests_oldest_due_seconds", "Age of the longest due.", reading.oldest_test_s)
    yield _labelled("outbox_messages", "Still to be said.", ("state", "kind"), _messages(reading))
    ages = {("moving",): reading.outbox.moving_s or 0.0, ("parked",): reading.outbox.parked_s or 0.0}
    yield _labelled("outbox_oldest_seconds", "Age of the oldest of them.", ("which",), ages)
    yield _gauge("sealed_keys", "Clients' keys that are held sealed.", reading.sealed_keys)
    cases = {(state.value,): reading.cases.get(state.value, 0) for state in OPEN_STATES}
    yield _labelled("cases_open", "Cases that are not closed.", ("state",), cases)
    yield _gauge("cases_unclaimed", "Cases that need staff and have no owner.", reading.unclaimed)
    yield _labelled("outages", "Outages that go on.", ("exchange", "cause"), _known_causes(reading.outages))
    yield _gauge("replicas", "Processes that live.", reading.replicas)


def _messages(reading: Reading) -> dict[tuple[str, ...], float]:
    counts: dict[tuple[str, ...], float]
    counts = {(state.value, kind): 0 for state in WAITING_STATES for kind in MESSAGE_KINDS}
    for (state, kind), count in reading.messages.items():
        key = (state, kind if kind in MESSAGE_KINDS else OTHER)
        counts[key] = counts.get(key, 0) + count
    return counts


def _known_causes(outages: Mapping[tuple[str, str], int]) -> dict[tuple[str, ...], float]:
    return {(exchange, cause if cause in CAUSES else OTHER): n for (exchange, cause), n in outages.items()}


_Labels = TypeVar("_Labels", bound=tuple[str, ...])


def _gauge(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(f"keydesk_{name}", help_, value=float(value))


def _labelled(name: str, help_: str, labels: tuple[str, ...], values: Mapping[_Labels, float]) -> Metric:
    family = GaugeMetricFamily(f"keydesk_{name}", help_, labels=labels)
    for of, value in values.items():
        family.add_metric(list(of), float(value))
    return family

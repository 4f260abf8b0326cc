"""Carries events and interactions to the app, waits three seconds, and tries events again."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from bot.demo.workspace.changes import Changes
from bot.demo.workspace.clock import Clock
from bot.demo.workspace.faults import Faults
from bot.demo.workspace.health import EventHealth
from bot.demo.workspace.records import Delivery, Payload

ACK_WITHIN_S = 3
#: Seconds after the failure before it (Slack docs, Events API: at once, after 1 and after 5 minutes).
RETRIES_AFTER_S = (0, 60, 300)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app acknowledged with.

    Attributes:
        status: HTTP's; a Socket Mode acknowledgement counts as 200.
        body: A dictionary, or text, or None.
    """

    status: int
    body: Any = None
    no_retry: bool = False


class NotCarriedError(Exception):
    """The app could not be reached; the reason in Slack's words for retries."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transport(Protocol):
    """A way to the app."""

    name: str

    async def carry(self, kind: str, payload: Payload, attempt: int, reason: str | None) -> Answer:
        """The app's acknowledgement, however long it takes."""
        ...


class Courier:
    """Hands things over; keeps every attempt."""

    def __init__(self, clock: Clock, changes: Changes, faults: Faults) -> None:
        self._clock, self._changes, self._faults = clock, changes, faults
        self._tasks: set[asyncio.Task[Any]] = set()
        self.deliveries: list[Delivery] = []
        self.health = EventHealth(clock)
        self.transport: Transport | None = None

    async def ask(self, kind: str, payload: Payload) -> Delivery:
        """One attempt: commands and interactions are never tried again."""
        return await self._attempt(kind, payload, 0, None)

    def tell(self, payload: Payload) -> None:
        """An event, tried again up to three times while nobody waits for it; none to an app given up."""
        if self.transport is not None and not self.health.disabled:
            self.background(self._tell(payload))

    async def redeliver(self, delivery: Delivery, retry: bool) -> Delivery:
        """The same payload again, with or without the marks of a retry."""
        attempt = delivery.attempt + 1 if retry else 0
        return await self._attempt(
            delivery.kind, delivery.payload, attempt, "http_timeout" if retry else None
        )

    def background(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Work that the workspace owns and ends when it closes."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End whatever is under way; nothing is carried any more."""
        self.transport = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, payload: Payload) -> None:
        delivery = await self._attempt("events_api", payload, 0, None)
        for number, pause_s in enumerate(RETRIES_AFTER_S, start=1):
            if delivery.error is None or delivery.no_retry:
                return
            await self._clock.sleep_until(self._clock.running() + pause_s)
            delivery = await self._attempt("events_api", payload, number, delivery.error)

    async def _attempt(self, kind: str, payload: Payload, attempt: int, reason: str | None) -> Delivery:
        transport = self.transport
        if transport is None:
            raise RuntimeError("the workspace is closed")
        started = self._clock.running()
        delivery = Delivery(kind, payload, transport.name, attempt)
        self.deliveries.append(delivery)
        self._changes.note("delivery", kind=kind, attempt=str(attempt))
        try:
            if self._faults.take("delivery"):
                raise NotCarriedError("connection_failed")
            work = transport.carry(kind, payload, attempt, reason)
            answer = await self._clock.within(started + ACK_WITHIN_S, work)
            if self._faults.take("ack"):
                raise NotCarriedError("http_timeout")
            self._settle(delivery, answer)
        except TimeoutError:
            delivery.error = "http_timeout"
        except NotCarriedError as problem:
            delivery.error = problem.reason
        if delivery.error is None:
            delivery.acked_after_s = self._clock.running() - started
        delivery.done = True
        if kind == "events_api":
            self.health.note(delivery.error is None)
        self._changes.note("delivery", kind=kind, attempt=str(attempt))
        return delivery

    @staticmethod
    def _settle(delivery: Delivery, answer: Answer) -> None:
        delivery.status, delivery.answer = answer.status, answer.body
        if not 200 <= answer.status < 300:
            delivery.error = "http_error"
            delivery.no_retry = answer.no_retry


def seen_by_person(delivery: Delivery) -> str | None:
    """The word that Slack shows to the person whose act came to nothing."""
    if delivery.error is None:
        return None
    if delivery.error == "interactivity_disabled":
        return delivery.error
    if delivery.error == "http_timeout":
        return "operation_timeout"
    if delivery.status is None:
        return "dispatch_failed"
    return "http_client_error" if delivery.status < 500 else "http_service_error"

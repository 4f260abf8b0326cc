"""A delivery that tells how each message fared: to whoever counts, and to the log, by ids alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.log import bind, get_logger
from bot.outbox.delivery import Delivery, Overtaken, Parked, Sent, TryLater
from bot.schema import OutboxMessage
from bot.witness import Witness

log = get_logger(__name__)


class Watched:
    """Sends as *delivery* does."""

    def __init__(self, delivery: Delivery, witness: Witness) -> None:
        self._delivery, self._witness = delivery, witness

    async def send(self, message: OutboxMessage) -> Sent:
        with self._told(message), self._witness.span("send", **_ids(message)):
            sent = await self._delivery.send(message)
            self._done(message, "sent")
        return sent

    async def find(self, message: OutboxMessage) -> Sent | None:
        with self._told(message):
            found = await self._delivery.find(message)
            if found is not None:
                self._done(message, "found")
        return found

    async def withdraw(self, message: OutboxMessage, kept: Sent) -> int:
        with bind(**_ids(message)):
            return await self._delivery.withdraw(message, kept)

    @contextmanager
    def _told(self, message: OutboxMessage) -> Iterator[None]:
        with bind(**_ids(message)):
            try:
                yield
            except Exception as trouble:
                self._witness.sent(message.kind, outcome_of(trouble))
                raise

    def _done(self, message: OutboxMessage, outcome: str) -> None:
        self._witness.sent(message.kind, outcome)
        log.info("message_sent", outcome=outcome, tries=message.attempts)


def outcome_of(trouble: Exception) -> str:
    """The word that is counted for an attempt that was no success."""
    match trouble:
        case Overtaken():
            return "overtaken"
        case TryLater():
            return "later"
        case Parked():
            return "parked"
        case _:
            return "uncertain"


def _ids(message: OutboxMessage) -> dict[str, object]:
    """What leads from a line to the case and the test; nothing that is said."""
    ids = {"message": message.id, "kind": message.kind}
    ids |= {name: message.payload.get(name) for name in ("attempt", "submission", "case")}
    if message.case_number is not None:
        ids["case"] = message.case_number
    return {name: value for name, value in ids.items() if value is not None}

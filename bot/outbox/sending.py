"""Sends what the lanes hold: each message once, in order, at Slack's pace, whatever fails."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bot.db import Database, StorageUnavailable
from bot.log import get_logger
from bot.outbox.delivery import Delivery, NotSent, Overtaken, Parked, Sent, TryLater
from bot.outbox.doubles import Doubles
from bot.outbox.lanes import GRACE_S, LEASE_S, Lanes, OnSent
from bot.outbox.standing import Standing, freed, mended, standing
from bot.outbox.turn import Turn, Wait
from bot.schema import MessageState, OutboxMessage

log = get_logger(__name__)

LANES_AT_ONCE = 20
MAILS_AT_ONCE = 4
"""Of their own: many mails for a server that hangs must not hold up what goes to Slack."""
PARKED_S, LONGEST_WAIT_S = 60.0, 600.0
PATIENCE_S = 2.0
"""A lane that has to wait for longer is left to the next sweep."""

OnParked = Callable[[OutboxMessage, str], Awaitable[None]]


class Outbox:
    """One for each process. `wake` after a commit, `sweep` once a second, `close` at the end.

    Attributes:
        replica_id: Who leases lanes; follows the replica's id.
        on_sent: Called in the transaction that marks a message as sent.
        on_parked: Called (message, code) after a message was parked, each time.
    """

    def __init__(
        self,
        db: Database,
        deliveries: Mapping[str, Delivery],
        replica_id: str,
        *,
        min_interval_s: float = 1.0,
        lease_s: float = LEASE_S,
        grace_s: float = GRACE_S,
        parked_s: float = PARKED_S,
        on_sent: OnSent | None = None,
        on_parked: OnParked | None = None,
    ) -> None:
        self._db, self._lanes = db, Lanes(db, lease_s, grace_s)
        self._grace_s, self._parked_s = grace_s, parked_s
        # Both together end before the lease of the lane does, so that no call outlives it.
        self._find_budget_s, self._send_budget_s = lease_s / 3, lease_s / 2
        self._deliveries = deliveries
        self._doubles = Doubles(self._lanes, deliveries.get, grace_s)
        self.replica_id = replica_id
        self._min_interval_s = min_interval_s
        self.on_sent, self.on_parked = on_sent, on_parked
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._slots, self._mail_slots = asyncio.Semaphore(LANES_AT_ONCE), asyncio.Semaphore(MAILS_AT_ONCE)
        self._closing = False

    def wake(self, conversation: str) -> None:
        """Something was put down for *conversation*: send it as soon as may be. Returns at once."""
        if self._closing:
            return
        if conversation in self._tasks:
            self._again.add(conversation)
            return
        # In a context of its own: the lane outlives whoever woke it, and sends for others too.
        task = asyncio.create_task(
            self._work(conversation), name=f"outbox {conversation}", context=contextvars.Context()
        )
        self._tasks[conversation] = task
        task.add_done_callback(lambda _: self._tasks.pop(conversation, None))

    async def sweep(self) -> None:
        """Wake every lane whose next message is due and that nobody works on.

        Raises:
            StorageUnavailable: the database cannot be read now.
        """
        for conversation in await self._lanes.due(self.replica_id):
            if conversation not in self._tasks:
                self.wake(conversation)

    async def drained(self, timeout_s: float) -> bool:
        """Send on until nothing is due; what has to wait for longer than two seconds is not.

        Returns:
            False where the time was not enough.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self.sweep()
                while self._tasks:
                    await asyncio.wait(set(self._tasks.values()))
                    await asyncio.sleep(0.02)
                    await self.sweep()
        except TimeoutError:
            return False
        return True

    async def states(self) -> Standing:
        """What is still to be said, and what keeps it."""
        return await standing(self._db)

    async def mended(self, conversation: str | None = None) -> None:
        """Somebody mended what kept messages parked: try them now (all, where none is named)."""
        await mended(self._db, conversation)
        await self.sweep()

    async def free(self, replica_id: str) -> None:
        """Take over the lanes of a replica whose process is certainly gone."""
        await freed(self._db, replica_id, self._grace_s)

    async def close(self, timeout_s: float = LEASE_S / 2) -> None:
        """Begin no further message, let calls that are under way end for so long."""
        self._closing = True
        await self._doubles.close()
        tasks = set(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(StorageUnavailable):
            await self.free(self.replica_id)

    async def _work(self, conversation: str) -> None:
        """Send message after message, until none may be sent soon."""
        try:
            while not self._closing:
                self._again.discard(conversation)
                async with self._mail_slots if _is_mail(conversation) else self._slots:
                    wait = await self._next(conversation)
                if wait is None and conversation not in self._again:
                    return
                if wait is not None and wait.seconds > PATIENCE_S:
                    return
                await asyncio.sleep(wait.seconds if wait else 0)
        except StorageUnavailable as trouble:
            # What was sent and could not be recorded is found again by its key.
            log.warning("outbox_lane_stopped", reason=trouble.reason)
        except Exception as trouble:  # noqa: BLE001 - the next sweep wakes the lane again
            log.error("outbox_lane_failed", error=type(trouble).__name__)

    async def _next(self, conversation: str) -> Wait | None:
        turn = await self._lanes.take(conversation, self.replica_id)
        if not isinstance(turn, Turn):
            return turn
        return await self._attempt(turn)

    async def _attempt(self, turn: Turn) -> Wait | None:
        try:
            sent = await self._sent(turn)
            wait = await self._lanes.sent(turn, sent, self._pace_s(turn.message), self.on_sent)
            self._look_twice(turn)
            return wait
        except Overtaken as ended:
            await self._lanes.put_back(turn, MessageState.DROPPED, ended.why)
        except TryLater as ended:
            await self._later(turn, ended)
        except Parked as ended:
            await self._park(turn, ended)
        except Exception as trouble:  # noqa: BLE001 - whatever it was, it may have been sent
            await self._unknown(turn, trouble)
        return Wait(0)

    async def _sent(self, turn: Turn) -> Sent:
        delivery = self._deliveries.get(turn.message.kind)
        if delivery is None:
            raise Parked("no_delivery")
        if turn.look_first:
            async with asyncio.timeout(self._find_budget_s):
                found = await delivery.find(turn.message)
            if found is not None:
                return found
            # From here on a refusal is clear: the earlier attempt did not go through.
            turn.look_first = False
        if not await self._lanes.still_ours(turn, self._send_budget_s):
            raise _LeaseLost("lease_lost")
        async with asyncio.timeout(self._send_budget_s):
            return await delivery.send(turn.message)

    async def _later(self, turn: Turn, ended: TryLater) -> None:
        state = MessageState.UNKNOWN if turn.look_first else MessageState.PENDING
        await self._lanes.put_back(turn, state, ended.why, lane_s=ended.after_s)

    async def _park(self, turn: Turn, ended: Parked) -> None:
        state = MessageState.UNKNOWN if turn.look_first else MessageState.PARKED
        wait_s = _growing(self._parked_s, turn.attempt)
        log.warning("message_parked", message=turn.message.id, kind=turn.message.kind, code=ended.why)
        if await self._lanes.put_back(turn, state, ended.why, message_s=wait_s) and self.on_parked:
            await self.on_parked(turn.message, ended.why)

    async def _unknown(self, turn: Turn, trouble: Exception) -> None:
        why = trouble.why if isinstance(trouble, NotSent) else type(trouble).__name__
        wait_s = _growing(self._grace_s, turn.attempt)
        log.warning("message_uncertain", message=turn.message.id, kind=turn.message.kind, code=why)
        await self._lanes.put_back(turn, MessageState.UNKNOWN, why, message_s=wait_s)
        self._look_twice(turn)

    def _look_twice(self, turn: Turn) -> None:
        if turn.overtaken and not _is_mail(turn.message.conversation):
            self._doubles.look(turn)

    def _pace_s(self, message: OutboxMessage) -> float:
        return 0.0 if _is_mail(message.conversation) else self._min_interval_s


def _is_mail(conversation: str) -> bool:
    return conversation.startswith("mail:")


def _growing(first_s: float, attempt: int) -> float:
    return min(LONGEST_WAIT_S, first_s * 2.0 ** min(attempt - 1, 20))


class _LeaseLost(NotSent):
    """Another replica has the lane by now."""

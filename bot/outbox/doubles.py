"""A replica that was frozen in the middle of a call says what another has said for it meanwhile.

No check before the call can prevent that: the freeze may come after the check. So whoever finds that
its attempt was overtaken looks whether its message stands there as well, and takes it back.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable

from bot.db import StorageUnavailable
from bot.log import get_logger
from bot.outbox.delivery import Delivery, NotSent
from bot.outbox.lanes import Lanes
from bot.outbox.turn import Turn

log = get_logger(__name__)

FIRST_LOOK_S = 0.3
"""Soon, for somebody may be reading it twice; and later again, for it may not be found yet."""
LOOKS = 10


class Doubles:
    """One for each outbox."""

    def __init__(self, lanes: Lanes, delivery_of: Callable[[str], Delivery | None], grace_s: float) -> None:
        self._lanes, self._delivery_of, self._grace_s = lanes, delivery_of, grace_s
        self._looking: set[asyncio.Task[None]] = set()

    def look(self, turn: Turn) -> None:
        """See to it that the message of *turn*, which was overtaken, stands there once. Returns at once."""
        task = asyncio.create_task(
            self._look(turn), name=f"double {turn.message.id}", context=contextvars.Context()
        )
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def close(self) -> None:
        """Stop looking."""
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)

    async def _look(self, turn: Turn) -> None:
        """Until it was found and taken back, or twice was not there."""
        empty = 0
        for look in range(LOOKS):
            await asyncio.sleep(self._grace_s if look else min(FIRST_LOOK_S, self._grace_s))
            withdrawn = await self._withdrawn(turn)
            if withdrawn is not None:
                log.warning("attempt_overtaken", message=turn.message.id, withdrawn=withdrawn)
                empty += not withdrawn
            if withdrawn or empty == 2:
                return

    async def _withdrawn(self, turn: Turn) -> int | None:
        """None where it cannot be told yet, for whoever overtook us is still at it."""
        message, delivery = turn.message, self._delivery_of(turn.message.kind)
        try:
            kept = await self._lanes.went_out(message.id or 0)
            if kept is None or delivery is None:
                return None
            return await delivery.withdraw(message, kept)
        except (NotSent, StorageUnavailable) as trouble:
            log.warning("double_not_looked_for", message=message.id, error=type(trouble).__name__)
            return None

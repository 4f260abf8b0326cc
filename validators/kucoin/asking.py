"""The requests of one check: signed, within one budget, repeated where an answer asks for it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from validators.diagnosis import Cause
from validators.exchange import Credentials
from validators.kucoin.answers import Answer
from validators.kucoin.auth import FORMER_KEY_VERSION, KEY_VERSION, KuCoinAuth
from validators.kucoin.clock import VenueClock
from validators.kucoin.codes import OTHER_VERSION
from validators.kucoin.venue import (
    ACCOUNTS,
    FUTURES_HISTORY,
    FUTURES_OVERVIEW,
    OWN_KEY,
    OWN_KEY_AT_EU,
    Read,
    Venue,
)
from validators.kucoin.verdict import Answers, knows_key

PROBE_OF_ACCOUNT = {"spot_margin": ACCOUNTS, "futures": FUTURES_OVERVIEW}


@dataclass(slots=True)
class Asking:
    """One check under way.

    Attributes:
        deadline: In the loop's time.
        asked: Every answer so far, in the order of arrival.
    """

    venue: Venue
    clock: VenueClock
    credentials: Credentials
    deadline: float
    asked: list[Answer] = field(default_factory=list)

    async def everything(self, account: str) -> Answers:
        """Both reads side by side, then whatever their answers together call for."""
        probe_read = PROBE_OF_ACCOUNT[account]
        async with asyncio.TaskGroup() as both:
            own_task = both.create_task(self._ask(OWN_KEY))
            probe_task = both.create_task(self._ask_probe(probe_read))
        own, probe = own_task.result(), probe_task.result()
        # A refused address beside a read that got through may be a passing fault (kucoin-api-docs#395).
        if own.cause is None and probe.cause is Cause.IP_RESTRICTED:
            probe = await self._ask(probe_read)
        elif probe.cause is None and own.cause is Cause.IP_RESTRICTED:
            own = await self._ask(OWN_KEY)
        elsewhere = None
        if own.cause is Cause.KEY_NOT_FOUND and not knows_key(probe):
            elsewhere = await self._ask(OWN_KEY_AT_EU)
        return Answers(own, probe, elsewhere)

    async def _ask_probe(self, read: Read) -> Answer:
        """The docs disagree whether General is enough for the overview; for the history it is."""
        answer = await self._ask(read)
        if read is FUTURES_OVERVIEW and answer.cause is Cause.GENERAL_OFF:
            return await self._ask(FUTURES_HISTORY)
        return answer

    async def _ask(self, read: Read) -> Answer:
        sent_at = time.monotonic()
        answer = await self._signed(read, KEY_VERSION)
        if answer.cause is Cause.OUR_CLOCK and await self._resynced(sent_at):
            answer = await self._signed(read, KEY_VERSION)
        if answer.evidence.code == OTHER_VERSION:
            answer = await self._signed(read, FORMER_KEY_VERSION)
        return answer

    async def _signed(self, read: Read, version: str) -> Answer:
        auth = KuCoinAuth(self.credentials, self.clock.now_ms, version)
        answers = await self.venue.ask(read, auth, self.deadline)
        self.asked += answers
        return answers[-1]

    async def _resynced(self, since: float) -> bool:
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self.clock.resync(since)
        except TimeoutError:
            return False

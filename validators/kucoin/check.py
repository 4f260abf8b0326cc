"""One check of one key: two reads side by side, a second trip only where an answer asks for it."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import httpx

from validators.diagnosis import Cause, Diagnosis
from validators.exchange import Credentials, Reachability
from validators.http import read_only_client
from validators.kucoin.answers import Answer, no_answer, plain
from validators.kucoin.asking import Asking
from validators.kucoin.clock import VenueClock
from validators.kucoin.echo import without_echo
from validators.kucoin.venue import MY_ADDRESS, PAUSES_S, TIMES, Venue, targets
from validators.kucoin.verdict import Answers, Question, conclude

BUDGET_S = 8.0
"""For the whole check, whatever it takes."""
_LATEST_MS = 4_102_444_800_000  # the year 2100
_WHERE = re.compile(r"current ip: (?P<ip>[0-9A-Fa-f.:]+) and current area: (?P<area>[A-Za-z]{2})\b")
"""In the words of 400302 (field report): where KuCoin takes the caller to be."""


@asynccontextmanager
async def connect(
    endpoints: Mapping[str, str],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    ssl_context: ssl.SSLContext | None = None,
    local_s: Callable[[], float] = time.time,
    budget_s: float = BUDGET_S,
    pauses_s: tuple[float, ...] = PAUSES_S,
) -> AsyncIterator[KuCoinChecker]:
    """A connection to KuCoin that is kept warm; opens nothing before the first check.

    Args:
        endpoints: Setting name → address, for those that are not KuCoin's own.
        transport: Stands in for the network, for tests.
        local_s: Our own clock, in Unix seconds.

    Raises:
        ValueError: an address is neither https nor on this machine.
    """
    reads = targets(endpoints)
    allowed = [target.address for target in reads.values()]
    async with read_only_client(allowed, transport=transport, ssl_context=ssl_context) as client:
        checker = KuCoinChecker(Venue(client, reads, pauses_s), budget_s, local_s)
        try:
            yield checker
        finally:
            await checker.aclose()


class KuCoinChecker:
    """Asks KuCoin about keys; safe to use for many checks at once. Made by `connect`."""

    def __init__(self, venue: Venue, budget_s: float, local_s: Callable[[], float]) -> None:
        self._venue = venue
        self._budget_s = budget_s
        self._local_s = local_s
        self._clock = VenueClock(self._measured_offset_ms, local_s)

    async def aclose(self) -> None:
        await self._clock.aclose()

    async def check(self, credentials: Credentials, account: str) -> Diagnosis:
        """Ask KuCoin about this key. Returns, never raises, whatever is answered.

        Args:
            account: ``spot_margin`` or ``futures``.
        """
        began = time.monotonic()
        asking = Asking(self._venue, self._clock, credentials, self._deadline())
        if _can_be_sent(credentials):
            self._clock.refresh_soon()
            answers = await asking.everything(account)
        else:
            unsent = no_answer("nothing was sent", Cause.OUR_REQUEST, 0)
            answers = Answers(unsent, unsent)
        question = Question(credentials.key.get_secret_value(), account, self._clock.now_ms())
        findings, standings = conclude(answers, question)
        diagnosis = Diagnosis(
            exchange="kucoin",
            account=account,
            findings=findings,
            standings=standings,
            evidence=tuple(answer.evidence for answer in asking.asked),
            retry_after_s=max((a.retry_after_s for a in asking.asked if a.retry_after_s), default=None),
            took_ms=round((time.monotonic() - began) * 1000),
        )
        return without_echo(diagnosis, credentials)

    async def reachability(self) -> list[Reachability]:
        """Ask each host for its time, and the first also for our address as it sees it."""
        deadline = self._deadline()
        asked = [self._venue.ask(read, None, deadline) for read in (MY_ADDRESS, *TIMES)]
        address, *times = [answers[-1] for answers in await asyncio.gather(*asked)]
        ours = plain(address.data, 64) if isinstance(address.data, str) else None
        return [
            _as_seen(answer, self._offset_of(answer), ours if read.host is MY_ADDRESS.host else None)
            for read, answer in zip(TIMES, times, strict=True)
        ]

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._budget_s

    async def _measured_offset_ms(self) -> int | None:
        answers = await self._venue.ask(TIMES[0], None, self._deadline())
        return self._offset_of(answers[-1])

    def _offset_of(self, answer: Answer) -> int | None:
        """KuCoin's clock minus ours, by the middle of the round trip that has just ended."""
        theirs = answer.data
        if not isinstance(theirs, int) or isinstance(theirs, bool) or not 0 < theirs < _LATEST_MS:
            return None
        return theirs - round(self._local_s() * 1000 - (answer.evidence.took_ms or 0) / 2)


def _can_be_sent(credentials: Credentials) -> bool:
    """Whether the parts fit into headers. The dialog lets nothing else through."""
    return all(part.isascii() and part.isprintable() for part in credentials.to_dict().values())


def _as_seen(answer: Answer, offset_ms: int | None, ours: str | None) -> Reachability:
    host = answer.evidence.request.removeprefix("GET ").partition("/")[0]
    cause = answer.cause or (Cause.NOT_UNDERSTOOD if offset_ms is None else None)
    where = _WHERE.search(answer.evidence.words or "")
    return Reachability(
        host,
        offset_ms,
        ours or (where["ip"] if where else None),
        trouble=_headline(cause) if cause else None,
        cause=cause,
        our_region=where["area"] if where else None,
    )


def _headline(cause: Cause) -> str:
    # A check needs no words, so it does not wait for them.
    from validators.kucoin.words import read_guide

    return read_guide().headline(cause)

"""The way to each exchange is made ready at the start, so that the first client does not wait for it.

Reading the authorities of TLS takes up to 0.3 s, and a connection three round trips. Nobody waits
for this, and nobody minds when it fails: the first check goes the same way and says what is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.log import get_logger
from validators.exchange import KeyChecker

log = get_logger(__name__)


@asynccontextmanager
async def warming(checkers: Mapping[str, KeyChecker]) -> AsyncIterator[None]:
    """Ask each exchange what needs no key, in the background; what is not answered by the end is dropped."""
    tasks = [asyncio.create_task(_warm(slug, one), name=f"warm {slug}") for slug, one in checkers.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _warm(slug: str, checker: KeyChecker) -> None:
    try:
        seen = await checker.reachability()
    except Exception as error:  # noqa: BLE001 - a start depends on nothing that happens here
        log.warning("not_warm", exchange=slug, error=type(error).__name__)
        return
    for host in seen:
        if host.trouble is not None:
            log.warning("not_reached", exchange=slug, host=host.host, cause=host.cause)

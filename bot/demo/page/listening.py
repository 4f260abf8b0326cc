"""Listens on loopback, behind the door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from bot.demo.page.door import Door

LOOPBACK = "127.0.0.1"
USUAL_PORT = 8460
MOST_BYTES = 16 * 1024 * 1024
"""Of one request: a file of 10 MB in base 64 and what is said besides."""


@asynccontextmanager
async def listening(door: Door, routes: list[web.RouteDef], port: int | None) -> AsyncIterator[None]:
    """Serve *routes* until the block ends; the door knows its port from then on.

    Args:
        port: None for the usual one, or another where that is taken; 0 for any.

    Raises:
        OSError: the port is taken.
    """
    app = web.Application(middlewares=[door.guard], client_max_size=MOST_BYTES)
    app.on_response_prepare.append(door.add_headers)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, handler_cancellation=True)
    await runner.setup()
    try:
        await _start(runner, port)
        door.port = runner.addresses[0][1]
        yield
    finally:
        await runner.cleanup()


async def _start(runner: web.AppRunner, port: int | None) -> None:
    wanted = [USUAL_PORT, 0] if port is None else [port]
    for number in wanted[:-1]:
        with suppress(OSError):
            await web.TCPSite(runner, LOOPBACK, number).start()
            return
    await web.TCPSite(runner, LOOPBACK, wanted[-1]).start()

"""A port that can close and open again without being lost to somebody else."""

from __future__ import annotations

import asyncio
import socket
import ssl

from aiohttp import web

from bot.demo.kucoin.sending import reset

LOOPBACK = "127.0.0.1"
BACKLOG = 512
GRACE_S = 0.5


class Port:
    """One listening port of the venue, served by `server`.

    A second socket holds the number while nothing listens: it is bound and never listens, so
    that a connection is refused, as by a machine that is down.
    """

    def __init__(self, server: web.Server, tls: ssl.SSLContext | None, number: int = 0) -> None:
        self._server, self._tls = server, tls
        self._holder = _bound(number)
        self.number: int = self._holder.getsockname()[1]
        self._listener: asyncio.Task[asyncio.Server] | None = None
        self._starting: set[asyncio.Task[asyncio.Server]] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{LOOPBACK}:{self.number}"

    def open(self) -> None:
        """Listen from now on; connections wait in the backlog until the loop takes them."""
        if self._listener is None:
            listening = _bound(self.number)
            listening.listen(BACKLOG)
            self._listener = asyncio.create_task(self._listen(listening))
            self._starting.add(self._listener)
            self._listener.add_done_callback(self._starting.discard)

    def close(self) -> None:
        """Refuse connections from now on, and reset those that there are."""
        listener, self._listener = self._listener, None
        if listener is not None and listener.done():
            listener.result().close()
        elif listener is not None:
            listener.add_done_callback(_closed)
        for connection in self._server.connections:
            reset(connection.transport)

    async def give_up(self) -> None:
        """Close for good and give the number back."""
        self.close()
        await asyncio.gather(*self._starting)
        await self._server.shutdown(GRACE_S)
        self._holder.close()

    async def _listen(self, listening: socket.socket) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(self._server, sock=listening, ssl=self._tls)


def _closed(started: asyncio.Task[asyncio.Server]) -> None:
    started.result().close()


def _bound(number: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((LOOPBACK, number))
    return bound

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
    that a connection is refused, as by a machine that is down. The port is accepted from here
    and not by `asyncio.Server`, which opens later than asked and forgets a connection that it
    has just accepted when it is closed: the client would wait for ever.
    """

    def __init__(self, server: web.Server, tls: ssl.SSLContext | None, number: int = 0) -> None:
        self._server, self._tls = server, tls
        self._holder = _bound(number)
        self.number: int = self._holder.getsockname()[1]
        self._listening: socket.socket | None = None
        self._greeted: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{LOOPBACK}:{self.number}"

    def open(self) -> None:
        """Listen from now on; nothing happens where it does already."""
        if self._listening is None:
            self._listening = _bound(self.number)
            self._listening.setblocking(False)
            self._listening.listen(BACKLOG)
            asyncio.get_running_loop().add_reader(self._listening, self._accept)

    def close(self) -> None:
        """Refuse connections from now on, and reset those that there are."""
        if self._listening is None:
            return
        asyncio.get_running_loop().remove_reader(self._listening)
        self._listening.close()
        self._listening = None
        for connection in self._server.connections:
            reset(connection.transport)

    async def give_up(self) -> None:
        """Close for good and give the number back."""
        self.close()
        for greeting in self._greeted:
            greeting.cancel()
        await asyncio.gather(*self._greeted, return_exceptions=True)
        await self._server.shutdown(GRACE_S)
        self._holder.close()

    def _accept(self) -> None:
        assert self._listening is not None  # noqa: S101 - the loop calls it while there is one
        try:
            connection, _ = self._listening.accept()
        except OSError:
            return  # The caller has hung up before we looked.
        connection.setblocking(False)
        greeting = asyncio.create_task(self._greet(connection))
        self._greeted.add(greeting)
        greeting.add_done_callback(self._greeted.discard)

    async def _greet(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.connect_accepted_socket(self._server, connection, ssl=self._tls)
        except OSError:
            return  # The caller does not trust our certificate, or has hung up.
        if self._listening is None:
            reset(transport)


def _bound(number: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((LOOPBACK, number))
    return bound

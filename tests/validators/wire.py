"""A server of bytes: says exactly what a test tells it to, right or broken, and counts."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Speak = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""Gets the head of the request."""


def answer(body: bytes = b"{}", head: str = "", status: str = "200 OK") -> bytes:
    """A whole response."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


class Wire:
    """What came in, and what is to be said.

    Attributes:
        requests: Each request's head, as it arrived.
        connections: How many were opened.
    """

    def __init__(self, says: bytes | Speak, tls: ssl.SSLContext | None = None) -> None:
        self.says = says
        self.tls = tls
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://localhost:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open[writer] = asyncio.current_task()
        try:
            while not reader.at_eof():
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(head)
                if callable(self.says):
                    await self.says(head, writer)
                else:
                    writer.write(self.says)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # The client has gone, or the test is over.
        finally:
            writer.close()
            self._open.pop(writer, None)

    def hang_up(self) -> None:
        """Break every connection that is open."""
        for writer in self._open:
            writer.transport.abort()

    async def stop(self) -> None:
        """End every connection, whatever it is doing."""
        under_way = [task for task in self._open.values() if task is not None]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way)


@asynccontextmanager
async def wire(says: bytes | Speak, tls: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """Serve on loopback until the block ends."""
    served = Wire(says, tls)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await served.stop()

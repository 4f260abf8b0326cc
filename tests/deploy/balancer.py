"""A load balancer as small as can be: in turn, to whoever says at ``/readyz`` that it is ready."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

LOOK_EVERY_S = 0.1
KEPT = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature", "X-Slack-Retry-Num")


@dataclass
class Balancer:
    """Before the replicas.

    Attributes:
        ports: Of all replicas; `ready` of those that take deliveries.
        given: How many deliveries each has taken.
        address: Slack's Request URL.
    """

    session: aiohttp.ClientSession
    ports: Sequence[int] = ()
    ready: list[int] = field(default_factory=list)
    given: Counter[int] = field(default_factory=Counter)
    address: str = ""

    async def deliver(self, request: web.Request) -> web.Response:
        """To the next one; to the one after it where nobody listens, as balancers do."""
        body = await request.read()
        headers = {name: request.headers[name] for name in KEPT if name in request.headers}
        for _ in range(len(self.ready)):
            port = self.ready.pop(0)
            self.ready.append(port)
            with suppress(aiohttp.ClientConnectorError):
                async with self.session.post(
                    f"http://127.0.0.1:{port}/slack/events", data=body, headers=headers
                ) as answer:
                    self.given[port] += 1
                    kind = answer.headers.get("Content-Type", "text/plain")
                    told = await answer.read()
                    return web.Response(status=answer.status, body=told, headers={"Content-Type": kind})
        return web.Response(status=502)

    async def look(self) -> None:
        """Ask each whether it is ready."""
        ready = [port for port in self.ports if await self._is_ready(port)]
        if set(ready) != set(self.ready):
            self.ready = ready

    async def _is_ready(self, port: int) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self.session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                return answer.status == 200
        return False

    async def looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def balanced() -> AsyncIterator[Balancer]:
    """Listen on any port, and keep asking the replicas."""
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        balancer = Balancer(session)
        app = web.Application()
        app.router.add_post("/slack/events", balancer.deliver)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        looking = asyncio.create_task(balancer.looking())
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            balancer.address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
            yield balancer
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            await runner.cleanup()

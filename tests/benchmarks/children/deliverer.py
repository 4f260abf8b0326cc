"""Slack's side of the deliveries, in a process of its own: over sockets or as signed requests.

Greets with the address of its Web API, which knows what Bolt asks at its start. Each line in is JSON with
``way`` (``socket`` or ``http``), ``to`` (an app token, or a request URL), ``payload``, ``count`` and
``at_once``; the line out is how many were acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.workspace.signed_http import SignedHttp

KNOWN = {"ok": True, "team_id": "T0BENCH", "user_id": "U0BENCH", "bot_id": "B0BENCH", "url": "", "team": ""}
Give = Callable[[dict[str, Any]], Awaitable[bool]]


class Sockets:
    """The connections of each app, by its token; an app with several is given to in turn."""

    def __init__(self) -> None:
        self._open: dict[str, list[web.WebSocketResponse]] = defaultdict(list)
        self._answered: dict[str, asyncio.Future[bool]] = {}
        self._turn = 0

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from its greeting to its end."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._open[request.query["app"]].append(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                answered = self._answered.pop(json.loads(message.data).get("envelope_id"), None)
                if answered is not None:
                    answered.set_result(True)
        return socket

    def giving(self, app_token: str) -> Give:
        async def give(payload: dict[str, Any]) -> bool:
            self._turn += 1
            sockets = self._open[app_token]
            envelope_id = str(uuid.uuid4())
            answered = self._answered[envelope_id] = asyncio.get_running_loop().create_future()
            envelope = {
                "envelope_id": envelope_id,
                "type": "interactive",
                "accepts_response_payload": True,
                "payload": payload,
            }
            await sockets[self._turn % len(sockets)].send_json(envelope)
            return await answered

        return give


async def serve(signing_secret: str) -> None:
    sockets = Sockets()
    runner = web.AppRunner(_web_api(sockets), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    say(f"http://127.0.0.1:{runner.addresses[0][1]}/api/")
    while line := await asyncio.to_thread(sys.stdin.readline):
        told = json.loads(line)
        if told["way"] == "socket":
            say(await _given(sockets.giving(told["to"]), told))
        else:
            say(await _posted(signing_secret, told))
    await runner.cleanup()


async def _posted(signing_secret: str, told: dict[str, Any]) -> int:
    http = SignedHttp(lambda: signing_secret, lambda: [told["to"]])

    async def give(payload: dict[str, Any]) -> bool:
        return (await http.carry("interactive", payload, 0, None)).status == 200

    try:
        return await _given(give, told)
    finally:
        await http.close()


def _web_api(sockets: Sockets) -> web.Application:
    async def opened(request: web.Request) -> web.Response:
        app_token = request.headers["authorization"].removeprefix("Bearer ")
        return web.json_response({"ok": True, "url": f"ws://{request.host}/link?app={app_token}"})

    async def known(_: web.Request) -> web.Response:
        return web.json_response(KNOWN)

    served = web.Application()
    served.router.add_post("/api/apps.connections.open", opened)
    served.router.add_post("/api/auth.test", known)
    served.router.add_get("/link", sockets.live)
    return served


async def _given(give: Give, told: dict[str, Any]) -> int:
    """Every one a press that was never seen before."""
    left = iter(range(told["count"]))

    async def one_after_the_other() -> int:
        return sum([await give({**told["payload"], "trigger_id": uuid.uuid4().hex}) for _ in left])

    return sum(await asyncio.gather(*(one_after_the_other() for _ in range(told["at_once"]))))


def say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))

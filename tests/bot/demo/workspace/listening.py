"""Apps that do nothing by themselves: a request URL and a socket, answered by the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from bot.demo.workspace import Dialog, Workspace

Call = Callable[..., Awaitable[dict[str, Any]]]
Opens = Callable[..., Awaitable[Dialog]]


@dataclass(frozen=True)
class Received:
    """One request that Slack sent."""

    headers: dict[str, str]
    raw: str

    @property
    def payload(self) -> dict[str, Any]:
        if self.headers["content-type"] == "application/json":
            return dict(json.loads(self.raw))
        form = dict(parse_qsl(self.raw, keep_blank_values=True))
        return dict(json.loads(form["payload"])) if "payload" in form else form


class Receiver:
    """A request URL. `answers` are used up in turn, then it answers an empty 200."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[web.Response | Awaitable[web.Response]] = []
        self.arrived = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def acts(self) -> list[dict[str, Any]]:
        """The payloads of what people did: commands and interactions, no events."""
        kinds = {"application/x-www-form-urlencoded"}
        return [one.payload for one in self.received if one.headers["content-type"] in kinds]

    async def start(self) -> str:
        app = web.Application()
        app.router.add_post("/slack/events", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def says(self, body: Any) -> None:
        self.answers.append(web.json_response(body))

    def is_silent(self) -> None:
        self.answers.append(asyncio.get_running_loop().create_future())

    async def _take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(headers, await request.text()))
        self.arrived.set()
        answer = self.answers.pop(0) if self.answers else web.Response()
        return answer if isinstance(answer, web.Response) else await answer


class BareSocket:
    """One Socket Mode connection without any framework."""

    def __init__(self, slack: Workspace, session: aiohttp.ClientSession, call: Call) -> None:
        self._slack, self._session, self._call = slack, session, call
        self.hello: dict[str, Any] = {}
        self.socket: aiohttp.ClientWebSocketResponse | None = None

    async def url(self) -> str:
        return str((await self._call("apps.connections.open", token=self._slack.app_token))["url"])

    async def connect(self, url: str | None = None) -> BareSocket:
        self.socket = await self._session.ws_connect(url or await self.url())
        self.hello = await self.next()
        return self

    async def next(self) -> dict[str, Any]:
        """The next thing Slack says."""
        assert self.socket is not None
        said: dict[str, Any] = await self.socket.receive_json(timeout=5)
        return said

    async def ack(self, envelope: dict[str, Any], payload: Any = None) -> None:
        assert self.socket is not None
        body = {"envelope_id": envelope["envelope_id"]}
        await self.socket.send_json(body if payload is None else {**body, "payload": payload})

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()

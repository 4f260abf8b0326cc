"""The door of the Web API: tokens, scopes, rates and faults before any method is run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from bot.demo.workspace import arguments as args
from bot.demo.workspace import (
    methods_chat,
    methods_conversations,
    methods_files,
    methods_open,
    methods_people,
    methods_views,
)
from bot.demo.workspace.core import Core
from bot.demo.workspace.faults import Fault, Planned
from bot.demo.workspace.method import METHODS, Method, Request
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import Call, Payload

FAMILIES = (
    methods_chat,
    methods_conversations,
    methods_files,
    methods_open,
    methods_people,
    methods_views,
)
#: Faults that are told as an ordinary refusal, the deed done or not.
AS_ERROR = frozenset(
    {
        Fault.INTERNAL_ERROR,
        Fault.FATAL_ERROR,
        Fault.TOKEN_REVOKED,
        Fault.INVALID_AUTH,
        Fault.ACCOUNT_INACTIVE,
        Fault.NOT_IN_CHANNEL,
        Fault.IS_ARCHIVED,
    }
)
HTML = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Server Error</body></html>"


@dataclass(slots=True)
class Incoming:
    """One call on its way through the door."""

    method: str
    arguments: Payload = field(default_factory=dict, repr=False)
    kind: str = "none"


class WebApi:
    """Answers POST and GET /api/{method}."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._closing = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """Where it is found."""
        return [
            web.get("/api/{method}", self.answer),
            web.post("/api/{method}", self.answer),
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call, from the socket to the socket."""
        incoming = Incoming(request.match_info["method"])
        planned = self._core.faults.take(incoming.method)
        if planned is not None and not planned.stored:
            await self._read(request, incoming, ignore=True)
            self._record(incoming, {"ok": False, "error": planned.fault.value})
            return await self.struck(request, planned)
        response = await self._outcome(request, incoming)
        if planned is not None:
            return await self.struck(request, planned)
        return response

    def close(self) -> None:
        """Let go of those who were never answered."""
        self._closing.set()

    async def _outcome(self, request: web.Request, incoming: Incoming) -> web.Response:
        try:
            await self._read(request, incoming)
            body = {"ok": True, **self._run(incoming)}
            status = 200
        except SlackError as problem:
            body, status = problem.answer(), problem.status
        self._record(incoming, body)
        return self._response(body, status)

    async def _read(self, request: web.Request, incoming: Incoming, ignore: bool = False) -> None:
        try:
            arguments = await args.read(request)
        except SlackError:
            if ignore:
                return
            raise
        incoming.kind = args.token_kind(self._core, args.take_token(request, arguments))
        incoming.arguments = arguments

    def _run(self, incoming: Incoming) -> Payload:
        method = METHODS.get(incoming.method)
        if method is None:
            raise SlackError("unknown_method", req_method=incoming.method)
        request = Request(self._core, incoming.method, incoming.arguments)
        args.check_token(self._core, incoming.kind, method)
        request.needs(method.scopes)
        self._check_rate(incoming, method)
        args.check_names(method, incoming.arguments)
        return method.handler(request)

    def _check_rate(self, incoming: Incoming, method: Method) -> None:
        posting = incoming.method == "chat.postMessage"
        channel = self._core.world.place(incoming.arguments.get("channel")) if posting else None
        pause_s = self._core.rates.pause_s(incoming.method, method.tier, channel)
        if pause_s:
            raise SlackError("ratelimited", status=429, retry_after=pause_s)

    def _response(self, body: Payload, status: int = 200) -> web.Response:
        headers = {"x-oauth-scopes": ",".join(sorted(self._core.config.scopes))}
        if status == 429:
            headers["Retry-After"] = str(body.pop("retry_after"))
        return web.json_response(body, status=status, headers=headers)

    def _record(self, incoming: Incoming, body: Payload) -> None:
        ts = body.get("ts") or body.get("message_ts")
        self._core.calls.append(
            Call(
                self._core.clock.now(),
                incoming.method,
                incoming.arguments,
                incoming.kind,
                bool(body["ok"]),
                body.get("error"),
                ts,
            )
        )
        self._core.changes.note("call", method=incoming.method, error=str(body.get("error", "")))

    async def struck(self, request: web.Request, planned: Planned) -> web.StreamResponse:
        """Fail as planned."""
        fault = planned.fault
        if fault in {Fault.STORE_THEN_DROP, Fault.DROP_BEFORE_STORE}:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        if fault is Fault.SLOW:
            await self._closing.wait()
        if fault is Fault.RATE_LIMITED:
            return self._response(
                {"ok": False, "error": "ratelimited", "retry_after": planned.retry_after_s}, 429
            )
        if fault in AS_ERROR:
            return self._response({"ok": False, "error": fault.value})
        if fault is Fault.HTML_200:
            return web.Response(text=HTML, content_type="text/html")
        return web.Response(status=503 if fault is Fault.HTTP_503 else 500, text="error")

"""Socket Mode: tickets, sockets, envelopes and their acknowledgements."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.workspace.changes import Changes
from bot.demo.workspace.clock import Clock
from bot.demo.workspace.courier import Answer, NotCarriedError
from bot.demo.workspace.faults import Fault, Faults
from bot.demo.workspace.records import Payload

MOST_SOCKETS = 10
#: A ticket works once, and not for long (seen as HTTP 408 in slackapi/python-slack-sdk#1110).
TICKET_LIVES_S = 30
CONNECTION_LIVES_S = 18_060
#: Where the address was asked for with `debug_reconnects=true` (Slack docs, Using Socket Mode).
DEBUG_CONNECTION_LIVES_S = 360
WARNING_S = 10


class SocketHub:
    """All sockets of one app (Slack docs, Using Socket Mode)."""

    name = "socket"

    def __init__(self, clock: Clock, changes: Changes, faults: Faults, app_id: str) -> None:
        self._clock, self._changes, self._faults, self._app_id = clock, changes, faults, app_id
        self._tickets: dict[str, float] = {}
        self._pending: dict[str, asyncio.Future[Answer]] = {}
        self._turn = 0
        self.sockets: list[web.WebSocketResponse] = []
        self._transports: dict[web.WebSocketResponse, asyncio.BaseTransport | None] = {}
        self.accepts: dict[str, bool] = {}
        self.bad_acks: list[str] = []
        self.mute = False
        self._closing = asyncio.Event()

    def ticket(self) -> str:
        """Entitles to one connection, soon."""
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = self._clock.running() + TICKET_LIVES_S
        return ticket

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The handshake and the life of one socket."""
        refused = await self._refusal(request)
        if refused is not None:
            return refused
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self.sockets) >= MOST_SOCKETS:
            await socket.send_json(self._disconnect("too_many_websockets"))
            await socket.close()
            return socket
        self.sockets.append(socket)
        self._transports[socket] = request.transport
        try:
            await self._live(socket, request.query.get("debug_reconnects") == "true")
        finally:
            self._forget(socket)
        return socket

    def disconnect(self, socket: web.WebSocketResponse, reason: str) -> Any:
        """The coroutine that ends this socket, as Slack does for *reason*, or "abrupt"."""
        if reason == "abrupt":
            self._drop(socket)
            return None
        return self._say_goodbye(socket, reason)

    def forget_tickets(self) -> None:
        """Whatever was handed out and not used yet is stale."""
        self._tickets.clear()

    async def carry(self, kind: str, payload: Payload, attempt: int, reason: str | None) -> Answer:
        """Send an envelope on one socket and wait for its acknowledgement on any."""
        envelope = self._envelope(kind, payload, attempt, reason)
        key = envelope["envelope_id"]
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._pending[key] = future
        self.accepts[key] = envelope["accepts_response_payload"]
        try:
            await self._next_socket().send_json(envelope)
            return await future
        except ConnectionError as problem:
            raise NotCarriedError("connection_failed") from problem
        finally:
            self._pending.pop(key, None)

    async def close(self) -> None:
        """End every socket, and let go of those who still wait for one."""
        self._closing.set()
        for socket in list(self.sockets):
            self._drop(socket)

    async def _refusal(self, request: web.Request) -> web.Response | None:
        planned = self._faults.take("socket")
        if planned is not None:
            return await self._refused_by(planned.fault, request)
        due = self._tickets.pop(request.query.get("ticket", ""), None)
        if due is None or self._clock.running() > due:
            return web.Response(status=408, text="stale ticket")
        return None

    async def _refused_by(self, fault: Fault, request: web.Request) -> web.Response:
        if fault is Fault.SLOW:
            await self._closing.wait()
        if fault in {Fault.STORE_THEN_DROP, Fault.DROP_BEFORE_STORE} and request.transport:
            request.transport.close()
        return web.Response(status=503 if fault is Fault.HTTP_503 else 500)

    async def _live(self, socket: web.WebSocketResponse, short: bool) -> None:
        await socket.send_json(self._hello(DEBUG_CONNECTION_LIVES_S if short else CONNECTION_LIVES_S))
        self._changes.note("socket", state="open", count=str(len(self.sockets)))
        ending = asyncio.ensure_future(self._refreshed(socket)) if short else None
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(str(message.data))
                elif message.type is WSMsgType.PING and not self.mute:
                    await socket.pong(message.data)
        finally:
            if ending is not None:
                ending.cancel()

    async def _refreshed(self, socket: web.WebSocketResponse) -> None:
        """Ends a socket when its time is over; one of the usual length ends when a test says so."""
        due = self._clock.running() + DEBUG_CONNECTION_LIVES_S - WARNING_S
        await self._clock.sleep_until(due)
        await self._say_goodbye(socket, "warning")

    def _acknowledged(self, text: str) -> None:
        try:
            ack = json.loads(text)
            key = ack["envelope_id"]
        except (ValueError, TypeError, KeyError):
            self.bad_acks.append("no envelope_id")
            return
        body = ack.get("payload")
        if body and not self.accepts.get(key, True):
            self.bad_acks.append("a payload where none is accepted")
            body = None
        future = self._pending.get(key)
        if future is None:
            self.bad_acks.append("late or unknown envelope_id")
        elif not future.done():
            future.set_result(Answer(200, body))

    def _next_socket(self) -> web.WebSocketResponse:
        living = [socket for socket in self.sockets if not socket.closed]
        if not living:
            raise NotCarriedError("connection_failed")
        self._turn += 1
        return living[self._turn % len(living)]

    def _envelope(self, kind: str, payload: Payload, attempt: int, reason: str | None) -> Payload:
        with_payload = kind == "slash_commands" or payload.get("type") in {
            "view_submission",
            "block_suggestion",
        }
        envelope: Payload = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "accepts_response_payload": with_payload,
            "payload": payload,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason or ""}
        return envelope

    def _hello(self, lives_s: int) -> Payload:
        return {
            "type": "hello",
            "num_connections": len(self.sockets),
            "debug_info": {"host": "applink-local", "approximate_connection_time": lives_s},
            "connection_info": {"app_id": self._app_id},
        }

    @staticmethod
    def _disconnect(reason: str) -> Payload:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-local"}}

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str) -> None:
        try:
            await socket.send_json(self._disconnect(reason))
            if reason == "warning":
                await self._clock.sleep_until(self._clock.running() + WARNING_S)
                await socket.send_json(self._disconnect("refresh_requested"))
            await socket.close()
        except ConnectionError:
            self._forget(socket)

    def _drop(self, socket: web.WebSocketResponse) -> None:
        transport = self._transports.get(socket)
        self._forget(socket)
        # Asked by name: uvloop's transports are asyncio's by their methods and not by their class.
        abort = getattr(transport, "abort", None)
        if abort is not None:
            abort()

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self.sockets:
            self.sockets.remove(socket)
            self._changes.note("socket", state="closed", count=str(len(self.sockets)))
        self._transports.pop(socket, None)

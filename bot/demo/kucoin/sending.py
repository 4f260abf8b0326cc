"""How an answer leaves: whole, slowly, in part, or never."""

from __future__ import annotations

import asyncio
import socket
import struct

from aiohttp import web

from bot.demo.kucoin.answers import Answer
from bot.demo.kucoin.faults import Fault

TRICKLE_S = 0.05


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Break the connection as a crashed machine does: the other side reads "connection reset"."""
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Asked by name: uvloop's transports are asyncio's by their methods and not by their class.
    abort = getattr(transport, "abort", None)
    if abort is not None:
        abort()


async def sent(
    answer: Answer, faults: frozenset[Fault], request: web.BaseRequest, closing: asyncio.Event
) -> web.StreamResponse:
    """Send the answer the way the faults want it; returns once nothing more will be sent."""
    if Fault.TRICKLE in faults:
        return await _trickled(answer, request, closing)
    if Fault.DISCONNECT_MID_BODY in faults:
        return await _broken_off(answer, request)
    return web.Response(
        status=answer.http_status,
        body=answer.body,
        content_type=answer.content_type,
        headers=answer.headers,
    )


async def _started(answer: Answer, request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.http_status, headers=answer.headers)
    response.content_type = answer.content_type
    response.content_length = len(answer.body)
    await response.prepare(request)
    return response


async def _trickled(answer: Answer, request: web.BaseRequest, closing: asyncio.Event) -> web.StreamResponse:
    response = await _started(answer, request)
    for at in range(len(answer.body)):
        if closing.is_set() or request.transport is None:
            break
        await response.write(answer.body[at : at + 1])
        await asyncio.sleep(TRICKLE_S)
    return response


async def _broken_off(answer: Answer, request: web.BaseRequest) -> web.StreamResponse:
    response = await _started(answer, request)
    await response.write(answer.body[: len(answer.body) // 2])
    reset(request.transport)
    return response

"""A collector of OpenTelemetry on this machine: it keeps every byte that is sent to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Collector:
    """What arrived.

    Attributes:
        address: For ``OTEL_EXPORTER_OTLP_ENDPOINT``.
        bodies: Each request as it came over the wire, and its headers.
    """

    address: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    @property
    def everything(self) -> bytes:
        return b"\n".join([*self.bodies, *(told.encode() for told in self.headers)])

    def spans(self, name: str = "") -> list[Any]:
        """The spans of that name, or all."""
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return [span for span in found if not name or span.name == name]

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append(str(request.headers))
        return web.Response()


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """Listen on any port."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        collector.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield collector
    finally:
        await runner.cleanup()


def attributes(span: Any) -> dict[str, str | int]:
    """The attributes of a span as they came."""
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}

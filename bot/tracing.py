"""Traces for OpenTelemetry: off, unless the environment names where they go and the extra is installed.

A span holds ids and nothing else: no payload, no text of an exception, no name of a person. All spans
of one submission share a trace, on whichever replica they happen, for its id is the trace's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from bot.log import get_logger

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

log = get_logger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""OpenTelemetry's documents on the environment: without one of them nothing is sent anywhere."""
IDS = frozenset({"ref", "submission", "attempt", "case", "message", "kind", "way"})
"""What a span may hold; anything else that is handed in is left out."""
CLOSE_WITHIN_S = 3.0
HEX_DIGITS = 32

_trace_id: ContextVar[int | None] = ContextVar("trace_id", default=None)


class Tracing:
    """Makes spans. Has a provider of its own: nothing in the process is changed by it."""

    def __init__(self, processor: SpanProcessor) -> None:
        """Send what ends to *processor*; OpenTelemetry takes sampler and limits from the environment."""
        self._provider = _provider()
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("keydesk")

    @contextmanager
    def span(self, name: str, ids: Mapping[str, object]) -> Iterator[None]:
        """Time the block. What it raises is noted as an error, without its text."""
        from opentelemetry.trace import StatusCode

        attributes: dict[str, str | int] = {
            f"keydesk.{key}": value
            for key, value in ids.items()
            if key in IDS and isinstance(value, str | int) and value != ""
        }
        trace_id = _as_trace_id(ids.get("submission"))
        wanted = _trace_id.set(trace_id)
        try:
            with self._tracer.start_as_current_span(
                name,
                attributes=attributes,
                record_exception=False,
                set_status_on_exception=False,
                **_elsewhere(trace_id),
            ) as span:
                try:
                    yield
                except BaseException:
                    span.set_status(StatusCode.ERROR)
                    raise
        finally:
            _trace_id.reset(wanted)

    async def close(self) -> None:
        """Send what is left, for a few seconds at most."""
        ending = asyncio.get_running_loop().run_in_executor(None, self._provider.shutdown)
        await asyncio.wait({ending}, timeout=CLOSE_WITHIN_S)


def tracing_by_environment(environment: Mapping[str, str] = os.environ) -> Tracing | None:
    """Tracing over OTLP (HTTP) where the environment asks for it; None, and nothing imported, else."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or environment.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        return None
    if not any(environment.get(name) for name in ENDPOINTS):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("no_traces_will_be_sent", why="the extra “tracing” is not installed")
        return None
    return Tracing(BatchSpanProcessor(OTLPSpanExporter()))


def _provider() -> TracerProvider:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class BySubmission(RandomIdGenerator):
        """A trace that begins gets the id that is asked for."""

        def generate_trace_id(self) -> int:
            return _trace_id.get() or super().generate_trace_id()

    attributes = os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    is_named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in attributes
    resource = Resource.create({} if is_named else {"service.name": "keydesk"})
    return TracerProvider(resource=resource, id_generator=BySubmission(), shutdown_on_exit=False)


def _elsewhere(trace_id: int | None) -> dict[str, Any]:
    """What begins another trace inside a span, with a link to it: a delivery is no part of a submission.

    Else the submission's spans would lie in as many traces as deliveries and replicas had to do with it.
    """
    from opentelemetry.context import Context
    from opentelemetry.trace import Link, get_current_span

    around = get_current_span().get_span_context()
    if trace_id is None or not around.is_valid or around.trace_id == trace_id:
        return {}
    return {"context": Context(), "links": [Link(around)]}


def _as_trace_id(submission: object) -> int | None:
    """A submission's id is 128 random bits, as a trace's is."""
    if not isinstance(submission, str) or len(submission) != HEX_DIGITS:
        return None
    try:
        return int(submission, 16) or None
    except ValueError:
        return None

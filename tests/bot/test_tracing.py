"""Traces hold ids and nothing else, and there are none unless the environment asks for them."""

from __future__ import annotations

import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.tracing import Tracing, tracing_by_environment

SUBMISSION = "11112222333344441111222233334444"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Tracing:
    return Tracing(SimpleSpanProcessor(exporter))


async def test_a_span_holds_ids_and_leaves_out_whatever_else_it_is_handed(
    tracing: Tracing, exporter: InMemorySpanExporter
) -> None:
    with tracing.span("check", {"submission": SUBMISSION, "attempt": 7, "body": "canary", "case": ""}):
        pass
    await tracing.close()

    (span,) = exporter.get_finished_spans()
    assert dict(span.attributes or {}) == {"keydesk.submission": SUBMISSION, "keydesk.attempt": 7}
    assert "canary" not in span.to_json()


async def test_an_error_is_noted_without_its_text(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="canary"), tracing.span("settle", {"attempt": 1}):
        raise ValueError("canary")
    await tracing.close()

    (span,) = exporter.get_finished_spans()
    assert span.status.is_ok is False
    assert "canary" not in span.to_json()


async def test_all_spans_of_a_submission_share_one_trace(
    tracing: Tracing, exporter: InMemorySpanExporter
) -> None:
    for name in ("check", "settle"):
        with tracing.span(name, {"submission": SUBMISSION}):
            pass
    await tracing.close()

    traces = {span.context.trace_id for span in exporter.get_finished_spans() if span.context}
    assert traces == {int(SUBMISSION, 16)}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nothing_is_traced_unless_the_environment_asks_for_it(environment: dict[str, str]) -> None:
    assert tracing_by_environment(environment) is None


def test_keydesk_itself_imports_no_telemetry_before_it_is_asked_for() -> None:
    import subprocess

    code = "import sys, bot.tracing; sys.exit('opentelemetry.sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

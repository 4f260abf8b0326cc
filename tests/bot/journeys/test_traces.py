"""What a collector of traces gets to see over the wire: the way of each delivery and test, by ids alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from bot.demo.canary import Canary
from bot.demo.stage import Stage, staged
from bot.schema import Submission
from bot.tracing import IDS, tracing_by_environment
from tests.bot.collector import Collector, attributes, collecting
from tests.bot.journeys.flows import FLOWS, settled
from tests.bot.slack.desk import FREE

TRACED = ("passes", "fails", "is_wrong_in_each_part", "meets_faults_of_the_venue", "is_misshapen")


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    async with collecting() as opened:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", opened.address)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        yield opened


@pytest.fixture(params=["socket", "http"])
async def stage(request: pytest.FixtureRequest, collector: Collector) -> AsyncIterator[Stage]:
    async with staged(mode=request.param, **FREE) as opened:
        yield opened


async def _submissions(stage: Stage) -> set[str]:
    async with stage.bot.app.db.reading() as session:
        return set((await session.exec(select(Submission.id))).all())


async def test_no_payload_and_no_secret_is_in_any_span(stage: Stage, collector: Collector) -> None:
    canaries = [canary for flow in TRACED for canary in await FLOWS[flow](stage)]
    submissions = await _submissions(stage)
    people = [stage.cast.ann.user_id, stage.cast.ann.name, stage.slack.bot_token]
    await settled(stage)
    await stage.stop()

    assert {span.name for span in collector.spans()} == {"delivery", "check", "settle", "send"}
    assert {attributes(span)["keydesk.submission"] for span in collector.spans("check")} == submissions
    assert {name for span in collector.spans() for name in attributes(span)} <= {
        f"keydesk.{one}" for one in IDS
    }
    assert not any(span.events for span in collector.spans())
    told = [("traces", collector.everything)]
    assert [line for canary in canaries for line in canary.leaks(told)] == []
    assert [one for one in people if one.encode() in collector.everything] == []


async def test_the_search_would_find_a_secret_in_a_span(collector: Collector) -> None:
    canary = Canary.made()
    tracing = tracing_by_environment()
    assert tracing is not None

    with tracing.span("check", {"kind": canary.secret, "body": canary.key}):
        pass
    await tracing.close()

    found = " ".join(canary.leaks([("traces", collector.everything)]))
    assert "secret" in found
    assert canary.key.encode() not in collector.everything, "what is no id is left out"


async def test_a_delivery_is_timed_and_leads_to_its_test(stage: Stage, collector: Collector) -> None:
    await FLOWS["passes"](stage)
    submissions = await _submissions(stage)
    await settled(stage)
    await stage.stop()

    ways = {attributes(span)["keydesk.way"] for span in collector.spans("delivery")}
    assert {"slash_commands", "interactive"} <= ways
    deliveries = {(span.trace_id, span.span_id) for span in collector.spans("delivery")}
    for name in ("check", "settle", "send"):
        traces = {span.trace_id.hex() for span in collector.spans(name)}
        assert submissions <= traces, f"each submission has a {name} in the trace of its own id"
    links = {(link.trace_id, link.span_id) for span in collector.spans("check") for link in span.links}
    assert links, "a check that a delivery began names it"
    assert links <= deliveries

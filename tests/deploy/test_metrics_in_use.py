"""The alerts and the dashboard name metrics and labels that a running keydesk has, and load."""

from __future__ import annotations

import json
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.demo.stage import staged
from bot.measuring.counts import CAUSES, DOOR
from bot.measuring.measures import OPEN_STATES, WAITING_STATES
from tests.bot.slack.desk import FREE
from tests.deploy.conftest import DEPLOY, Runs
from tests.deploy.promql import alerts, dashboard, expressions, labels_in, names_in
from validators.diagnosis import Verdict

KNOWN = {
    "verdict": {verdict.value for verdict in Verdict},
    "cause": set(CAUSES),
    "why": set(DOOR),
    "state": {state.value for state in (*WAITING_STATES, *OPEN_STATES)},
    "which": {"moving", "parked"},
}
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


@pytest.fixture
async def scrape() -> str:
    """What a running keydesk tells."""
    async with staged(**FREE) as stage, aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{stage.bot.port}/metrics"
        async with session.get(address) as answer:
            return await answer.text()


async def test_every_metric_that_is_named_exists(scrape: str) -> None:
    told = {
        f"{family.name}{suffix}"
        for family in text_string_to_metric_families(scrape)
        for suffix in SUFFIXES.get(family.type, ("",))
    }

    named = set().union(*map(names_in, expressions()))
    assert len(named) > 20
    assert named - told == set()


def test_every_value_of_a_label_that_is_asked_for_exists() -> None:
    asked = set().union(*map(labels_in, expressions()))

    strange = {one for one in asked if one[1] != "job" and one[2] not in KNOWN.get(one[1], ())}
    assert ("keydesk_outbox_messages", "state", "parked") in asked
    assert strange == set()


async def test_a_scrape_is_well_formed_for_prometheus(scrape: str, run: Runs) -> None:
    checked = run("promtool", "check", "metrics", given=scrape)

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_alerts_load(run: Runs) -> None:
    checked = run("promtool", "check", "rules", DEPLOY / "alerts.yml")

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(alerts())} rules found" in checked.stdout


def test_the_expressions_of_the_dashboard_can_be_read(run: Runs, tmp_path: Path) -> None:
    """Prometheus reads them as rules; Grafana fills its variable in before it asks."""
    shown = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    rules = [{"record": f"panel_{n}", "expr": expr.replace("$job", ".*")} for n, expr in enumerate(shown)]
    path = tmp_path / "panels.yml"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))

    checked = run("promtool", "check", "rules", path)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_is_the_matter_and_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"].endswith((".", "3."))
    assert rule["annotations"]["do"]


def test_the_panels_of_the_dashboard_have_places_and_ids_of_their_own() -> None:
    panels = dashboard()["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells

    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    variables = {one["name"] for one in dashboard()["templating"]["list"]}
    assert {"datasource", "job"} <= variables

"""The dashboard is read by the models that Grafana publishes of its own dashboards (Foundation SDK, 11.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import prometheus, stat, table, timeseries
from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from tests.deploy.promql import dashboard

KINDS = {"stat": stat.Options, "table": table.Options, "timeseries": timeseries.Options}
UNITS = {"short", "s", "bytes", "percentunit", "none", "reqps"}
PANELS = dashboard()["panels"]

register_default_plugins()  # without them, options and queries are read as anything


def unread(told: Any, read: Any, at: str = "") -> list[str]:
    """Where *told* holds what *read* has lost or changed."""
    if isinstance(told, dict) and isinstance(read, dict):
        return [lost for name in told for lost in unread(told[name], read.get(name), f"{at}/{name}")]
    if isinstance(told, list) and isinstance(read, list) and len(told) == len(read):
        both = enumerate(zip(told, read, strict=True))
        return [lost for place, (one, other) in both for lost in unread(one, other, f"{at}/{place}")]
    return [] if told == read else [at]


def as_grafana_writes(told: dict[str, Any]) -> Any:
    return json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(told)))


def test_grafana_reads_all_of_it_and_writes_the_same() -> None:
    assert unread(dashboard(), as_grafana_writes(dashboard())) == []


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (lambda told: told.update(autoRefresh="10s"), ["/autoRefresh"]),
        (lambda told: told["panels"][0].update(colour="red"), ["/panels/0/colour"]),
        (lambda told: told["panels"][0]["targets"][0].update(query="up"), ["/panels/0/targets/0/query"]),
    ],
    ids=["of the dashboard", "of a panel", "of a query"],
)
def test_a_name_that_grafana_does_not_know_would_be_seen(change: Any, lost: list[str]) -> None:
    told = dashboard()
    change(told)

    assert unread(told, as_grafana_writes(told)) == lost


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_each_panel_and_each_query_is_of_a_kind_that_grafana_has(panel: dict[str, Any]) -> None:
    read = Panel.from_json(panel)

    assert isinstance(read.options, KINDS[panel["type"]])
    assert read.targets
    assert all(isinstance(target, prometheus.Dataquery) for target in read.targets)
    assert panel["fieldConfig"]["defaults"].get("unit", "none") in UNITS


def test_its_id_is_short_enough_for_an_address() -> None:
    assert 0 < len(dashboard()["uid"]) <= 40


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_each_query_goes_to_the_chosen_prometheus_under_an_id_of_its_own(panel: dict[str, Any]) -> None:
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    ids = [target["refId"] for target in panel["targets"]]

    assert ids
    assert len(set(ids)) == len(ids)
    assert panel["datasource"] == chosen
    assert all(target["datasource"] == chosen for target in panel["targets"])


def test_its_variables_are_ones_that_grafana_can_ask_for() -> None:
    datasource, job = dashboard()["templating"]["list"]

    assert (datasource["type"], datasource["query"]) == ("datasource", "prometheus")
    assert job["type"] == "query"
    assert job["query"] == "label_values(keydesk_build_info, job)"
    assert all({"text", "value"} <= variable["current"].keys() for variable in (datasource, job))

"""The dashboard holds what Grafana's own JSON schema of dashboards asks for, and nothing unknown to it.

Names from the schemas that Grafana publishes for its foundation SDK (dashboard, stat, timeseries, table).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.deploy.promql import dashboard

_TOP = """
annotations description editable fiscalYearStartMonth gnetId graphTooltip links liveNow panels refresh
revision
schemaVersion snapshot tags templating time timepicker timezone title uid version weekStart
"""
_PANEL = """
cacheTimeout datasource description fieldConfig gridPos hideTimeOverride id interval libraryPanel links
maxDataPoints maxPerRow options pluginVersion queryCachingTTL repeat repeatDirection targets timeFrom
timeShift
title transformations transparent type
"""
TOP, PANEL = frozenset(_TOP.split()), frozenset(_PANEL.split())
STAT = "colorMode graphMode justifyMode orientation percentChangeColorMode reduceOptions showPercentChange"
OPTIONS = {
    "stat": frozenset([*STAT.split(), "textMode", "wideLayout"]),
    "timeseries": frozenset({"legend", "tooltip"}),
    "table": frozenset({"frameIndex", "showHeader"}),
}
"""Options without which a panel of that type is not valid."""
INSIDE = {
    "legend": {"calcs", "displayMode", "placement", "showLegend"},
    "tooltip": {"mode", "sort"},
    "reduceOptions": {"calcs"},
}
UNITS = {"short", "s", "bytes", "percentunit", "none", "reqps"}
PANELS = dashboard()["panels"]

Panel = dict[str, Any]


def test_it_has_what_a_dashboard_must_have_and_nothing_unknown() -> None:
    told = dashboard()

    assert {"schemaVersion", "templating", "annotations", "title", "uid", "panels"} <= told.keys() <= TOP
    assert isinstance(told["schemaVersion"], int)
    assert len(told["uid"]) <= 40


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_each_panel_is_one_that_grafana_can_draw(panel: Panel) -> None:
    assert panel.keys() <= PANEL
    assert panel["options"].keys() >= OPTIONS[panel["type"]]
    for name, needed in INSIDE.items():
        assert panel["options"].get(name, dict.fromkeys(needed)).keys() >= needed
    assert panel["fieldConfig"].keys() == {"defaults", "overrides"}
    assert panel["fieldConfig"]["defaults"].get("unit", "none") in UNITS


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_each_query_goes_to_the_chosen_prometheus_under_an_id_of_its_own(panel: Panel) -> None:
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

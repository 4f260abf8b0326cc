"""Each alert fires when it should, after as long as it should, and on a healthy keydesk none does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.conftest import DEPLOY, Runs
from tests.deploy.promql import alerts

HOURS = 2
LONG = HOURS * 60
HEALTHY = {
    'keydesk_build_info{version="1"}': f"1x{LONG}",
    "keydesk_slack_up": f"1x{LONG}",
    "keydesk_sockets_connected": f"2x{LONG}",
    "keydesk_database_up": f"1x{LONG}",
    "keydesk_replicas": f"2x{LONG}",
    "keydesk_tests_oldest_due_seconds": f"0x{LONG}",
    'keydesk_outbox_oldest_seconds{which="moving"}': f"0x{LONG}",
    'keydesk_outbox_messages{instance="a",state="parked",kind="card"}': f"0x{LONG}",
    'keydesk_tests_total{exchange="e",verdict="passed",cause="none"}': f"0+1x{LONG}",
    'keydesk_tests_total{exchange="e",verdict="could_not_tell",cause="venue_down"}': f"0x{LONG}",
    'keydesk_tests_total{exchange="e",verdict="could_not_tell",cause="own_error"}': f"0x{LONG}",
    'keydesk_loop_failures_in_row{loop="tests"}': f"0x{LONG}",
    'keydesk_loop_age_seconds{loop="tests"}': f"1x{LONG}",
    'keydesk_loop_every_seconds{loop="tests"}': f"1x{LONG}",
    'keydesk_deliveries_refused_total{why="signature does not fit"}': f"0x{LONG}",
    "keydesk_cases_unclaimed": f"1x{LONG}",
    'keydesk_ack_seconds_bucket{le="0.5",way="interactive"}': f"0+10x{LONG}",
    'keydesk_ack_seconds_bucket{le="3.0",way="interactive"}': f"0+10x{LONG}",
    'keydesk_ack_seconds_bucket{le="+Inf",way="interactive"}': f"0+10x{LONG}",
    'keydesk_time_to_verdict_seconds_bucket{le="1.0",exchange="e"}': f"0+10x{LONG}",
    'keydesk_time_to_verdict_seconds_bucket{le="15.0",exchange="e"}': f"0+10x{LONG}",
    'keydesk_time_to_verdict_seconds_bucket{le="+Inf",exchange="e"}': f"0+10x{LONG}",
}
"""One sample a minute, in promtool's notation."""
GONE = None
FAULTS: dict[str, dict[str, str | None]] = {
    "KeydeskDown": {'keydesk_build_info{version="1"}': GONE},
    "KeydeskSlackGone": {"keydesk_slack_up": f"0x{LONG}"},
    "KeydeskNoSocket": {"keydesk_sockets_connected": f"0x{LONG}"},
    "KeydeskDatabaseGone": {"keydesk_database_up": f"0x{LONG}"},
    "KeydeskTestsStuck": {"keydesk_tests_oldest_due_seconds": f"0+60x{LONG}"},
    "KeydeskMessagesStuck": {'keydesk_outbox_oldest_seconds{which="moving"}': f"0+60x{LONG}"},
    "KeydeskMessagesParked": {
        'keydesk_outbox_messages{instance="a",state="parked",kind="card"}': f"3x{LONG}"
    },
    "KeydeskAnswersSlowly": {'keydesk_ack_seconds_bucket{le="0.5",way="interactive"}': f"0x{LONG}"},
    "KeydeskVerdictsSlow": {'keydesk_time_to_verdict_seconds_bucket{le="1.0",exchange="e"}': f"0x{LONG}"},
    "KeydeskManyDoubts": {
        'keydesk_tests_total{exchange="e",verdict="could_not_tell",cause="venue_down"}': f"0+3x{LONG}"
    },
    "KeydeskOutage": {'keydesk_outages{exchange="e",cause="venue_down"}': f"1x{LONG}"},
    "KeydeskOwnErrors": {
        'keydesk_tests_total{exchange="e",verdict="could_not_tell",cause="own_error"}': f"0x90 1x{LONG}"
    },
    "KeydeskLoopFails": {'keydesk_loop_failures_in_row{loop="tests"}': f"9x{LONG}"},
    "KeydeskLoopLate": {'keydesk_loop_age_seconds{loop="tests"}': f"0+60x{LONG}"},
    "KeydeskForgedDeliveries": {
        'keydesk_deliveries_refused_total{why="signature does not fit"}': f"0+5x{LONG}"
    },
    "KeydeskUnclaimed": {"keydesk_cases_unclaimed": f"30x{LONG}"},
    "KeydeskOneReplicaLeft": {"keydesk_replicas": f"2x60 1x{LONG}"},
}
"""Alert → what is otherwise than on a healthy keydesk."""


def _series(changed: dict[str, str | None]) -> list[dict[str, str]]:
    told = {**HEALTHY, **changed}
    return [{"series": name, "values": values} for name, values in told.items() if values is not None]


def _case(path: Path, series: list[dict[str, str]]) -> dict[str, Any]:
    """A test of promtool's that expects silence, so that its complaint names whatever fires."""
    silent = [{"eval_time": f"{HOURS}h", "alertname": rule["alert"], "exp_alerts": []} for rule in alerts()]
    return {
        "rule_files": [str(path)],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": series, "alert_rule_test": silent}],
    }


def _firing(run: Runs, tmp_path: Path, changed: dict[str, str | None]) -> set[str]:
    """The alerts that fire after two hours of this."""
    path = tmp_path / "test.yml"
    path.write_text(json.dumps(_case(DEPLOY / "alerts.yml", _series(changed))))
    told = run("promtool", "test", "rules", path)
    complaints = told.stdout + told.stderr
    assert told.returncode == 0 or "alertname:" in complaints, complaints
    return {name for rule in alerts() if f"alertname: {(name := str(rule['alert']))}," in complaints}


def test_every_alert_has_its_fault() -> None:
    assert FAULTS.keys() == {rule["alert"] for rule in alerts()}


def test_nothing_fires_on_a_healthy_keydesk(run: Runs, tmp_path: Path) -> None:
    assert _firing(run, tmp_path, {}) == set()


@pytest.mark.parametrize("alert", FAULTS)
def test_an_alert_fires_on_its_fault_alone(run: Runs, tmp_path: Path, alert: str) -> None:
    assert _firing(run, tmp_path, FAULTS[alert]) == {alert}

"""The systemd unit: systemd takes it, and it keeps what it promises."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from bot.__main__ import EXIT_CANNOT_START, EXIT_UNREACHABLE
from bot.tempo import USUAL_TEMPO, Tempo
from tests.deploy.conftest import DEPLOY, Runs

UNIT = DEPLOY / "keydesk.service"
WORST_EXPOSURE = 20
"""Of 100, as `systemd-analyze security` counts it; a unit without any of this has 96."""


Service = dict[str, str]


@pytest.fixture
def service() -> Service:
    """The settings of the unit; of those that are given several times the last."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines) if name.isalpha()}


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit with a program that is on every machine in the place of ours, which is not installed."""
    unit = UNIT.read_text(encoding="utf-8").replace("/opt/keydesk/.venv/bin/keydesk serve", "/bin/true")
    path = tmp_path / "keydesk.service"
    path.write_text(unit, encoding="utf-8")
    return path


def test_systemd_takes_it_without_a_word(installed: Path, run: Runs) -> None:
    checked = run("systemd-analyze", "verify", "--man=no", installed)

    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_slip_in_it_would_be_found(installed: Path, run: Runs) -> None:
    installed.write_text(installed.read_text().replace("ProtectSystem=strict", "ProtectSystem=stern"))

    checked = run("systemd-analyze", "verify", "--man=no", installed)

    assert "ignoring: stern" in checked.stderr


def test_it_exposes_little(installed: Path, run: Runs) -> None:
    checked = run("systemd-analyze", "security", "--offline=yes", f"--threshold={WORST_EXPOSURE}", installed)

    assert checked.returncode == 0, checked.stdout[-500:]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DynamicUser", "yes"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("CapabilityBoundingSet", ""),
        ("LimitCORE", "0"),
        ("StateDirectoryMode", "0700"),
        ("UMask", "0077"),
        ("KillSignal", "SIGTERM"),
    ],
)
def test_it_runs_as_nobody_and_writes_nowhere_else(service: Service, name: str, value: str) -> None:
    assert service[name] == value


def test_only_a_wrong_setting_keeps_it_from_starting_again(service: Service) -> None:
    assert service["Restart"] == "on-failure"
    never = {int(code) for code in service["RestartPreventExitStatus"].split()}
    assert never == {EXIT_CANNOT_START}
    assert EXIT_UNREACHABLE not in never | {0}


def test_a_stop_has_time_to_drain(service: Service) -> None:
    assert {"farewell_s", "drain_s"} <= {field.name for field in fields(Tempo)}
    longest_s = USUAL_TEMPO.drain_s + 2 * USUAL_TEMPO.farewell_s

    assert int(service["TimeoutStopSec"]) > longest_s + 10


def test_the_database_lies_where_it_may_write(service: Service) -> None:
    text = UNIT.read_text(encoding="utf-8")

    assert service["StateDirectory"] == "keydesk"
    assert "DATABASE_URL=sqlite:////var/lib/keydesk/" in text
    assert service["WorkingDirectory"] == "/var/lib/keydesk"
    assert service["EnvironmentFile"].startswith("/etc/")

"""Every setting is told by its name, set, missing or wrong; never a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.doctor import examined, given
from bot.doctor.report import State
from bot.doctor.settings_told import settings_lines
from bot.settings import Settings

WHOLE = {
    "SLACK_BOT_TOKEN": "xoxb-1-canary",
    "SLACK_APP_TOKEN": "xapp-1-canary",
    "STAFF_CHANNEL": "C0CANARY",
    "SECRET_KEYS": "kd1.canary",
}
WRONG = {
    "SLACK_BOT_TOKEN": "canary",
    "SLACK_APP_TOKEN": "canary",
    "SLACK_MODE": "canary",
    "SLACK_API_URL": "canary",
    "STAFF_CHANNEL": "#canary",
    "STAFF_USERGROUP": "@canary",
    "DATABASE_URL": "canary",
    "SECRET_TTL": "canary",
    "SMTP_URL": "canary",
    "SUPPORT_EMAIL": "canary",
    "KUCOIN_API_URL": "canary",
    "TESTS_PER_HOUR": "canary",
    "SLA_FIRST_RESPONSE": "canary",
    "TIME_ZONE": "canary",
    "BUSINESS_HOURS": "canary",
    "REPLY_SIGNED": "canary",
    "HTTP_PORT": "canary",
    "LOG_LEVEL": "canary",
    "LOG_FORMAT": "canary",
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No setting comes from where the tests run."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def _set(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def _states() -> dict[str, State]:
    return {line.name: line.state for line in settings_lines(given())}


def test_every_setting_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, WHOLE)

    assert _states() == {name.upper(): State.OK for name in Settings.model_fields}


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "STAFF_CHANNEL", "SECRET_KEYS"])
def test_a_missing_setting_is_named_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _set(monkeypatch, {other: value for other, value in WHOLE.items() if other != name})

    (line,) = [line for line in settings_lines(given()) if line.state is State.MEND]
    assert line.name == name
    assert line.says.startswith("Missing: it should be ")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named_alone_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _set(monkeypatch, WHOLE | {name: WRONG[name]})

    lines = settings_lines(given())

    assert [line.name for line in lines if line.state is State.MEND] == [name]
    assert not [line for line in lines if "canary" in line.says.lower()]


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, WRONG)

    states = _states()

    assert {name for name, state in states.items() if state is State.MEND} >= {*WRONG, "SECRET_KEYS"}


def test_without_any_setting_the_required_ones_are_missing() -> None:
    mending = {name for name, state in _states().items() if state is State.MEND}

    assert mending == {"SLACK_BOT_TOKEN", "SLACK_MODE", "STAFF_CHANNEL", "SECRET_KEYS"}


def test_a_stand_in_is_not_told_as_set() -> None:
    lines = {line.name: line.says for line in settings_lines(given())}

    assert lines["SLACK_SIGNING_SECRET"].startswith("Not set")


def test_a_misspelt_name_in_the_file_is_told(elsewhere: Path) -> None:
    written = [f"{name}={value}" for name, value in WHOLE.items()]
    (elsewhere / ".env").write_text("\n".join([*written, "# SOME=comment", "STAFF_CHANEL=C1"]))

    (line,) = [line for line in settings_lines(given()) if line.state is State.MEND]
    assert line.name == "STAFF_CHANEL"
    assert "C1" not in line.says


def test_a_file_that_is_no_text_is_told(elsewhere: Path) -> None:
    (elsewhere / ".env").write_bytes(b"\xff\xfe\x00")

    mending = {line.name: line.says for line in settings_lines(given()) if line.state is State.MEND}

    assert "not UTF-8" in mending[".env"]


async def test_what_depends_on_a_wrong_setting_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of anybody: every address is wrong, too."""
    _set(monkeypatch, WRONG | {"KUCOIN_FUTURES_API_URL": "canary"})

    report = await examined(given())

    waiting = {line.name: line.says for line in report.lines if line.state is State.UNSEEN}
    assert waiting == {
        "bot token": "Not looked at, because SLACK_BOT_TOKEN is missing or wrong.",
        "tables": "Not looked at, because DATABASE_URL is wrong.",
        "SECRET_KEYS": "Not looked at, because SECRET_KEYS is missing.",
        "hosts": "Not looked at, because KUCOIN_API_URL is wrong.",
        "mail server": "Not looked at, because SMTP_URL is wrong.",
    }

"""Settings stop the start with a name and what it should be, never with a value."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, SettingsError, load_settings, parse_duration

NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-canary-bot",
    "SLACK_APP_TOKEN": "xapp-canary-app",
    "STAFF_CHANNEL": "C024BE91L",
    "SECRET_KEYS": "kd1.canary-keys",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine reaches a test, neither by environment nor by a file."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def told(monkeypatch: pytest.MonkeyPatch, **changed: str) -> Settings:
    for name, value in {**NEEDED, **changed}.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def refused(monkeypatch: pytest.MonkeyPatch, **changed: str) -> str:
    with pytest.raises(SettingsError) as error:
        told(monkeypatch, **changed)
    assert error.value.__context__ is None, "the library's error hangs on, and holds the values"
    return str(error.value)


def test_what_is_left_out_has_the_contracts_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch)

    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.staff_usergroup is None
    assert settings.database_url.get_secret_value().startswith("sqlite:///")
    assert settings.secret_ttl == timedelta(hours=1)
    assert settings.smtp_url is None
    assert settings.support_email == "Support@HashData.co"
    assert settings.endpoints == {}
    assert (settings.tests_per_hour, settings.keys_per_hour) == (10, 5)
    assert settings.sla_first_response == timedelta(minutes=30)
    assert (settings.business_hours, settings.time_zone) == (None, "UTC")
    assert settings.reply_signed == "name"
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 3000)
    assert (settings.log_level, settings.log_format) == ("INFO", "json")


def test_every_setting_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        load_settings()

    lines = str(error.value).splitlines()
    named = [line.split()[0] for line in lines]
    assert named == ["SLACK_BOT_TOKEN", "SLACK_MODE", "STAFF_CHANNEL", "SECRET_KEYS"]
    assert all("it should be" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-canary"),
        ("SLACK_APP_TOKEN", "xoxb-1-canary"),
        ("SLACK_SIGNING_SECRET", " "),
        ("SLACK_MODE", "canary"),
        ("SLACK_API_URL", "http://slack.canary/api/"),
        ("SLACK_API_URL", "canary"),
        ("STAFF_CHANNEL", "#canary"),
        ("STAFF_USERGROUP", "@canary"),
        ("DATABASE_URL", "mysql://canary@host/name"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql+asyncpg://u:canary@host/name"),
        ("DATABASE_URL", "postgresql://u:canary@host"),
        ("DATABASE_URL", "postgresql://u:canary@host:port/name"),
        ("SECRET_TTL", "3600"),
        ("SECRET_TTL", "canary"),
        ("SMTP_URL", "https://canary.example"),
        ("SMTP_URL", "smtp://u:canary@"),
        ("SUPPORT_EMAIL", "canary"),
        ("SUPPORT_EMAIL", "canary@a.example, canary@b.example"),
        ("KUCOIN_API_URL", "http://api.canary.example"),
        ("KUCOIN_API_URL", "http://localhost.canary.example"),
        ("KUCOIN_FUTURES_API_URL", "https://user:canary@api.example"),
        ("KUCOIN_EU_API_URL", "https://api.example/?key=canary"),
        ("KUCOIN_EU_API_URL", "https://[canary"),
        ("TESTS_PER_HOUR", "0"),
        ("TESTS_PER_HOUR", "canary"),
        ("KEYS_PER_HOUR", "-1"),
        ("SLA_FIRST_RESPONSE", "0"),
        ("SLA_FIRST_RESPONSE", "30"),
        ("SLA_FIRST_RESPONSE", "99999999d"),
        ("TIME_ZONE", "Europe/Canary"),
        ("TIME_ZONE", "../../canary"),
        ("BUSINESS_HOURS", "canary"),
        ("REPLY_SIGNED", "canary"),
        ("HTTP_PORT", "99999"),
        ("HTTP_PORT", "canary"),
        ("LOG_LEVEL", "canary"),
        ("LOG_FORMAT", "canary"),
    ],
)
def test_a_wrong_setting_is_told_by_name_and_not_by_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    text = refused(monkeypatch, **{name: value})

    lines = text.splitlines()
    assert any(line.startswith(f"{name} is wrong") for line in lines)
    assert all("it should be" in line for line in lines)
    assert "canary" not in text.lower()


@pytest.mark.parametrize("bare", ["30", "3600", " 5 "])
def test_a_bare_number_is_refused_with_what_to_write(monkeypatch: pytest.MonkeyPatch, bare: str) -> None:
    text = refused(monkeypatch, SLA_FIRST_RESPONSE=bare)
    assert "it has no unit" in text
    assert "30m" in text


def test_a_fault_is_told_mended_and_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SECRET_TTL" in refused(monkeypatch, SECRET_TTL="90")
    assert told(monkeypatch, SECRET_TTL="90s").secret_ttl == timedelta(seconds=90)


def test_keys_need_not_be_held_after_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, SECRET_TTL="0").secret_ttl == timedelta(0)


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({}, "socket"),
        ({"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "8f742231b10e8888"}, "http"),
        ({"SLACK_SIGNING_SECRET": "8f742231b10e8888"}, "socket"),
        ({"SLACK_SIGNING_SECRET": "8f742231b10e8888", "SLACK_MODE": "http"}, "http"),
    ],
)
def test_the_mode_follows_from_the_tokens_unless_it_is_said(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], mode: str
) -> None:
    assert told(monkeypatch, **given).slack_mode == mode


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({"SLACK_MODE": "http"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_MODE": "socket", "SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_SIGNING_SECRET"),
    ],
)
def test_a_mode_without_its_secret_says_which(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], needed: str
) -> None:
    assert f"{needed} is missing" in refused(monkeypatch, **given)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example",
        "http://127.0.0.1:8080",
        "http://localhost:1",
        "http://[::1]:8",
        "http://127.9.9.9",
    ],
)
def test_an_exchange_is_spoken_to_by_https_or_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert told(monkeypatch, KUCOIN_API_URL=address).endpoints == {"KUCOIN_API_URL": address}


def test_slacks_address_ends_with_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch, SLACK_API_URL="http://127.0.0.1:9/api")
    assert settings.slack_api_url == "http://127.0.0.1:9/api/"


def test_a_file_is_read_and_the_environment_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=4000\nTESTS_PER_HOUR=7\nSOMETHING_ELSE=1\n")
    settings = told(monkeypatch, HTTP_PORT="5000")
    assert (settings.http_port, settings.tests_per_hour) == (5000, 7)


def test_a_file_that_is_no_text_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"HTTP_PORT=\xff\xfe")
    assert refused(monkeypatch) == ".env is not UTF-8 text"


def test_the_example_file_names_every_setting_and_no_other() -> None:
    lines = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()
    names = [
        line.lstrip("#").partition("=")[0] for line in lines if "=" in line and not line.startswith("# ")
    ]
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_no_secret_stands_in_the_settings_text(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(
        monkeypatch,
        SLACK_SIGNING_SECRET="canary-signing",
        DATABASE_URL="postgresql://u:canary-db@host/name",
        SMTP_URL="smtp://u:canary-mail@host",
    )
    assert "canary-db" in settings.database_url.get_secret_value(), "it has to be there to be hidden"
    assert "canary" not in repr(settings) + str(settings)


def test_blanks_around_a_value_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch, SLACK_BOT_TOKEN=" xoxb-1\n", HTTP_PORT=" 4000 ", LOG_LEVEL=" debug")
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"
    assert (settings.http_port, settings.log_level) == (4000, "DEBUG")


def test_settings_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch)
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings, "http_port", 1)  # noqa: B010 - mypy sees the plain way.


def test_what_the_program_gives_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "4000")
    given = {name.lower(): value for name, value in NEEDED.items()}
    assert load_settings(**given, http_port=0).http_port == 0


@given(st.integers(0, 300), st.sampled_from("smhdSMHD"))
def test_a_duration_is_a_number_with_its_unit(number: int, unit: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit.lower()]
    assert parse_duration(f" {number}{unit} ") == timedelta(seconds=number * seconds)


@pytest.mark.parametrize("unit", ["ſ", "İ", "К", "５"])
def test_a_letter_that_only_looks_like_a_unit_is_none(unit: str) -> None:
    """The long s is an s to whatever ignores case; found by fuzzing."""
    with pytest.raises(ValueError, match=r"no duration|no unit"):
        parse_duration(f"12{unit}")


@given(st.text(max_size=30))
def test_whatever_is_written_a_duration_is_read_or_refused_without_echo(text: str) -> None:
    try:
        said = str(parse_duration(text))
    except ValueError as error:
        said = str(error)
    words = {"it has no unit", "it is no duration", "it is longer than a year"}
    assert said in words or re.search(r"[0-9]\s*[smhd]", text, flags=re.IGNORECASE)

"""What we are told from outside: environment or a ``.env`` file, read once, frozen, secret by type.

What is wrong stops the start with the setting's name and what it should be, never with a value.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.setting_values import (
    ADDRESS_WORDS,
    DURATION_WORDS,
    Address,
    Duration,
    DurationOrZero,
    database_address,
    mail_address,
    parse_duration,
    starts_with,
    upper,
    with_slash,
)

__all__ = ["Settings", "SettingsError", "load_settings", "parse_duration"]

_DERIVED: Any = None


class SettingsError(Exception):
    """One line for each setting that is missing or wrong; fit to be printed."""


class Settings(BaseSettings):
    """Every setting, by the name of the contract in lower case. The descriptions are error texts."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    slack_bot_token: Annotated[SecretStr, starts_with("xoxb-", "xoxe.xoxb-")] = Field(
        description="the bot token of the Slack app, which starts with xoxb-"
    )
    slack_app_token: Annotated[SecretStr, starts_with("xapp-")] | None = Field(
        None, description="the app-level token of the Slack app, which starts with xapp-"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, min_length=1, description="the signing secret of the Slack app"
    )
    slack_mode: Literal["socket", "http"] = Field(
        _DERIVED, description="socket (with SLACK_APP_TOKEN) or http (with SLACK_SIGNING_SECRET)"
    )
    slack_api_url: Annotated[Address, AfterValidator(with_slash)] = Field(
        "https://slack.com/api/", description=ADDRESS_WORDS
    )
    staff_channel: str = Field(
        pattern=r"^[CG][A-Za-z0-9_]+$", description="the ID of a channel, such as C024BE91L, not its name"
    )
    staff_usergroup: str | None = Field(
        None, pattern=r"^S[A-Za-z0-9_]+$", description="the ID of a user group, such as S0614TZR7"
    )
    database_url: Annotated[SecretStr, AfterValidator(database_address)] = Field(
        SecretStr("sqlite:///keydesk.db"),
        description="sqlite:///path/to/a/file or postgresql://user:password@host/name",
    )
    secret_keys: SecretStr = Field(
        min_length=1, description="one or more keys made by `keydesk new-key`, with commas between"
    )
    secret_ttl: DurationOrZero = Field(timedelta(hours=1), description=f"{DURATION_WORDS}; or 0")
    smtp_url: Annotated[SecretStr, AfterValidator(mail_address)] | None = Field(
        None, description="smtp://user:password@host:587 or smtps://user:password@host"
    )
    support_email: str = Field(
        "Support@HashData.co", pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", description="one e-mail address"
    )
    kucoin_api_url: Address | None = Field(None, description=ADDRESS_WORDS)
    kucoin_futures_api_url: Address | None = Field(None, description=ADDRESS_WORDS)
    kucoin_eu_api_url: Address | None = Field(None, description=ADDRESS_WORDS)
    tests_per_hour: int = Field(10, ge=1, le=10_000, description="a whole number from 1")
    keys_per_hour: int = Field(5, ge=1, le=10_000, description="a whole number from 1")
    sla_first_response: Duration = Field(timedelta(minutes=30), description=DURATION_WORDS)
    time_zone: str = Field("UTC", description="the name of a time zone, such as Europe/London")
    business_hours: str | None = Field(
        None, description="days and hours, such as Mon-Fri 09:00-17:00; leave it out for always open"
    )
    reply_signed: Literal["name", "support"] = Field("name", description="name or support")
    http_host: str = Field("127.0.0.1", min_length=1, description="an address of this machine")
    http_port: int = Field(3000, ge=0, le=65_535, description="a port number")
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(upper)] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["json", "console"] = Field(
        default_factory=lambda: "console" if sys.stderr.isatty() else "json",
        description="json or console",
    )

    @property
    def endpoints(self) -> dict[str, str]:
        """The exchanges' addresses that were changed, by setting name; the rest are their own."""
        changed = {
            "KUCOIN_API_URL": self.kucoin_api_url,
            "KUCOIN_FUTURES_API_URL": self.kucoin_futures_api_url,
            "KUCOIN_EU_API_URL": self.kucoin_eu_api_url,
        }
        return {name: address for name, address in changed.items() if address is not None}

    @field_validator("*", mode="before")
    @classmethod
    def _without_blanks(cls, given: object) -> object:
        """A blank or a line break at the end of a secret comes from copying, and is invisible."""
        return given.strip() if isinstance(given, str) else given

    @field_validator("slack_mode", mode="before")
    @classmethod
    def _mode_with_its_secret(cls, given: object, info: ValidationInfo) -> object:
        tokens = {name: info.data.get(name) for name in ("slack_app_token", "slack_signing_secret")}
        # A wrong app token is told by its own name; that it was meant for Socket Mode is plain.
        meant = tokens["slack_app_token"] or "slack_app_token" not in info.data
        mode = given or ("socket" if meant else "http")
        need = {"socket": "slack_app_token", "http": "slack_signing_secret"}.get(str(mode))
        if need in info.data and tokens[need] is None:
            raise ValueError(f"for {mode} {need.upper()} is missing")
        return mode

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, LookupError):
            raise ValueError("it is unknown here") from None
        return name

    @field_validator("business_hours")
    @classmethod
    def _readable_hours(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text is not None:
            from bot.hours import BusinessHours

            BusinessHours.parse(text, info.data.get("time_zone", "UTC"))
        return text


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; *overrides*, by field name, come before the environment and ``.env``.

    Raises:
        SettingsError: every setting that is missing or wrong, by name, without its value.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = [_line(dict(fault)) for fault in error.errors(include_input=False, include_url=False)]
    except UnicodeDecodeError:
        wrong = [".env is not UTF-8 text"]
    # Raised outside the handler, so that nothing which holds a value hangs on to it.
    raise SettingsError("\n".join(dict.fromkeys(wrong)))


def _line(fault: dict[str, Any]) -> str:
    name = str(fault["loc"][0])
    expected = Settings.model_fields[name].description
    if fault["type"] == "missing":
        return f"{name.upper()} is missing: it should be {expected}."
    # Only the words of our own validators are repeated: they never hold a value.
    why = f" ({fault['ctx']['error']})" if fault["type"] == "value_error" else ""
    return f"{name.upper()} is wrong{why}: it should be {expected}."

"""How every command is run: settings read, the database opened, trouble told in plain words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any

import typer

EXIT_CANNOT_START = 78
"""EX_CONFIG of sysexits.h: a supervisor need not try again by itself."""
EXIT_UNREACHABLE = 3
"""Slack is out of reach: a supervisor may try again."""


def read_settings() -> Any:
    """The settings, with the log set up as they say.

    Raises:
        SettingsError: some are missing or wrong.
    """
    from bot.log import configure
    from bot.settings import load_settings

    settings = load_settings()
    configure(settings.log_level, settings.log_format)
    return settings


def quiet_logs() -> None:
    """For a command whose answer on the terminal is all that counts."""
    from bot.log import configure

    configure("ERROR", "console")


def opened_database(settings: Any) -> Any:
    """`Database.open` of the settings."""
    from bot.db import Database

    return Database.open(settings.database_url)


def run_to_end(work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run *work* and end with its code; what stops a start is told without a traceback."""
    from bot.db import StorageUnavailable
    from bot.event_loop import run_on_fast_loop
    from bot.settings import SettingsError
    from bot.slack.preflight import CannotStart, NotNow

    try:
        code = run_on_fast_loop(work())
    except (SettingsError, CannotStart) as error:
        print(f"keydesk cannot start.\n{error}", file=sys.stderr)
        code = EXIT_UNREACHABLE if isinstance(error, NotNow) else EXIT_CANNOT_START
    except StorageUnavailable as error:
        print(f"keydesk cannot use its database: {error}.", file=sys.stderr)
        print("“keydesk doctor” says what to do.", file=sys.stderr)
        code = 1
    raise typer.Exit(code)

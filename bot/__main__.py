"""The commands of the program. What a command needs is imported when it runs, so that help is fast."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="keydesk",
    help="Tests clients' exchange API keys in Slack, only by reading, and says what to fix.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
database = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(database, name="db")

EXIT_CANNOT_START = 78
"""EX_CONFIG of sysexits.h: a supervisor need not try again by itself."""
EXIT_UNREACHABLE = 3
"""Slack is out of reach: a supervisor may try again."""


@app.command()
def serve() -> None:
    """Run the bot until it is told to stop (SIGTERM). Settings come from the environment or .env."""
    from bot.serving import serve as run

    _run(lambda: run(_settings()))


@app.command()
def demo(
    story: Annotated[
        bool, typer.Option("--story", help="Play one client in this terminal, then end.")
    ] = False,
    record: Annotated[
        Path | None, typer.Option(help="Write the README's pictures into this folder, then end.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Of the page; 0 for any that is free.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only print the address.")] = False,
) -> None:
    """Open a page with a Slack and a KuCoin on this machine. Needs no account and no setting."""
    from bot.demo import playing

    if story:
        _run(playing.story)
    elif record is not None:
        _run(lambda: playing.record(record))
    else:
        _run(lambda: playing.page(port, open_browser=not no_open))


@app.command()
def check(
    exchange: Annotated[str, typer.Argument(help="The exchange, such as kucoin.")],
    account: Annotated[str | None, typer.Option(help="Spot/Margin or Futures.")] = None,
) -> None:
    """Test a key in this terminal. Exit code: 0 passed, 1 needs a fix, 2 could not tell."""
    from validators.terminal import run

    raise typer.Exit(run(exchange, account))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it for a program to read.")] = False,
) -> None:
    """Look at everything a result needs, and say what to do. Exit code: 0 all is well, 1 not.

    Changes nothing, and may run while the bot does.
    """
    from bot.doctor import examined, given

    async def run() -> int:
        report = await examined(given())
        print(report.as_json() if as_json else report.as_text(), end="\n" if as_json else "")
        return report.exit_code

    _quiet_logs()
    _run(run)


@app.command(name="new-key")
def new_key() -> None:
    """Print a new key that seals, for SECRET_KEYS. Put it first; keep the old ones behind it."""
    from bot.seal import new_key as made

    print(made())


@app.command()
def manifest(
    http: Annotated[str | None, typer.Option(help="Where Slack reaches keydesk: HTTP, no sockets.")] = None,
    leak_guard: Annotated[
        bool, typer.Option("--leak-guard", help="Hear channels, to warn whoever writes a key there.")
    ] = False,
) -> None:
    """Print the manifest of the Slack app, to paste into "Create New App"."""
    from bot.manifest import manifest_text

    try:
        print(manifest_text(http, leak_guard=leak_guard), end="")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--http") from None


@app.command()
def reseal() -> None:
    """Seal everything that is held with the first of SECRET_KEYS. May run while the bot does."""
    from bot.vault import Vault
    from bot.vault import reseal as resealed

    async def run() -> int:
        settings = _settings()
        async with _database(settings) as db:
            print(await resealed(db, Vault(settings.secret_keys)))
        return 0

    _run(run)


@app.command()
def purge(
    everything: Annotated[bool, typer.Option("--all", help="Forget every key that is held.")] = False,
) -> None:
    """Forget the keys whose time is over; with --all, every key, now."""
    from bot.vault import purge_all, purge_due

    async def run() -> int:
        async with _database(_settings()) as db:
            count = await (purge_all(db) if everything else purge_due(db))
        print(f"{count} sealed {'value' if count == 1 else 'values'} forgotten.")
        return 0

    _run(run)


@app.command()
def audit(number: Annotated[int, typer.Argument(min=1, help="The number of the case.")]) -> None:
    """Print one case's story: who did what and when, and what each test found. Holds no secret."""
    from bot.audit import story
    from bot.cases import NoSuchCase, case_with_history
    from validators.exchange import discover

    async def run() -> int:
        async with _database(_settings()) as db, db.reading() as session:
            try:
                history = await case_with_history(session, number)
            except NoSuchCase:
                print(f"There is no case {number}.", file=sys.stderr)
                return 1
            print(story(history, discover()[history.case.exchange]), end="")
        return 0

    _run(run)


@app.command()
def incident(
    start: Annotated[str, typer.Option("--from", help="UTC, such as 2026-11-22 or 2026-11-22T14:30.")],
    end: Annotated[str, typer.Option("--to", help="The same; left out: now.")] = "",
    tell: Annotated[bool, typer.Option("--tell", help="Have each of these clients told, once.")] = False,
) -> None:
    """List the clients whose keys were held in a period, with the message to send them."""
    from bot.incident import read_moment, reported

    try:
        period = read_moment(start), read_moment(end or "now")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None

    async def run() -> int:
        settings = _settings()
        async with _database(settings) as db:
            print(await reported(db, *period, settings.support_email, tell=tell), end="")
        return 0

    _run(run)


@database.command(name="upgrade")
def upgrade() -> None:
    """Bring the tables up to date with this release."""

    async def run() -> int:
        async with _database(_settings()) as db:
            await db.upgrade()
        print("The database is up to date.")
        return 0

    _run(run)


def _settings() -> Any:
    from bot.log import configure
    from bot.settings import load_settings

    settings = load_settings()
    configure(settings.log_level, settings.log_format)
    return settings


def _quiet_logs() -> None:
    """For a command whose answer on the terminal is all that counts."""
    from bot.log import configure

    configure("ERROR", "console")


def _database(settings: Any) -> Any:
    from bot.db import Database

    return Database.open(settings.database_url)


def _run(work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run *work*; what stops a start is told in plain words, without a traceback."""
    from bot.db import StorageUnavailable
    from bot.settings import SettingsError
    from bot.slack.preflight import CannotStart, NotNow

    try:
        code = asyncio.run(work())
    except (SettingsError, CannotStart) as error:
        print(f"keydesk cannot start.\n{error}", file=sys.stderr)
        code = EXIT_UNREACHABLE if isinstance(error, NotNow) else EXIT_CANNOT_START
    except StorageUnavailable as error:
        print(f"keydesk cannot use its database: {error}", file=sys.stderr)
        code = 1
    raise typer.Exit(code)


def main() -> None:
    """What the command ``keydesk`` runs."""
    from bot.hardening import leave_no_core

    leave_no_core()
    app()


if __name__ == "__main__":
    main()

"""The commands of the program. What a command needs is imported when it runs, so that help is fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.running import EXIT_CANNOT_START, EXIT_UNREACHABLE, quiet_logs, read_settings, run_to_end
from bot.commands.stored import database, stored

__all__ = ["EXIT_CANNOT_START", "EXIT_UNREACHABLE", "app", "main"]

app = typer.Typer(
    name="keydesk",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    from importlib.metadata import version

    if wanted:
        print(f"keydesk {version('keydesk')}")
        raise typer.Exit


TRY, RUN = "Try it", "Run it"
"""The order in which somebody new reads them."""


def _exchanges(incomplete: str) -> list[str]:
    """For the shell: what may stand behind ``check``."""
    from validators.exchange import discover

    return [slug for slug in discover() if slug.startswith(incomplete)]


def _accounts(incomplete: str) -> list[str]:
    """For the shell: each account once, as a slug, which no shell has to quote."""
    from validators.exchange import discover

    slugs = dict.fromkeys(account.slug for exchange in discover().values() for account in exchange.accounts)
    return [slug for slug in slugs if slug.startswith(incomplete)]


@app.callback(epilog="Example: keydesk demo. Each command's --help has an example of its own.")
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Tests clients' exchange API keys in Slack, only by reading, and says what to fix.

    New here? `keydesk demo` shows all of it on this machine and needs nothing. To run it for a workspace:
    copy .env.example to .env and fill it in (`keydesk new-key`, `keydesk manifest`), see with
    `keydesk doctor` whether all is well, then `keydesk serve`.
    """


@app.command(rich_help_panel=RUN, epilog="Example: STAFF_CHANNEL=C024BE91L keydesk serve")
def serve() -> None:
    """Run the bot until it is told to stop (SIGTERM). Settings come from the environment or .env.

    Needed: SLACK_BOT_TOKEN, STAFF_CHANNEL, SECRET_KEYS, and SLACK_APP_TOKEN (Socket Mode) or
    SLACK_SIGNING_SECRET (HTTP mode). .env.example explains these and all others. A setting that is
    missing or wrong stops the start with its name.

    Exit code: 0 stopped, 78 a setting is wrong (starting again does not help), 3 Slack was out of reach.
    """
    from bot.serving import serve as run

    run_to_end(lambda: run(read_settings()))


@app.command(rich_help_panel=TRY, epilog="Example: keydesk demo --story")
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
    """Open a page with a Slack and a KuCoin on this machine. Needs no account and no setting.

    The bot between them is the real one. Ctrl+C ends it, and nothing is left behind.
    """
    from bot.demo import playing

    if story:
        run_to_end(playing.story)
    elif record is not None:
        run_to_end(lambda: playing.record(record))
    else:
        run_to_end(lambda: playing.page(port, open_browser=not no_open))


@app.command(rich_help_panel=TRY, epilog="Example: keydesk check kucoin --account Futures")
def check(
    exchange: Annotated[str, typer.Argument(help="The exchange, such as kucoin.", autocompletion=_exchanges)],
    account: Annotated[
        str | None,
        typer.Option(help="Spot/Margin or Futures; left out: it asks.", autocompletion=_accounts),
    ] = None,
) -> None:
    """Test a key in this terminal. Exit code: 0 passed, 1 needs a fix, 2 could not tell.

    Asks for key, secret and passphrase, and shows none of them; without a terminal it reads them from
    the input, a line each. Only reads at the exchange, and keeps nothing.
    """
    from validators.beforehand import client_loading

    with client_loading():
        from validators.terminal import run

        raise typer.Exit(run(exchange, account))


@app.command(
    rich_help_panel=RUN, epilog="Example: keydesk doctor --json | jq '.lines[] | select(.state != \"ok\")'"
)
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it for a program to read.")] = False,
) -> None:
    """Look at everything a result needs, and say what to do. Exit code: 0 all is well, 1 not.

    Settings, tokens, scopes, channel, user group, database, clock, exchanges, our address and region
    there, mail server, keys that seal, messages that are refused. Changes nothing, and may run while the
    bot does.
    """
    from bot.doctor import examined, given

    async def run() -> int:
        report = await examined(given())
        print(report.as_json() if as_json else report.as_text(), end="\n" if as_json else "")
        return report.exit_code

    quiet_logs()
    run_to_end(run)


@app.command(
    name="new-key", rich_help_panel=RUN, epilog="Example: SECRET_KEYS=$(keydesk new-key),$SECRET_KEYS"
)
def new_key() -> None:
    """Print a new key that seals, for SECRET_KEYS. Put it first; keep the old ones behind it.

    To change keys: put the new one first, start every replica anew, `keydesk reseal`, take the old one away.
    """
    from bot.seal import new_key as made

    print(made())


@app.command(
    rich_help_panel=RUN, epilog="Example: keydesk manifest --http https://keydesk.example.com > manifest.yml"
)
def manifest(
    http: Annotated[str | None, typer.Option(help="Where Slack reaches keydesk: HTTP, no sockets.")] = None,
    leak_guard: Annotated[
        bool, typer.Option("--leak-guard", help="Hear channels, to warn whoever writes a key there.")
    ] = False,
) -> None:
    """Print the manifest of the Slack app, to paste into "Create New App".

    As it is, for Socket Mode: no address of yours has to be reachable.
    """
    from bot.manifest import manifest_text

    try:
        print(manifest_text(http, leak_guard=leak_guard), end="")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--http") from None


@app.command(rich_help_panel=TRY, epilog="Example: keydesk prove && echo every promise is kept")
def prove() -> None:
    """Print each promise of the README's section "Security" with its evidence. Exit code: 0 all kept, 1 not.

    Plays on this machine alone; needs no token and no setting.
    """
    from bot.demo.proving import prove as proofs

    run_to_end(lambda: proofs(lambda line: print(line, flush=True)))


app.add_typer(stored)
app.add_typer(database, name="db", rich_help_panel=RUN)


def main() -> None:
    """What the command ``keydesk`` runs."""
    from bot.hardening import leave_no_core

    leave_no_core()
    try:
        app()
    except SystemExit as end:
        from bot.leaving import leave

        if not isinstance(end.code, int):
            raise
        leave(end.code)


if __name__ == "__main__":
    main()

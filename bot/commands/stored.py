"""Commands about what is stored: sealed keys, cases, and the tables themselves."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.commands.running import opened_database, read_settings, run_to_end

stored = typer.Typer()
database = typer.Typer(help="The tables of the database.", no_args_is_help=True)
KEYS, SEE = "Keys that are held", "Look into it"


@stored.command(rich_help_panel=KEYS, epilog="Example: keydesk reseal")
def reseal() -> None:
    """Seal everything that is held with the first of SECRET_KEYS. May run while the bot does.

    Afterwards the other keys in SECRET_KEYS open nothing any more, and can be taken away.
    """
    from bot.vault import Vault
    from bot.vault import reseal as resealed

    async def run() -> int:
        settings = read_settings()
        async with opened_database(settings) as db:
            print(await resealed(db, Vault(settings.secret_keys)))
        return 0

    run_to_end(run)


@stored.command(rich_help_panel=KEYS, epilog="Example: keydesk purge --all")
def purge(
    everything: Annotated[bool, typer.Option("--all", help="Forget every key that is held.")] = False,
) -> None:
    """Forget the keys whose time is over; with --all, every key, now.

    A running bot does the former by itself. With --all, tests that are not done cannot be done: their
    clients are told that our staff cleared all keys.
    """
    from bot.vault import purge_all, purge_due

    async def run() -> int:
        async with opened_database(read_settings()) as db:
            count = await (purge_all(db) if everything else purge_due(db))
        print(f"{count} sealed {'value' if count == 1 else 'values'} forgotten.")
        return 0

    run_to_end(run)


@stored.command(
    rich_help_panel=KEYS, epilog="Example: keydesk pause  # and when all is well again: keydesk pause --end"
)
def pause(end: Annotated[bool, typer.Option("--end", help="Take tests again.")] = False) -> None:
    """Take no more keys, at once and on every replica; the desk and messages go on. May run meanwhile."""
    from bot import pausing

    async def run() -> int:
        async with opened_database(read_settings()) as db:
            changed = await (pausing.resume(db) if end else pausing.pause(db))
        state = "Tests are taken again." if end else "No test is taken, until `keydesk pause --end`."
        print(state if changed else f"{state} It was so before.")
        return 0

    run_to_end(run)


@stored.command(
    rich_help_panel=SEE,
    epilog="Example: keydesk audit 7  # or what a client reads out: keydesk audit R-1a2b3c4d",
)
def audit(
    which: Annotated[
        str,
        typer.Argument(
            metavar="N|R-…",
            help="The number of a case, or the reference that stands under a client's result.",
        ),
    ],
) -> None:
    """Print a case's or a test's story: who did what and when, and what each test found. Holds no secret.

    With a reference also what became of the keys, and the whole case where there is one. Each line of
    the log that is about that test holds the same reference.
    """
    from bot.commands.auditing import NOT_ASKED, asked, told

    wanted = asked(which)
    if wanted is None:
        raise typer.BadParameter(NOT_ASKED)

    async def run() -> int:
        async with opened_database(read_settings()) as db, db.reading() as session:
            story, found = await told(session, wanted)
        print(story, end="", file=sys.stdout if found else sys.stderr)
        return 0 if found else 1

    run_to_end(run)


@stored.command(
    rich_help_panel=SEE, epilog="Example: keydesk incident --from 2026-11-22T14:30 --to 2026-11-22T16:00"
)
def incident(
    start: Annotated[str, typer.Option("--from", help="UTC, such as 2026-11-22 or 2026-11-22T14:30.")],
    end: Annotated[str, typer.Option("--to", help="The same; left out: now.")] = "",
    tell: Annotated[bool, typer.Option("--tell", help="Have each of these clients told, once.")] = False,
) -> None:
    """List the clients whose keys were held in a period, with the message to send them.

    For when somebody may have got at the machine. Nothing is sent without --tell.
    """
    from bot.incident import read_moment, reported

    try:
        period = read_moment(start), read_moment(end or "now")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None

    async def run() -> int:
        settings = read_settings()
        async with opened_database(settings) as db:
            print(await reported(db, *period, settings.support_email, tell=tell), end="")
        return 0

    run_to_end(run)


@database.command(epilog="Example: keydesk db upgrade")
def upgrade(
    role: Annotated[
        str | None,
        typer.Option("--grant", help="A role of PostgreSQL that may run the bot: rows, but no tables."),
    ] = None,
) -> None:
    """Bring the tables up to date with this release. Run it once, before the new release starts.

    Needed on PostgreSQL; on SQLite the start does it too. Running it again changes nothing.
    """
    from bot.upgrading import NoSuchRole, upgraded

    async def run() -> int:
        async with opened_database(read_settings()) as db:
            try:
                await upgraded(db, role)
            except NoSuchRole:
                print(f"There is no role {role} in this database.", file=sys.stderr)
                return 1
        print("The database is up to date.")
        return 0

    run_to_end(run)


@database.callback()
def about_the_database() -> None:
    """Keeps `db` a group although it has one command."""

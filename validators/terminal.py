"""The same check without Slack: asks in the terminal, prints the result, ends with a code."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from getpass import getpass
from typing import TYPE_CHECKING

from validators.diagnosis import Diagnosis, Verdict
from validators.exchange import Credentials, Exchange, ShapeFault, discover

if TYPE_CHECKING:
    from validators.guide import Advice, Explanation, Line

EXIT_CODE = {Verdict.PASSED: 0, Verdict.NEEDS_A_FIX: 1, Verdict.COULD_NOT_TELL: 2}
INTERRUPTED = 130
ASKED_AFTER_S = 0.03
"""By then the exchange has been asked, and nobody waits for this program."""
TRY_AGAIN = "Run this again in a few minutes."


def run(slug: str, account: str | None, *, as_is: bool = False) -> int:
    """Check one key and print what a client would read.

    On a terminal it asks, without echo; else it reads one line for each field.

    Args:
        slug: Of the exchange.
        account: Slug or label; None asks, or takes the exchange's first.
        as_is: Test a value of a shape that is only unusual without asking.

    Returns:
        The exit code: 0 passed, 1 needs a fix, 2 could not tell.
    """
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a text stream has it
    exchange = discover().get(slug)
    if exchange is None:
        return _said(f"There is no exchange {slug!r}. There are: {', '.join(discover())}.", 2)
    try:
        chosen = _account(exchange, account)
        credentials, faults = exchange.check_shape(_typed(exchange))
        if _stops(exchange, faults, as_is):
            return EXIT_CODE[Verdict.NEEDS_A_FIX]
        diagnosis = asyncio.run(_checked(exchange, credentials, chosen))
    except (LookupError, ValueError) as error:
        return _said(str(error), 2)
    except (KeyboardInterrupt, EOFError):
        return _said("\nStopped. Nothing was tested.", INTERRUPTED)
    _show(_laid_out(exchange, diagnosis))
    return EXIT_CODE[diagnosis.verdict]


def report(explanation: Explanation) -> Iterator[str]:
    """The lines of an explanation, as a terminal shows them."""
    yield explanation.word
    yield explanation.opening
    yield ""
    yield from map(_checked_line, explanation.checklist)
    for advice in explanation.advice:
        yield ""
        yield from _advice_lines(advice)
    for note in explanation.notes:
        yield ""
        yield f"Note: {note}"
    yield ""
    yield "Next"
    by_hand = explanation.verdict is Verdict.COULD_NOT_TELL
    yield from (f"  - {sentence}" for sentence in ((TRY_AGAIN,) if by_hand else explanation.coming_next))


async def _checked(exchange: Exchange, credentials: Credentials, account: str) -> Diagnosis:
    named = (endpoint.setting for endpoint in exchange.endpoints)
    changed = {setting: os.environ[setting] for setting in named if os.environ.get(setting)}
    async with exchange.connect(changed) as checker:
        checking = asyncio.create_task(checker.check(credentials, account))
        await asyncio.wait({checking}, timeout=ASKED_AFTER_S)
        exchange.read_guide()  # while the answer is on its way
        return await checking


def _account(exchange: Exchange, wanted: str | None) -> str:
    if wanted is None and not sys.stdin.isatty():
        return exchange.accounts[0].slug
    if wanted is None:
        labels = " or ".join(account.label for account in exchange.accounts)
        wanted = input(f"Account ({labels}): ").strip() or exchange.accounts[0].slug
    for account in exchange.accounts:
        if wanted.casefold() in (account.slug, account.label.casefold()):
            return account.slug
    labels = ", ".join(f"{account.slug} ({account.label})" for account in exchange.accounts)
    raise LookupError(f"There is no such account. There are: {labels}.")


def _typed(exchange: Exchange) -> dict[str, str]:
    if sys.stdin.isatty():
        return {field.name: getpass(f"{field.label} (not shown): ") for field in exchange.fields}
    return {field.name: sys.stdin.readline() for field in exchange.fields}


def _stops(exchange: Exchange, faults: list[ShapeFault], as_is: bool) -> bool:
    """Print what is wrong with the shapes; whether that ends it."""
    labels = {field.name: field.label for field in exchange.fields}
    _show(f"{labels[fault.field]}: {fault.sentence}" for fault in faults)
    if not faults or (as_is and all(fault.odd_only for fault in faults)):
        return False
    if sys.stdin.isatty() and all(fault.odd_only for fault in faults):
        return not input("Test it all the same? (y/n) ").strip().lower().startswith("y")
    _show(["", "Needs a fix", f"Nothing was sent to {exchange.title}."])
    return True


def _laid_out(exchange: Exchange, diagnosis: Diagnosis) -> Iterator[str]:
    """The whole result, folded to the width of a terminal and left whole for a program."""
    lines = [*report(exchange.guide.explain(diagnosis)), "", f"Guide: {exchange.guide.url}"]
    if not sys.stdout.isatty():
        yield from lines
        return
    width = min(shutil.get_terminal_size().columns, 100)
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip(" -✓✗?")))
        yield textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False)


def _checked_line(line: Line) -> str:
    note = f": {line.note}" if line.note else ""
    step = f" ({line.step})" if line.note and line.step and line.mark == "✗" else ""
    return f"  {line.mark} {line.text}{note}{step}"


def _advice_lines(advice: Advice) -> Iterator[str]:
    yield advice.headline
    yield from (f"  - {sentence}" for sentence in advice.do)
    if advice.step:
        yield f"  {advice.step}"


def _show(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _said(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code

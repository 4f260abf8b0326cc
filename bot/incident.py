"""After an incident: whose keys were held in a period, and what to tell them.

Every key that was ever taken has a row with when it came, when it was forgotten and why; the key itself
is long gone. So the list is whole, and says for each client which key it was, masked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import span_words
from bot.columns import now
from bot.db import Database
from bot.person import Person
from bot.schema import Submission
from bot.telling import tell_client

CLOCK = "%Y-%m-%d %H:%M:%S UTC"
SHAPES = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
MESSAGE = (
    "Important: keys that you tested with us may have been seen by somebody who should not see them.\n"
    "It is about {keys}.\n"
    "Please do this now:\n"
    "1. Delete the key at your exchange, in API Management.\n"
    "2. Look at the exchange's login and order history for anything that was not you.\n"
    "3. Make a new key (Guide, Step Three on), test it here, and enter it in the Client Portal.\n"
    "We are sorry. If anything is unclear, write to {support}."
)


MOST_NAMED = 20
"""Of one client's keys, the newest: what to do must not be cut off behind them."""


@dataclass(frozen=True, slots=True)
class Held:
    """One key, and from when to when it was held; `until` is None where it still is."""

    submission_id: str
    person: Person
    exchange: str
    account: str
    masked_key: str
    since: datetime
    until: datetime | None
    because: str | None


def read_moment(text: str) -> datetime:
    """A moment in UTC, as ``2026-11-22``, ``2026-11-22 14:30`` or ``now``.

    Raises:
        ValueError: it is written otherwise.
    """
    if text == "now":
        return now()
    for shape in SHAPES:
        try:
            return datetime.strptime(text.strip().removesuffix("Z"), shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError("A moment is written 2026-11-22 or 2026-11-22 14:30, in UTC.")


async def reported(db: Database, start: datetime, end: datetime, support: str, *, tell: bool) -> str:
    """The report as text; with *tell*, every client in it is told as well."""
    async with db.writing() as session:
        held = await held_between(session, start, end)
        text = report(held, start, end, support)
        if tell:
            people = await tell_all(session, held, start, end)
            text += f"\n{people} clients are told, each once, as soon as keydesk runs.\n"
    return text


async def held_between(session: AsyncSession, start: datetime, end: datetime) -> list[Held]:
    """Every key that was held at some moment from *start* to *end*, by client, oldest first."""
    overlaps = (
        col(Submission.created_at) < end,
        or_(col(Submission.purged_at).is_(None), col(Submission.purged_at) >= start),
    )
    order = (col(Submission.team_id), col(Submission.user_id), col(Submission.created_at))
    rows = await session.exec(select(Submission).where(*overlaps).order_by(*order))
    return [
        Held(
            row.id,
            Person(row.team_id, row.user_id),
            row.exchange,
            row.account,
            row.masked_key,
            row.created_at,
            row.purged_at,
            row.purged_because,
        )
        for row in rows
    ]


def report(held: Sequence[Held], start: datetime, end: datetime, support: str) -> str:
    """The list, and the message for each client, as plain text."""
    people = list(dict.fromkeys(one.person for one in held))
    lines = [
        f"Keys that were held between {start:{CLOCK}} and {end:{CLOCK}}:",
        f"{len(held)} keys of {len(people)} clients.",
    ]
    for person in people:
        own = [one for one in held if one.person == person]
        lines += ["", f"Client {person.user_id} of team {person.team_id}", *map(_line, own)]
        lines += ["  Message:", *(f"  | {line}" for line in message(own, support).split("\n"))]
    return "\n".join(lines) + "\n"


def message(held: Sequence[Held], support: str) -> str:
    """What one client is told about their own keys; `bot.slack.incident_words` sends the same."""
    given = list(dict.fromkeys(f"{one.masked_key} (given on {one.since:%d %b %Y})" for one in held))
    more = [f"{len(given) - MOST_NAMED} more"] if len(given) > MOST_NAMED else []
    keys = ", ".join([*given[-MOST_NAMED:], *more])
    return MESSAGE.format(keys=f"the key {keys}" if len(given) == 1 else f"the keys {keys}", support=support)


async def tell_all(session: AsyncSession, held: Sequence[Held], start: datetime, end: datetime) -> int:
    """Have every client among *held* told, each once for the same keys; how many there are.

    keydesk sends it as soon as it runs. An end that is left out is another moment each time, so it is
    by the keys, not by the period, that a second telling is known.
    """
    people = dict.fromkeys(one.person for one in held)
    period = {"start": start.isoformat(), "end": end.isoformat()}
    for person in people:
        own = sorted(one.submission_id for one in held if one.person == person)
        digest = hashlib.sha256(" ".join(own).encode()).hexdigest()[:20]
        key = f"incident:{person.team_id}:{person.user_id}:{digest}"
        await tell_client(session, person, "incident", key, **period)
    return len(people)


def _line(one: Held) -> str:
    until = one.until or now()
    fate = "STILL HELD: run keydesk purge --all"
    if one.until is not None:
        fate = f"forgotten {one.until:{CLOCK}} ({one.because})"
    span = span_words((until - one.since).total_seconds())
    return f"  {one.masked_key}  {one.exchange} {one.account}  held {one.since:{CLOCK}}, {span}; {fate}"

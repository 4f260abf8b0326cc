"""What clients do and see, and whether each got exactly one result and one card."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Message, Person

SETTLE_S = 150.0
PATIENCE_S = 25.0
ODDLY_LATE_S = 1.0


@dataclass
class Tally:
    """What was promised to clients, and what came of it."""

    promised: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    longest_s: float = 0.0

    def add(self, other: Tally) -> None:
        self.promised += other.promised
        self.lost += other.lost
        self.doubled += other.doubled
        self.longest_s = max(self.longest_s, other.longest_s)

    def __str__(self) -> str:
        return f"promised {self.promised:5}   lost {len(self.lost):3}   doubled {len(self.doubled):3}"


@dataclass
class Submitted:
    """What the clients did and saw.

    Attributes:
        promised: Who saw "Testing…".
        pressed: How often each pressed "Test Keys": a press whose answer was lost may count all the same.
    """

    promised: set[str] = field(default_factory=set)
    pressed: Counter[str] = field(default_factory=Counter)


async def submit_all(stage: Stage, people: Sequence[Person], over_s: float) -> Submitted:
    """Everybody tests a wrong key within *over_s*, and tries again where Slack shows an error."""
    submitted = Submitted()

    async def one(person: Person, at_s: float) -> None:
        await asyncio.sleep(at_s)
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            if await _was_promised(stage, person, submitted):
                submitted.promised.add(person.user_id)
                return
            await asyncio.sleep(0.4)

    spread = over_s / max(1, len(people))
    await asyncio.gather(*(one(person, place * spread) for place, person in enumerate(people)))
    return submitted


async def _was_promised(stage: Stage, person: Person, submitted: Submitted) -> bool:
    try:
        shown = await person.command("/test-keys")
        if shown.error:
            return False
        dialog = await person.dialog(timeout=2)
        key = stage.kucoin.issue("ip_restricted")
        acting.fills(dialog, key.key, key.secret, key.passphrase)
        submitted.pressed[person.user_id] += 1
        await dialog.submit()
        return any(word in dialog.words for word in ("Testing…", *acting.RESULT_WORDS))
    except (TimeoutError, AssertionError, LookupError, ValueError):
        return False


async def judged(
    stage: Stage, people: Sequence[Person], submitted: Submitted, settle_s: float = SETTLE_S
) -> Tally:
    """Wait until every promise is kept, and then whether anything comes twice."""
    waiting = [person for person in people if person.user_id in submitted.promised]
    began = time.monotonic()

    def kept() -> bool:
        cards = set(_cards_of(stage, waiting))
        return all(acting.results(one) and one.user_id in cards for one in waiting)

    await _in_time(kept, settle_s)
    took_s = time.monotonic() - began
    await asyncio.sleep(ODDLY_LATE_S)
    tally = Tally(promised=len(waiting), longest_s=took_s)
    cards = Counter(_cards_of(stage, people))
    for person in people:
        told = [_key(message) for message in acting.results(person)]
        if person in waiting and (not told or cards[person.user_id] == 0):
            tally.lost.append(person.name)
        too_many = len(told) > max(1, submitted.pressed[person.user_id])
        if too_many or len(set(told)) < len(told) or cards[person.user_id] > 1:
            tally.doubled.append(person.name)
    return tally


async def _in_time(done: Callable[[], bool], seconds: float) -> None:
    # Not asked at every change: with thousands of people there are too many of them.
    give_up = time.monotonic() + seconds
    while not done() and time.monotonic() < give_up:  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.1)


def _key(message: Message) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("key"))


def _cards_of(stage: Stage, people: Sequence[Person]) -> list[str]:
    """The client of each card in the staff channel."""
    by_name = {person.name: person.user_id for person in people}
    found = []
    for card in acting.cards(stage):
        line = next((line for line in card.words.splitlines() if "Client:" in line), "")
        name = line.rpartition("@")[2]
        found += [by_name[name]] if name in by_name else []
    return found

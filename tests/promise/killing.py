"""The promise under the axe: clients submit while keydesk is killed, frozen and started again.

    uv run python tests/promise/killing.py --kills 100                    SQLite, one process
    uv run python tests/promise/killing.py --kills 100 --database URL     PostgreSQL
    uv run python tests/promise/killing.py --kills 20 --database URL --replicas 2 [--freeze]

Prints a table: promised, lost, doubled. Exit code 1 where anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Message, Person

REPLICA = Path(__file__).with_name("replica.py")
START_S = 60.0
SETTLE_S = 120.0


@dataclass
class Tally:
    """What was promised to clients, and what came of it."""

    promised: int = 0
    results: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.promised += other.promised
        self.lost += other.lost
        self.doubled += other.doubled

    def __str__(self) -> str:
        return f"promised {self.promised:5}   lost {len(self.lost):3}   doubled {len(self.doubled):3}"


class Child:
    """A keydesk process."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.port = process, port
        self._drain = asyncio.create_task(self._read())

    @classmethod
    async def started(cls, stage: Stage) -> Child:
        """Start one and wait until it serves."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(REPLICA),
            env=_environment(stage),
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(START_S):
            while process.stdout is not None and (line := await process.stdout.readline()):
                if line.startswith(b"ready"):
                    return cls(process, int(line.split()[1]))
        raise AssertionError(f"keydesk did not start: exit code {await process.wait()}")

    async def _read(self) -> None:
        while self.process.stdout is not None and await self.process.stdout.readline():
            pass

    def send(self, signum: int) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signum)

    async def killed(self, signum: int = signal.SIGKILL) -> int:
        """Send the signal and wait for the end."""
        self.send(signum)
        code = await self.process.wait()
        await self._drain
        return code


@dataclass
class Axe:
    """The children of one stage, which come and go."""

    stage: Stage
    children: list[Child] = field(default_factory=list)

    async def start(self) -> None:
        self.children.append(await Child.started(self.stage))
        self._route()

    async def kill(self, place: int, signum: int = signal.SIGKILL) -> None:
        child = self.children.pop(place)
        await child.killed(signum)
        self._route()

    def _route(self) -> None:
        if self.stage.settings["slack_mode"] == "http":
            self.stage.slack.events_url = [f"http://127.0.0.1:{c.port}/slack/events" for c in self.children]


@asynccontextmanager
async def axed(database_url: str | None = None, mode: str = "socket") -> AsyncIterator[Axe]:
    """A stage whose keydesk runs in processes of its own; all are ended at the end."""
    async with staged(
        mode=mode, database_url=database_url, start=False, tests_per_hour=10_000, keys_per_hour=10_000
    ) as stage:
        stage.slack.rate_limits = False
        stage.kucoin.quotas_apply = False
        axe = Axe(stage)
        try:
            yield axe
        finally:
            for child in axe.children:
                child.send(signal.SIGCONT)
                await child.killed()


def _environment(stage: Stage) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {
        name.upper(): str(value)
        for name, value in stage.settings.items()
        if value is not None and not name.startswith("_")
    }
    return keep | settings | {"LOG_LEVEL": "ERROR", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass
class Submitted:
    """What the clients did and saw.

    Attributes:
        promised: Who saw "Testing…".
        pressed: How often each pressed "Test Keys": a press whose answer was lost may count all the same.
    """

    promised: set[str] = field(default_factory=set)
    pressed: Counter[str] = field(default_factory=Counter)


async def submit_all(stage: Stage, people: list[Person], over_s: float) -> Submitted:
    """Everybody tests a wrong key within *over_s*, and tries again where Slack shows an error."""
    submitted = Submitted()

    async def one(person: Person, at_s: float) -> None:
        await asyncio.sleep(at_s)
        for _ in range(8):
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
    stage: Stage, people: list[Person], submitted: Submitted, settle_s: float = SETTLE_S
) -> Tally:
    """Wait until every promise is kept, and then whether anything comes twice."""
    waiting = [person for person in people if person.user_id in submitted.promised]
    with suppress(TimeoutError):
        await stage.slack.until(
            lambda: (
                all(acting.results(p) for p in waiting) and len(_cards_of(stage, waiting)) >= len(waiting)
            ),
            timeout=settle_s,
        )
    await asyncio.sleep(1.0)
    tally = Tally(promised=len(waiting))
    cards = Counter(_cards_of(stage, people))
    for person in people:
        told = [_key(message) for message in acting.results(person)]
        if person in waiting and (not told or cards[person.user_id] == 0):
            tally.lost.append(person.name)
        too_many = len(told) > max(1, submitted.pressed[person.user_id])
        if too_many or len(set(told)) < len(told) or cards[person.user_id] > 1:
            tally.doubled.append(person.name)
    return tally


def _key(message: Message) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("key"))


def _cards_of(stage: Stage, people: list[Person]) -> list[str]:
    """The client of each card in the staff channel."""
    by_name = {person.name: person.user_id for person in people}
    found = []
    for card in acting.cards(stage):
        line = next((line for line in card.words.splitlines() if "Client:" in line), "")
        found += [user for name, user in by_name.items() if line.endswith(f"@{name}")]
    return found


async def one_run(axe: Axe, clients: int, kill_at_s: float, run: int, freeze_s: float | None = None) -> Tally:
    """*clients* submit within some seconds; one keydesk is killed (or frozen) in between."""
    stage = axe.stage
    people = [stage.slack.add_person(f"Client {run:03}-{place:02}") for place in range(clients)]
    submitting = asyncio.create_task(submit_all(stage, people, over_s=2.0))
    await asyncio.sleep(kill_at_s)
    if freeze_s is None:
        await axe.kill(0)
        await axe.start()
    else:
        axe.children[0].send(signal.SIGSTOP)
        await asyncio.sleep(freeze_s)
        axe.children[0].send(signal.SIGCONT)
    return await judged(stage, people, await submitting)


async def sweep(options: argparse.Namespace) -> Tally:
    """Kill after kill, at seeded moments."""
    chance = random.Random(options.seed)
    total = Tally()
    mode = "http" if options.replicas > 1 else "socket"
    async with axed(options.database, mode) as axe:
        for _ in range(options.replicas):
            await axe.start()
        for run in range(options.kills):
            at_s = chance.uniform(0.0, 3.0)
            began = time.monotonic()
            tally = await one_run(axe, options.clients, at_s, run, 20.0 if options.freeze else None)
            total.add(tally)
            print(
                f"kill {run + 1:3} at {at_s:4.2f} s   {tally}   {time.monotonic() - began:5.1f} s", flush=True
            )
    return total


def main(arguments: list[str] | None = None) -> int:
    """Run the sweep and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--clients", type=int, default=40)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--freeze", action="store_true", help="SIGSTOP for longer than the lease instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default=None)
    options: Any = parser.parse_args(arguments)
    total = asyncio.run(sweep(options))
    print(f"total                {total}")
    return 1 if total.lost or total.doubled else 0


if __name__ == "__main__":
    sys.exit(main())

"""So many clients a second test a key each, and what becomes of every one of them is counted."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Person

ACK_WITHIN_S = 3.0
SETTLE_S = 180.0
LOOK_EVERY_S = 1.0


@dataclass
class Load:
    """What was done and how it went.

    Attributes:
        promised: Who saw “Testing…” or, at once, the result.
        turned_away: Who saw an error, of Slack's for a late answer or of ours, and may try again.
        silent: Who saw nothing happen.
        told: Who got a result as a direct message; whoever was turned away may be among them.
        lost: Promised, and not told.
        acks: Seconds until each delivery was acknowledged.
        unanswered: Deliveries that Slack got no answer to in time.
        memory: MiB of both replicas together, over time.
        lag_s: By how much this process itself was late at worst, which adds to the figures above.
        processor: Share of one core, by who used it.
    """

    submitted: int = 0
    promised: int = 0
    turned_away: int = 0
    silent: int = 0
    told: int = 0
    lost: int = 0
    doubled: int = 0
    acks: list[float] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    lag_s: float = 0.0
    processor: dict[str, float] = field(default_factory=dict)
    over_s: float = 0.0
    settled_s: float = 0.0

    @property
    def right(self) -> bool:
        """Nobody lost, nobody told twice, nobody left without a word."""
        return not (self.lost or self.doubled or self.silent)

    @property
    def late(self) -> int:
        return len(self.unanswered) + sum(ack > ACK_WITHIN_S for ack in self.acks)

    @property
    def asked(self) -> int:
        return len(self.acks) + len(self.unanswered)

    @property
    def in_time(self) -> bool:
        """Every delivery was answered within 3 s, so that nobody was turned away."""
        return self.asked > 0 and not self.late and not self.turned_away

    @property
    def growth(self) -> float:
        """The last quarter's memory ÷ the second quarter's; 1 where there is too little to tell."""
        quarter = len(self.memory) // 4
        if quarter == 0:
            return 1.0
        return _mean(self.memory[-quarter:]) / _mean(self.memory[quarter : 2 * quarter])

    def __str__(self) -> str:
        return "\n".join(f"  {title:26} {told}" for title, told in (*self._people(), *self._figures()))

    def _people(self) -> list[tuple[str, str]]:
        return [
            (
                "submissions",
                f"{self.submitted} in {self.over_s:.0f} s ({self.submitted / self.over_s:.1f}/s)",
            ),
            ("saw “Testing…”", f"{self.promised}"),
            ("saw an error, may try again", f"{self.turned_away}"),
            ("saw nothing", f"{self.silent}"),
            ("got their result", f"{self.told}, the last {self.settled_s:.1f} s after the end"),
            ("promised, and lost", f"{self.lost}"),
            ("got it twice", f"{self.doubled}"),
        ]

    def _figures(self) -> list[tuple[str, str]]:
        acks = sorted(self.acks) or [0.0]
        half, most = (acks[int((len(acks) - 1) * share)] for share in (0.5, 0.99))
        memory = self.memory or [0.0]
        used = ", ".join(f"{name} {share:.0%}" for name, share in self.processor.items())
        return [
            ("not acknowledged in 3 s", f"{self.late} of {self.asked}"),
            ("acknowledged after", f"{half:.3f} s (half), {most:.3f} s (99 %), {acks[-1]:.3f} s (all)"),
            ("the measuring itself", f"was late by {self.lag_s:.3f} s at worst"),
            ("of a core", used or "not measured"),
            ("memory of both", f"{memory[0]:.0f} → {memory[-1]:.0f} MiB, growth {self.growth:.2f}"),
        ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


async def load(
    stage: Stage,
    rate: float,
    count: int,
    *,
    replicas: Sequence[psutil.Process] = (),
    database: psutil.Process | None = None,
    settle_s: float = SETTLE_S,
) -> Load:
    """*count* clients submit once each, *rate* a second, whatever becomes of those before.

    The keys pass: a case for each would fill the staff channel, which takes one message a second.

    Args:
        replicas: Whose memory and processor time are to be measured.
        database: Who started PostgreSQL; its processor time is measured too.
    """
    done = Load(submitted=count)
    watch = asyncio.create_task(_remembering(replicas, done))
    began, before = time.monotonic(), _used(replicas, database)
    people = [stage.slack.add_person(f"Client {place}") for place in range(count)]
    seen = await asyncio.gather(
        *(_at(began + place / rate, stage, person) for place, person in enumerate(people))
    )
    done.over_s = time.monotonic() - began
    used = _used(replicas, database)
    done.processor = {name: (seconds - before[name]) / done.over_s for name, seconds in used.items()}
    promised = [person for person, word in zip(people, seen, strict=True) if word == "promised"]
    await _settled(promised, done, settle_s)
    watch.cancel()
    done.promised, done.turned_away = len(promised), seen.count("turned away")
    done.silent = seen.count("silent")
    judge(stage, people, promised, done)
    return done


async def _at(moment: float, stage: Stage, person: Person) -> str:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
    return await seen_by(stage, person)


async def seen_by(stage: Stage, person: Person) -> str:
    """Test a key once. “promised”, “turned away” or “silent”, by what this person sees at the end."""
    shown = await person.command("/test-keys")
    if shown.error:
        return "turned away"
    try:
        dialog = await person.dialog(timeout=10)
    except (TimeoutError, LookupError):
        # A dialog that could not be opened is told in a direct message.
        return "turned away" if any(message.by_bot for message in person.direct_messages) else "silent"
    key = stage.kucoin.issue("general_only")
    acting.fills(dialog, key.key, key.secret, key.passphrase)
    before = dialog.words
    answered = await dialog.submit()
    if any(word in dialog.words for word in ("Testing…", *acting.RESULT_WORDS)):
        return "promised"
    return "turned away" if answered.error or dialog.words != before else "silent"


async def _settled(waiting: Sequence[Person], done: Load, settle_s: float) -> None:
    began, left = time.monotonic(), set(waiting)
    while left and time.monotonic() - began < settle_s:
        left -= {person for person in left if acting.results(person)}
        await asyncio.sleep(0.2)
    done.settled_s = time.monotonic() - began
    # What would come twice comes a little later.
    await asyncio.sleep(LOOK_EVERY_S)


async def _remembering(replicas: Sequence[psutil.Process], done: Load) -> None:
    while True:
        done.memory.append(sum(process.memory_info().rss for process in replicas) / 2**20)
        before = time.monotonic()
        await asyncio.sleep(LOOK_EVERY_S)
        done.lag_s = max(done.lag_s, time.monotonic() - before - LOOK_EVERY_S)


def _used(replicas: Sequence[psutil.Process], database: psutil.Process | None) -> dict[str, float]:
    """Seconds of processor time so far, of those that still run."""
    family = database.children(recursive=True) if database is not None else []
    return {
        "both replicas": sum(map(_seconds, replicas)),
        "PostgreSQL": sum(map(_seconds, family)),
        "Slack, KuCoin and the clients": _seconds(psutil.Process(os.getpid())),
    }


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0  # one of PostgreSQL's own that comes and goes
    return float(times.user + times.system)


def judge(stage: Stage, people: Sequence[Person], promised: Sequence[Person], done: Load) -> None:
    """Write into *done* what these people got, and how Slack's deliveries were answered."""
    counts = {person.user_id: len(acting.results(person)) for person in people}
    done.told, done.doubled = sum(map(bool, counts.values())), sum(n > 1 for n in counts.values())
    done.lost = sum(counts[person.user_id] == 0 for person in promised)
    for delivery in stage.slack.deliveries:
        if delivery.acked_after_s is None:
            done.unanswered.append(f"{delivery.kind}: {delivery.error}")
        else:
            done.acks.append(delivery.acked_after_s)

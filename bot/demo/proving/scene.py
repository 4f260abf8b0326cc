"""What the promises are looked for in: a stage on which people have acted with marked keys."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlmodel import col, select

from bot import log
from bot.app import Tempo
from bot.demo import acting
from bot.demo.canary import Canary, marked
from bot.demo.kucoin import Fault, IssuedKey
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Person
from bot.schema import Submission

BRISK = Tempo(pace_s=0.01, sweep_s=0.1, farewell_s=0.3)
DANGEROUS = ("spot_trading_on", "withdrawal_on", "flex_transfers_on", "unknown_permission")
HELD = "ip_restricted"


class Unproved(Exception):  # noqa: N818 - it says what is the matter
    """A promise was not kept; says what was seen instead, without any value."""


def ensure(kept: bool, otherwise: str) -> None:
    """Go on only where it is so.

    Raises:
        Unproved: with *otherwise*.
    """
    if not kept:
        raise Unproved(otherwise)


@dataclass
class Scene:
    """The stage after the play.

    Attributes:
        log: Everything that was logged; DEBUG was asked for.
        canaries: What must be found nowhere.
        told: Kind of key, or fault → what the client read.
        held: Ann's key that is still held, sealed.
    """

    stage: Stage
    log: io.StringIO
    held: IssuedKey
    canaries: list[Canary] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    async def tests(self, person: Person, preset: str, name: str = "") -> IssuedKey:
        """A test of a marked key of that kind, seen through to its result."""
        key, canary = marked(self.stage.kucoin, preset)
        self.canaries.append(canary)
        before = len(acting.results(person))
        await acting.submits(person, key)
        message = await acting.gets_result(self.stage, person, before + 1)
        self.told[name or preset] = message.words
        for dialog in person.dialogs:
            await dialog.close(all_of_them=True)
        return key

    async def tests_a_key_that_is_repeated(self, person: Person) -> None:
        """The exchange refuses it, and says in its words which key that was."""
        key, canary = marked(self.stage.kucoin)
        self.canaries.append(canary)
        before = len(acting.results(person))
        self.stage.kucoin.faults.add(Fault.HEADER_MISSING, words=f"KC-API-KEY {key.key} is refused")
        await acting.submits(person, key)
        await acting.gets_result(self.stage, person, before + 1)
        self.stage.kucoin.faults.clear()
        for dialog in person.dialogs:
            await dialog.close(all_of_them=True)

    async def given(self, person: Person) -> Submission:
        """What this person gave last, as its row stands."""
        own = select(Submission).where(Submission.user_id == person.user_id)
        async with self.stage.bot.app.db.reading() as session:
            return (await session.exec(own.order_by(col(Submission.created_at).desc()).limit(1))).one()


@asynccontextmanager
async def opened() -> AsyncIterator[Scene]:
    """Open the stage, over signed HTTP, and play: a pass, every danger, a doubt, an echo, a held key."""
    stream = io.StringIO()
    log.configure("DEBUG", "json", stream)
    async with staged(mode="http", tempo=BRISK, tests_per_hour=1000, keys_per_hour=1000) as stage:
        scene = Scene(stage, stream, stage.kucoin.issue())
        await _play(scene)
        yield scene
    logging.getLogger().handlers.clear()


async def _play(scene: Scene) -> None:
    ann, ben = scene.stage.cast.ann, scene.stage.cast.ben
    await scene.tests(ann, "general_only")
    for preset in DANGEROUS:
        await scene.tests(ben, preset)
    scene.stage.kucoin.faults.add(Fault.MAINTENANCE_503)
    await scene.tests(ben, "general_only", "maintenance")
    scene.stage.kucoin.faults.clear()
    await scene.tests_a_key_that_is_repeated(ben)
    scene.held = await scene.tests(ann, HELD)

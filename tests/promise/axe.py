"""keydesk in processes of its own, on one stage, that are killed, frozen and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo.stage import Stage, staged

ROOT = Path(__file__).parents[2]
REPLICA = Path(__file__).with_name("replica.py")
START_S = 60.0
END_S = 60.0


class Child:
    """A keydesk process."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.port = process, port
        self._drain = asyncio.create_task(self._read())

    @classmethod
    async def begun(cls, stage: Stage, **tempo: float) -> asyncio.subprocess.Process:
        """Start one without waiting for it; *tempo* as `Tempo` has it."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            str(REPLICA),
            *(f"{name}={seconds}" for name, seconds in tempo.items()),
            env=environment(stage),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )

    @classmethod
    async def started(cls, stage: Stage, **tempo: float) -> Child:
        """Start one and wait until it serves."""
        process = await cls.begun(stage, **tempo)
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
        """Send the signal and wait for the end. Its exit code."""
        self.send(signum)
        async with asyncio.timeout(END_S):
            code = await self.process.wait()
        await self._drain
        return code


@dataclass
class Axe:
    """The children of one stage, which come and go.

    Attributes:
        tempo: Of each child, as `Tempo` has it.
    """

    stage: Stage
    tempo: dict[str, float] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)

    async def start(self) -> Child:
        """One more."""
        child = await Child.started(self.stage, **self.tempo)
        self.children.append(child)
        self._route()
        return child

    async def kill(self, place: int, signum: int = signal.SIGKILL) -> int:
        """End that one. Slack learns at once where to deliver instead."""
        child = self.children.pop(place)
        ended = asyncio.ensure_future(child.killed(signum))
        self._route()
        return await ended

    async def freeze(self, place: int, seconds: float) -> None:
        """Stop that one as SIGSTOP does, and wake it again; the others get the deliveries meanwhile."""
        child = self.children.pop(place)
        child.send(signal.SIGSTOP)
        self._route()
        await asyncio.sleep(seconds)
        child.send(signal.SIGCONT)
        self.children.append(child)
        self._route()

    def _route(self) -> None:
        if self.stage.settings["slack_mode"] == "http" and self.children:
            self.stage.slack.events_url = [f"http://127.0.0.1:{c.port}/slack/events" for c in self.children]


@asynccontextmanager
async def axed(database_url: str | None = None, mode: str = "socket", **tempo: float) -> AsyncIterator[Axe]:
    """A stage whose keydesk runs in processes of its own; all are ended at the end."""
    async with staged(
        mode=mode, database_url=database_url, start=False, tests_per_hour=10_000, keys_per_hour=10_000
    ) as stage:
        stage.slack.rate_limits = False
        stage.kucoin.quotas_apply = False
        axe = Axe(stage, tempo)
        try:
            yield axe
        finally:
            for child in axe.children:
                child.send(signal.SIGCONT)
                await child.killed()


def environment(stage: Stage) -> dict[str, str]:
    """What a keydesk of this stage is told from outside, and nothing else of ours."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {
        name.upper(): str(value)
        for name, value in stage.settings.items()
        if value is not None and not name.startswith("_")
    }
    # The tree that the test stands in, and not another one that may be installed.
    tree = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return keep | settings | tree | {"LOG_LEVEL": "ERROR"}

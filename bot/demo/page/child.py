"""The bot as a process of its own, so that the page can kill it and start it again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
SERVE = (sys.executable, "-m", "bot", "serve")
STOP_WITHIN_S = 25.0
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONWARNINGS")
"""Of this process' own environment; nothing else, so that a real token that stands there is never used."""


class Child:
    """Starts, stops and kills one ``serve``.

    Attributes:
        state: "stopped", "starting", "running" or "stopping".
        ended: How it ended by itself, in words; "" where it did not.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        folder: Path,
        changed: Callable[[], None],
        command: Sequence[str] = SERVE,
    ) -> None:
        self._environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._environment |= {"PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
        self._environment |= _environment(settings)
        self._folder, self._changed, self._command = folder, changed, command
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self.state = "stopped"
        self.ended = ""

    async def start(self) -> None:
        """Start it; nothing happens where it runs."""
        if self._process is not None:
            return
        self._set("starting")
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._folder,  # where no .env lies
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is for us, and we stop it in order
        )
        self._watching = asyncio.create_task(self._watch(self._process))

    def connected(self, sockets: int) -> None:
        """How many sockets of it the workspace has now."""
        if self._process is not None and self.state in {"starting", "running"}:
            self._set("running" if sockets else "starting")

    async def stop(self) -> None:
        """End it as a supervisor does: it takes no more, finishes, and closes."""
        await self._end(signal.SIGTERM, STOP_WITHIN_S)

    async def kill(self) -> None:
        """End it at once, as a crash or a power cut would."""
        await self._end(signal.SIGKILL, STOP_WITHIN_S)

    async def _end(self, how: signal.Signals, within_s: float) -> None:
        process, watching = self._process, self._watching
        if process is None or watching is None:
            return
        self._set("stopping")
        if process.returncode is None:
            process.send_signal(how)
        done, _ = await asyncio.wait({watching}, timeout=within_s)
        if not done:
            process.kill()
            await watching

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        asked = self.state == "stopping"
        self._process = self._watching = None
        self._set("stopped", "" if asked else f"It ended by itself, with exit code {code}.")

    def _set(self, state: str, ended: str = "") -> None:
        if (state, ended) != (self.state, self.ended):
            self.state, self.ended = state, ended
            self._changed()


def _environment(settings: Mapping[str, Any]) -> dict[str, str]:
    """Settings by field name → as an operator writes them."""
    told = {"log_level": "ERROR", "log_format": "console", **settings}
    return {name.upper(): str(value) for name, value in told.items() if value is not None and name[0] != "_"}

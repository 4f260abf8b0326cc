"""The program's commands, run beside a stage as an operator runs them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from pydantic import SecretStr

from bot.demo.stage import Stage

TOP = Path(__file__).parents[3]


async def keydesk(stage: Stage, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """`keydesk …` with the settings of the stage; *changed* are others, by field name."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", *arguments],
        cwd=stage.folder,
        env=_environment(stage, changed),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _environment(stage: Stage, changed: dict[str, str]) -> dict[str, str]:
    given = {name: value for name, value in (stage.settings | changed).items() if name[0] != "_"}
    plain = {name: v.get_secret_value() if isinstance(v, SecretStr) else v for name, v in given.items()}
    own = {name.upper(): str(value) for name, value in plain.items() if value is not None}
    return {**os.environ, "PYTHONPATH": str(TOP), **own}

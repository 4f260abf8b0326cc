"""One keydesk in a process of its own, for tests that kill it. Settings come from the environment."""

from __future__ import annotations

import asyncio
import sys

from bot.app import Tempo
from bot.log import configure
from bot.serving import Running, serve
from bot.settings import load_settings


def _ready(run: Running) -> None:
    print(f"ready {run.port}", flush=True)


def main() -> int:
    """Serve, fast: cards leave as soon as Slack takes them."""
    settings = load_settings()
    configure(settings.log_level, settings.log_format)
    return asyncio.run(serve(settings, _ready, Tempo(pace_s=0.0, sweep_s=0.25, farewell_s=1.0)))


if __name__ == "__main__":
    sys.exit(main())

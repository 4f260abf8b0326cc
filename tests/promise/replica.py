"""One keydesk in a process of its own, for tests that kill it. Settings come from the environment.

Arguments are what is to differ from its usual tempo: ``lease_s=3.0``.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from bot.app import Tempo
from bot.event_loop import run_on_fast_loop
from bot.leaving import leave
from bot.log import configure
from bot.serving import Running, serve
from bot.settings import load_settings

FAST = {"pace_s": 0.0, "sweep_s": 0.25, "farewell_s": 1.0}


MANY = 10**9


def _ready(run: Running) -> None:
    # Whoever measures how many can be tested is not to be held up by how many may.
    run.app.key_tests.policy = replace(run.app.key_tests.policy, all_tests_per_hour=MANY)
    print(f"ready {run.port}", flush=True)


def main() -> int:
    """Serve, fast: cards leave as soon as Slack takes them."""
    settings = load_settings()
    configure(settings.log_level, settings.log_format)
    told = dict(argument.split("=") for argument in sys.argv[1:])
    tempo = Tempo(**FAST | {name: float(seconds) for name, seconds in told.items()})
    return run_on_fast_loop(serve(settings, _ready, tempo))


if __name__ == "__main__":
    leave(main())

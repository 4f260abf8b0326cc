"""What operators copy from `.deploy/`, and the programs that check it where this machine has them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / ".deploy"
PACKAGES = {"promtool": "prometheus", "systemd-analyze": "systemd"}
"""Program → the Debian package that has it. `.ci/run` fetches promtool, and then forbids to go on without."""

Runs = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run() -> Runs:
    """Run a program that checks, or skip and say which package has it."""

    def ran(program: str, *arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
        found = shutil.which(program)
        if found is None:
            missing = f"{program} is not installed here: apt-get install {PACKAGES[program]}"
            if os.environ.get(f"KEYDESK_REQUIRE_{program.upper()}") == "1":
                pytest.fail(missing, pytrace=False)
            pytest.skip(missing)
        return subprocess.run(
            [found, *map(str, arguments)],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "SYSTEMD_COLORS": "0"},
        )

    return ran

"""Nothing heavy is imported that a command does not use, so that it starts as fast as it can."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
LIBRARIES = (
    "dbos",
    "matplotlib",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "httpx",
    "cryptography",
    "alembic",
)
HEAVY = {
    "import bot.__main__": (*LIBRARIES, "pydantic", "prometheus_client", "bot.serving", "bot.demo"),
    "from bot.__main__ import app; app(['--help'], standalone_mode=False)": (*LIBRARIES, "bot.serving"),
    "from bot.__main__ import app; app(['--version'], standalone_mode=False)": (*LIBRARIES, "bot.serving"),
    "from bot.__main__ import app; app(['new-key'], standalone_mode=False)": ("slack_bolt", "sqlalchemy"),
    "from bot.__main__ import app; app(['check', 'kucoin'], standalone_mode=False)": (
        "bot.slack", "slack_bolt", "slack_sdk", "sqlalchemy", "sqlmodel", "cryptography", "dbos",
    ),
    "import bot.serving": (
        "matplotlib", "numpy", "bot.demo", "bot.doctor", "aiosmtpd", "aiosmtplib", "playwright", "pytest",
        "httpx", "opentelemetry",
    ),
    "import bot.doctor": ("dbos", "slack_bolt", "matplotlib", "bot.demo", "bot.serving"),
}  # fmt: skip
"""What is run → what must not have been imported by then."""


def imported_by(code: str) -> set[str]:
    """The modules that are there after *code* has run, whatever it ends with."""
    told = (
        f"import sys\ntry:\n    {code}\nexcept BaseException as end:\n    print(repr(end), file=sys.stderr)\n"
        "print('\\n'.join(('', *sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", told],
        env={**os.environ, "PYTHONPATH": str(TOP)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split("\n"))


@pytest.mark.parametrize("code", HEAVY)
def test_nothing_heavy_is_imported_that_is_not_used(code: str) -> None:
    imported = imported_by(code)

    assert {"bot", "sys"} <= imported, "nothing was imported, so nothing was compared"
    assert [module for module in HEAVY[code] if module in imported] == []


def test_the_search_finds_what_is_imported() -> None:
    assert {"dbos", "slack_bolt", "sqlalchemy", "bot.measuring"} <= imported_by("import bot.serving")

"""No core dump of a process that holds keys: asked of the kernel, and tried with a process that crashes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, as Linux has it")

KEYDESK = [sys.executable, "-m", "bot"]
HARDENED = "from bot.hardening import leave_no_core, leaves_no_core\nassert leave_no_core()\n"
LOOK = """
import pathlib, stat
from bot.hardening import leaves_no_core
print(leaves_no_core())
print([line for line in pathlib.Path("/proc/self/limits").read_text().splitlines() if "core" in line][0])
"""


def child(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


@linux
def test_a_process_that_was_told_so_may_write_no_core(tmp_path: Path) -> None:
    before = child(LOOK, tmp_path)
    assert before.stdout.startswith("False"), "nothing is promised before it was asked for"

    told = child(HARDENED + LOOK, tmp_path).stdout.splitlines()

    assert told[0] == "True"
    assert told[1].split()[-3:-1] == ["0", "0"]


@linux
def test_a_process_that_was_told_so_ends_without_a_core(tmp_path: Path) -> None:
    crashed = child(HARDENED + "import os\nos.abort()", tmp_path)

    assert crashed.returncode == -signal.SIGABRT, "it has to have crashed"
    assert list(tmp_path.iterdir()) == []


@linux
def test_what_was_forbidden_cannot_be_allowed_again_by_a_limit(tmp_path: Path) -> None:
    code = HARDENED + (
        "import os, resource\n"
        "if os.geteuid() == 0:\n"
        "    os.setuid(65534)\n"
        "try:\n"
        "    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))\n"
        "except (ValueError, PermissionError):\n"
        "    print('refused')\n"
    )

    assert child(code, tmp_path).stdout.strip() == "refused"


@linux
@pytest.mark.parametrize("command", [["check", "kucoin"], ["serve"], ["new-key"]])
def test_every_command_that_may_hold_keys_begins_so(tmp_path: Path, command: list[str]) -> None:
    """The commands run as users run them; a hook tells at the end how the process stood."""
    told = tmp_path / "told"
    hook = (
        "import atexit\n"
        "def tell():\n"
        "    from bot.hardening import leaves_no_core\n"
        f"    open({str(told)!r}, 'w').write(str(leaves_no_core()))\n"
        "atexit.register(tell)\n"
    )
    (tmp_path / "sitecustomize.py").write_text(hook, encoding="utf-8")
    top = str(Path(__file__).parents[2])
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "SECRET_"))}

    subprocess.run(
        [*KEYDESK, *command],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": f"{tmp_path}{os.pathsep}{top}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert told.read_text(encoding="utf-8") == "True"

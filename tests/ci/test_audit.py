"""The audit of dependencies fails on what is known, and says so where nothing can be: with a uv we play."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[2] / ".ci" / "audit.py"
UV = """#!/bin/sh
case "$1" in
  audit) printf '%b' "$AUDIT_SAYS" >&{stream}; exit "$AUDIT_ENDS" ;;
  export) exit 0 ;;
  pip) printf '%b' "$PIP_SAYS" >&2; exit 0 ;;
esac
"""
OFFLINE = "cause: error sending request for url (https://api.osv.dev/v1/querybatch)\\n  cause: dns error\\n"
VULNERABLE = "foo 1.0 has GHSA-xxxx-yyyy: it runs what strangers send. Fixed in 1.1.\\n"
YANKED = "Resolved 1 package\\nwarning: `foo==1.0` is yanked (reason: leaks memory)\\n"


def audited(
    tmp_path: Path, says: str, ends: int, pip_says: str = "", stream: int = 1
) -> subprocess.CompletedProcess[str]:
    uv = tmp_path / "uv"
    uv.write_text(UV.replace("{stream}", str(stream)), encoding="utf-8")
    uv.chmod(0o755)
    told = {"AUDIT_SAYS": says, "AUDIT_ENDS": str(ends), "PIP_SAYS": pip_says}
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        [sys.executable, str(AUDIT)],
        env={**os.environ, **told, **path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_known_is_no_trouble(tmp_path: Path) -> None:
    audit = audited(tmp_path, "Found no known vulnerabilities", 0)

    assert audit.returncode == 0
    assert "No known vulnerability" in audit.stdout
    assert "No release that is locked was withdrawn" in audit.stdout


def test_a_known_vulnerability_fails_and_is_named(tmp_path: Path) -> None:
    audit = audited(tmp_path, VULNERABLE, 1)

    assert audit.returncode == 1
    assert "GHSA-xxxx-yyyy" in audit.stderr


@pytest.mark.parametrize("says", [OFFLINE, "error: unrecognized subcommand 'audit'\\n"])
def test_without_a_feed_it_says_that_nothing_was_compared_and_goes_on(tmp_path: Path, says: str) -> None:
    audit = audited(tmp_path, says, 2, stream=2)

    assert audit.returncode == 0
    assert "nothing was compared with known" in audit.stdout
    assert "No known vulnerability" not in audit.stdout


def test_any_other_trouble_of_the_audit_fails(tmp_path: Path) -> None:
    audit = audited(tmp_path, "error: The lockfile needs to be updated\\n", 2, stream=2)

    assert audit.returncode == 1
    assert "lockfile" in audit.stderr


def test_a_withdrawn_release_fails_even_offline(tmp_path: Path) -> None:
    audit = audited(tmp_path, OFFLINE, 2, YANKED, stream=2)

    assert audit.returncode == 1
    assert "leaks memory" in audit.stderr

"""Compares what is locked with known vulnerabilities and withdrawn releases; needs Python and uv.

`uv audit` asks OSV (osv.dev), which holds PyPI's advisories too. Where no feed can be reached that is
said in words and fails nothing: an offline machine cannot know. Releases that were withdrawn ("yanked")
are known to the index itself, so they are looked for in any case.

Exits 1 where a dependency has a known vulnerability, or was withdrawn.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

PATIENCE_S = 120
NO_FEED = (
    "No advisory feed can be reached from here (api.osv.dev), so nothing was compared with known\n"
    "vulnerabilities. Where there is a network, `uv audit --locked` does it."
)
UNREACHABLE = re.compile(r"dns error|error sending request|timed out|unrecognized subcommand", re.IGNORECASE)
YANKED = re.compile(r"^warning: .*\byanked\b.*$", re.MULTILINE | re.IGNORECASE)


def ran(*command: str) -> subprocess.CompletedProcess[str]:
    """The command's outcome; one that takes too long counts as a feed that cannot be reached."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)  # noqa: S603 - commands of ours
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 2, "", "timed out")


def vulnerable() -> list[str]:
    """What is known to be vulnerable, as uv words it; says so where nothing can be known."""
    audit = ran("uv", "audit", "--locked")
    if audit.returncode == 0:
        sys.stdout.write("No known vulnerability in what is locked.\n")
        return []
    if audit.returncode != 1 and UNREACHABLE.search(audit.stderr):
        sys.stdout.write(f"{NO_FEED}\n")
        return []
    return [audit.stdout.strip() or audit.stderr.strip()]


def withdrawn() -> list[str]:
    """Each locked release that its makers have withdrawn, with their reason."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = str(Path(folder) / "requirements.txt")
        export = ("--no-emit-project", "--all-extras", "--format", "requirements-txt", "-o", wanted)
        exported = ran("uv", "export", "--quiet", "--locked", *export)
        if exported.returncode != 0:
            return [exported.stderr.strip()]
        looked = ran("uv", "pip", "install", "--dry-run", "--reinstall", "--no-deps", "-r", wanted)
    if looked.returncode != 0:
        return [looked.stderr.strip()]
    found = YANKED.findall(looked.stderr)
    if not found:
        sys.stdout.write("No release that is locked was withdrawn.\n")
    return found


def main() -> int:
    trouble = vulnerable() + withdrawn()
    sys.stderr.writelines(f"{line}\n" for line in trouble)
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())

"""Looks for secrets in the files that git tracks; needs nothing but Python and git.

Prints file, line and kind of each hit, never the value, and exits 1 where there is one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Printed in KuCoin's documentation of the signature, so it protects nothing.
PUBLISHED = {b"f03a5284-5c39-4aaa-9b20-dea10bdcf8e3"}

# Few different digits are what a person types for an example, never what a generator makes:
# 32 random hexadecimal digits hold so few different ones less than once in a billion.
MADE_UP_DIGITS = 6
EXAMPLE = "11111111-2222-4333-8444-555555555555"

KINDS = {
    "Slack token": re.compile(rb"xox[a-z](?:\.[a-z]+)?-(?=[A-Za-z0-9-]*[0-9])[A-Za-z0-9-]{20,}"),
    "Slack app token": re.compile(rb"xapp-[0-9]-[A-Za-z0-9-]{20,}"),
    "Slack webhook": re.compile(rb"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{20,}"),
    "key that seals": re.compile(rb"\bkd1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{43}"),
    "password in an address": re.compile(
        rb"\b(?:smtps?|postgres(?:ql)?)://[^\s:/@\"'<>{}]+:(?=[^\s@\"'<>{}]*[0-9])[^\s@\"'<>{}]{12,}@"
    ),
    "private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\s)*[A-Za-z0-9+/=]{32,}"),
    "UUID-shaped secret": re.compile(rb"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"),
}
NEVER_TRACKED = re.compile(r"(^|/)\.env$|\.(db|pem|p12|key)$")


def harmless(kind: str, value: bytes) -> bool:
    """Whether *value* is published, or visibly an example."""
    if kind != "UUID-shaped secret":
        return False
    return value.lower() in PUBLISHED or len(set(value.lower()) - {ord("-")}) <= MADE_UP_DIGITS


def hits(content: bytes) -> Iterator[tuple[int, str]]:
    """The line number and the kind of each secret in *content*."""
    for kind, pattern in KINDS.items():
        for match in pattern.finditer(content):
            if not harmless(kind, match.group()):
                yield content.count(b"\n", 0, match.start()) + 1, kind


def tracked(root: Path) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, stdout=subprocess.PIPE, check=True)  # noqa: S607 - git is found where the machine has it
    return [name for name in listed.stdout.decode().split("\0") if name]


def findings(root: Path) -> Iterator[str]:
    """One sentence for each hit, without the value."""
    for name in tracked(root):
        if NEVER_TRACKED.search(name):
            yield f"{name}: a file of this kind is never committed"
        elif (root / name).is_file():
            for line, kind in hits((root / name).read_bytes()):
                yield f"{name}:{line}: {kind}"


def main() -> int:
    found = list(findings(Path.cwd()))
    sys.stdout.writelines(f"{line}\n" for line in found)
    if not found:
        return 0
    sys.stderr.write(f"An example UUID uses at most {MADE_UP_DIGITS} different digits: {EXAMPLE}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

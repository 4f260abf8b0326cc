"""The workspace is of use to any app: it knows nothing of the one that it came with."""

from __future__ import annotations

import re
from pathlib import Path

import bot.demo.workspace

MODULES = sorted(Path(bot.demo.workspace.__file__).parent.glob("*.py"))
IMPORT = re.compile(r"^\s*(?:from|import) (bot[\w.]*)", re.MULTILINE)


def test_it_imports_nothing_else_of_this_program() -> None:
    imported = {name for path in MODULES for name in IMPORT.findall(path.read_text(encoding="utf-8"))}

    assert imported
    assert all(name.startswith("bot.demo.workspace") for name in imported)


def test_it_speaks_of_no_product() -> None:
    text = "\n".join(path.read_text(encoding="utf-8").lower() for path in MODULES)

    assert "slack" in text
    for word in ("kucoin", "keydesk", "test-keys", "test_keys", "triage", "passphrase"):
        assert word not in text

"""What keeps the tree readable, and an exchange a folder that can be added or taken away."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from validators.exchange import discover

TOP = Path(__file__).parent.parent
CODE = sorted(
    path
    for folder in ("bot", "validators")
    for path in (TOP / folder).rglob("*.py")
    if "versions" not in path.parts
)
EXCHANGES = sorted(path.parent.name for path in (TOP / "validators").glob("*/__init__.py"))
MODULE_LINES = 300


def _name(path: Path) -> str:
    return str(path.relative_to(TOP))


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_an_exchange_is_named_only_in_its_folder_the_demo_and_the_settings(exchange: str) -> None:
    allowed = (f"validators/{exchange}/", "bot/demo/", "bot/settings.py", "bot/__main__.py")
    named = [
        _name(path)
        for path in CODE
        if not _name(path).startswith(allowed) and exchange in _code_words(path).lower()
    ]

    assert named == []


def _code_words(path: Path) -> str:
    """Everything that runs: names, strings that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    words = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            words.append(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            words.append(node.value)
        elif isinstance(node, ast.ImportFrom):
            words.append(node.module or "")
    return " ".join(words)


def test_the_search_for_names_finds_one_where_it_is() -> None:
    assert "kucoin" in _code_words(TOP / "bot/settings.py").lower()


def test_every_folder_of_an_exchange_is_found_by_being_there() -> None:
    assert sorted(discover()) == EXCHANGES


@pytest.mark.parametrize("path", CODE, ids=_name)
def test_a_module_is_one_subject_and_says_which(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= MODULE_LINES
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a module says in its first line what it is for"

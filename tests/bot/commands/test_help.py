"""`--help` teaches: every command has an example that would run; `--version` and completion work."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from bot.__main__ import app

TOP = Path(__file__).parents[3]
ROOT: Any = typer.main.get_command(app)
EXAMPLE = re.compile(r"Example: (.*)")


def commands(group: Any = ROOT, *path: str) -> dict[tuple[str, ...], Any]:
    """Every command that does something, by the words that call it."""
    found: dict[tuple[str, ...], Any] = {}
    for name, command in group.commands.items():
        inside = getattr(command, "commands", None)
        found |= commands(command, *path, name) if inside else {(*path, name): command}
    return found


def options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts if option.startswith("-")}


ALL = commands()


def test_the_commands_of_the_contract_are_there() -> None:
    names = {" ".join(path) for path in ALL}

    assert names >= {
        "serve", "demo", "check", "doctor", "new-key", "reseal", "purge", "audit", "incident", "db upgrade"
    }  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_says_what_it_does_and_shows_how(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200"})

    assert shown.exit_code == 0
    example = EXAMPLE.search(shown.output)
    assert example is not None, f"{' '.join(path)} has no example"
    assert ALL[path].help


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_example_calls_its_command_with_options_that_it_has(path: tuple[str, ...]) -> None:
    match = EXAMPLE.fullmatch(ALL[path].epilog or "")
    assert match is not None
    words = shlex.split(re.split(r"[|>)]", match[1])[0].replace("$(", " "))

    at = words.index("keydesk") + 1
    assert words[at : at + len(path)] == list(path)
    assert {word for word in words if word.startswith("--")} <= options(ALL[path])


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_option_and_argument_is_explained(path: tuple[str, ...]) -> None:
    silent = [one.name for one in ALL[path].params if one.name != "help" and not getattr(one, "help", None)]

    assert silent == []


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    shown = CliRunner().invoke(app, ["--version"])

    assert (shown.exit_code, shown.output) == (0, f"keydesk {project['version']}\n")


COMPLETES = {"bash": "complete -o", "zsh": "compdef", "fish": "complete --command"}


@pytest.mark.parametrize("shell", COMPLETES)
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    told = _keydesk("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")

    assert COMPLETES[shell] in told
    assert "_KEYDESK_COMPLETE" in told


def test_what_is_typed_is_completed() -> None:
    told = _keydesk(_KEYDESK_COMPLETE="complete_bash", COMP_WORDS="keydesk d", COMP_CWORD="1")

    assert set(told.split()) == {"demo", "doctor", "db"}


def _keydesk(*arguments: str, **environment: str) -> str:
    """What the program prints where a shell calls it by its name."""
    called = "from bot.__main__ import app; app(prog_name='keydesk')"
    return subprocess.run(
        [sys.executable, "-c", called, *arguments],
        env={**os.environ, "PYTHONPATH": str(TOP), **environment},
        capture_output=True,
        text=True,
        check=False,
    ).stdout

"""`--help` teaches: every command has an example that would run; `--version` and completion work."""

from __future__ import annotations

import os
import re
import shlex
import shutil
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


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("keydesk check k", {"kucoin"}),
        ("keydesk check kucoin --account ", {"spot_margin", "futures"}),
        ("keydesk check kucoin --account f", {"futures"}),
        ("keydesk db ", {"upgrade"}),
        ("keydesk doctor --", {"--json", "--help"}),
    ],
)
def test_values_are_completed_as_commands_are(typed: str, offered: set[str]) -> None:
    place = str(len(typed.split(" ")) - 1)

    told = _keydesk(_KEYDESK_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=place)

    assert set(told.split()) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_real_shell_completes(shell: str, tmp_path: Path) -> None:
    """What `--show-completion` prints, in the shell itself."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed here: apt-get install {shell}")
    keydesk = tmp_path / "keydesk"
    keydesk.write_text(
        f"#!{sys.executable}\nfrom bot.__main__ import app\napp(prog_name='keydesk')\n", encoding="utf-8"
    )
    keydesk.chmod(0o755)
    asks = {
        "bash": 'COMP_WORDS=(keydesk d); COMP_CWORD=1; _keydesk_completion keydesk; echo "${COMPREPLY[@]}"',
        # Of zsh's own machinery only what the function calls in the end: it tells what it would offer.
        "zsh": '_arguments() { print -r -- "$@" }; words=(keydesk d); CURRENT=2; _keydesk_completion',
    }[shell]
    prepare = "compdef() { :; }; " if shell == "zsh" else ""
    script = f'{prepare}eval "$(keydesk --show-completion {shell})"; {asks}'
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": str(TOP),
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }
    flags = ["--norc", "--noprofile"] if shell == "bash" else ["-f"]

    ran = subprocess.run(
        [found, *flags, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert {"demo", "doctor", "db"} <= set(re.findall(r"\w+", ran.stdout)), ran.stderr
    assert "serve" not in ran.stdout

"""The help, the modules and the usage hint of the manifest are one list."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import pytest
import yaml

from bot.demo.stage import Stage
from bot.slack import triage as package
from bot.slack.triage import COMMANDS, Command, help_text, usage_hint
from tests.bot.slack.desk import triage

MANIFEST = Path(__file__).parents[3] / "manifest.yml"
CONTRACT = [
    *("list", "show", "claim", "assign", "release", "note", "reply", "retest", "resolve", "reopen"),
    *("snooze", "invite", "stats", "export", "help"),
]


def test_a_module_is_a_subcommand_by_being_there() -> None:
    modules = {found.name for found in pkgutil.iter_modules(package.__path__)}

    assert {name for name in modules if not name.startswith("_")} == set(COMMANDS)
    assert list(COMMANDS) == CONTRACT


def test_the_hint_of_the_manifest_is_the_list_of_the_modules() -> None:
    commands = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["features"]["slash_commands"]
    (hint,) = [one["usage_hint"] for one in commands if one["command"] == "/triage"]

    assert hint == usage_hint()
    assert len(hint) <= 1000


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_each_declares_how_it_is_typed_and_what_it_does(command: Command) -> None:
    assert command.usage.split()[0] == command.word
    assert command.help.endswith(".")
    assert f"`/triage {command.usage}`: {command.help}" in help_text()


def test_no_two_stand_in_the_same_place() -> None:
    places = [command.place for command in COMMANDS.values()]

    assert sorted(set(places)) == places


async def test_help_lists_every_subcommand(either_stage: Stage) -> None:
    answer = await triage(either_stage, either_stage.cast.sue, "help")

    assert answer.ephemeral
    assert all(f"/triage {command.usage}" in answer.words for command in COMMANDS.values())


async def test_an_unknown_word_gets_the_list_too(stage: Stage) -> None:
    for typed in ("helpp", "claims 1", "DROP TABLE", "<!channel>", "=1+1", "1", "x" * 4000):
        answer = await triage(stage, stage.cast.sue, typed)
        assert answer.words.startswith("I do not know that word."), typed
        assert "/triage snooze N 2h [reason]" in answer.words
        assert typed not in answer.words or typed == "1"


async def test_case_and_blanks_do_not_matter(stage: Stage) -> None:
    for typed in ("HELP", "  help  ", "help me please", "\u00a0help"):
        assert "this list" in (await triage(stage, stage.cast.sue, typed)).words

"""From the reference that a client sees to the log's lines, the audit and the case."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.auditing import asked, told
from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Message, Person
from bot.seal import new_key
from tests.bot.log_steps import Lines
from tests.bot.slack.desk import opens_case, private, triage

SEEN = re.compile(r"Reference of this test: (R-[0-9a-f]{8})")
NOWHERE = "R-00000000"


def reference_in(message: Message) -> str:
    """What the client reads, the same in the blocks and for a screen reader."""
    (shown,) = SEEN.findall(message.words)
    assert SEEN.findall(message.text) == [shown]
    return str(shown)


async def sees_result_of(stage: Stage, person: Person, preset: str) -> str:
    """A test that passes or fails; the reference under its result."""
    await acting.checks_key(person, stage.kucoin.issue(preset))
    await acting.gets_result(stage, person, 1)
    reference = reference_in(acting.results(person)[-1])
    dialog = await person.dialog()
    assert reference in dialog.words
    await dialog.close()
    return reference


def lines_with(lines: Lines, reference: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, lines.getvalue().splitlines()) if line.get("ref") == reference]


async def audited(stage: Stage, reference: str) -> tuple[str, bool]:
    wanted = asked(reference)
    assert wanted is not None
    async with stage.bot.app.db.reading() as session:
        return await told(session, wanted)


async def test_a_failed_test_is_found_by_it_in_log_audit_and_case(stage: Stage, lines: Lines) -> None:
    other = await sees_result_of(stage, stage.cast.ben, "ip_restricted")
    reference = await sees_result_of(stage, stage.cast.ann, "ip_restricted")
    card = await acting.card_of(stage, 2)

    found = lines_with(lines, reference)
    by_event = {str(line["event"]): line for line in found}
    assert {"test_begun", "test_checked", "test_settled", "message_sent"} <= set(by_event)
    assert len({line["submission"] for line in found}) == 1
    assert by_event["test_settled"]["case"] == by_event["message_sent"]["case"] == 2
    assert other != reference

    story, is_there = await audited(stage, reference)
    assert is_there
    assert story.startswith(f"Reference {reference}: KuCoin Spot/Margin\n")
    assert f"Client: {stage.cast.ann.user_id} of team" in story
    assert f"asked by client: needs a fix ({reference}, attempt 2)" in story
    assert "IP restriction is set" in story
    assert "Case 2: KuCoin Spot/Margin" in story
    assert "opened the case." in story
    assert other not in story
    shown = await triage(stage, stage.cast.sue, f"show {reference}")
    assert shown.words.startswith(card.words.split("\n")[0])


async def test_a_passed_test_is_found_too_though_it_has_no_case(stage: Stage, lines: Lines) -> None:
    reference = await sees_result_of(stage, stage.cast.ann, "general_only")

    story, is_there = await audited(stage, reference.upper())

    assert is_there
    assert "Case: none" in story
    assert "because the test passed" in story
    assert f"asked by client: passed ({reference}, attempt 1)" in story
    assert [line for line in lines_with(lines, reference) if line["event"] == "test_settled"]
    answer = await triage(stage, stage.cast.sue, f"show `{reference}`")
    assert f"The test {reference} belongs to no case" in answer.words


async def test_a_reference_that_nothing_has_is_told_with_where_to_look(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)

    story, is_there = await audited(stage, NOWHERE)
    answer = await triage(stage, stage.cast.sue, f"show {NOWHERE}")

    assert not is_there
    assert f"No test has the reference {NOWHERE}" in story
    assert "the line of the log" in story
    assert f"No test has the reference {NOWHERE}" in answer.words


async def test_a_client_cannot_look_up_a_reference(stage: Stage) -> None:
    reference = await sees_result_of(stage, stage.cast.ann, "ip_restricted")
    ben = stage.cast.ben

    await ben.command("/triage", f"show {reference}", channel=stage.general)

    await stage.slack.until(lambda: private(ben, stage.general))
    (answer,) = private(ben, stage.general)
    assert "This is for our support team" in answer.words
    assert reference not in answer.words


@pytest.mark.parametrize("typed", ["", "0", "R-", "seven", "R-12", "-1"])
def test_the_command_says_what_it_takes(typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    needed = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "STAFF_CHANNEL": "C1"}
    for name, value in {**needed, "SECRET_KEYS": new_key()}.items():
        monkeypatch.setenv(name, value)

    ran = CliRunner().invoke(app, ["audit", "--", typed], env={"COLUMNS": "200"})

    assert ran.exit_code == 2
    assert "R-1a2b3c4d" in ran.output

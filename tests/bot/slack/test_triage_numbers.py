"""`/triage stats` and `export`: numbers where they were asked for, files in private."""

from __future__ import annotations

import csv
import sys
from io import StringIO

import pytest

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Fault
from tests.bot.slack.desk import content, given_cases, opens_case, triage, with_file


async def test_the_numbers_come_where_they_were_asked_for_and_the_chart_in_private(
    either_stage: Stage,
) -> None:
    stage, sue = either_stage, either_stage.cast.sue
    await opens_case(stage, stage.cast.ann)
    await acting.checks_key(stage.cast.ben, stage.kucoin.issue())
    await triage(stage, sue, "reply 1 Hello")
    await triage(stage, sue, "resolve 1")

    answer = await triage(stage, sue, "stats 7")

    assert answer.ephemeral
    assert "KuCoin, the last 7 days" in answer.words
    assert "2 by 2 clients (1 passed, 1 needed a fix)" in answer.words
    assert "1 opened; 0 open now" in answer.words
    assert "Resolution:* median" in answer.words
    assert "Guide, Step Four: 1" in answer.words
    assert "The chart is in your direct messages" in answer.words
    (chart,) = with_file(sue)
    assert content(stage, chart).startswith(b"\x89PNG")
    assert not any(m.files for m in sue.sees(stage.staff_channel))


async def test_the_chart_has_an_alt_text(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)

    await triage(stage, stage.cast.sue, "stats")

    (call,) = [call for call in stage.slack.calls if call.method == "files.getUploadURLExternal"]
    assert "Bar chart of failed tests" in call.arguments["alt_txt"]


async def test_without_matplotlib_the_text_stands_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    answer = await triage(stage, stage.cast.sue, "stats")

    assert "Charts are not installed here" in answer.words
    assert "*Tests:* 0 by 0 clients" in answer.words
    assert with_file(stage.cast.sue) == []


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("fault", [Fault.INTERNAL_ERROR, Fault.DROP_BEFORE_STORE])
async def test_where_slack_takes_no_file_it_is_said_and_the_numbers_stand(
    stage: Stage, method: str, fault: Fault
) -> None:
    stage.slack.faults.add(method, fault, times=None)

    answer = await triage(stage, stage.cast.sue, "stats")
    assert "Slack would not take the chart" in answer.words
    assert "*Tests:*" in answer.words
    assert "Please try again" in (await triage(stage, stage.cast.sue, "export")).words

    stage.slack.faults.clear()
    assert "The chart is in" in (await triage(stage, stage.cast.sue, "stats")).words


async def test_the_export_is_a_spreadsheet_for_the_asker_alone(either_stage: Stage) -> None:
    stage, sue = either_stage, either_stage.cast.sue
    await opens_case(stage, stage.cast.ann)
    await given_cases(stage, 1)
    await triage(stage, sue, 'resolve 1 =HYPERLINK("http://evil.example")')

    answer = await triage(stage, sue, "export 30")

    assert answer.words == "2 cases, in a file in your direct messages with me."
    (message,) = with_file(sue)
    assert message.files[0]["name"].endswith(".csv")
    rows = list(csv.reader(StringIO(content(stage, message).decode("utf-8-sig"))))
    assert len(rows) == 3
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert any("HYPERLINK" in cell for cell in rows[1])
    assert with_file(stage.cast.sam) == []


async def test_nothing_in_the_export_is_a_key(stage: Stage) -> None:
    key = stage.kucoin.issue("ip_restricted")
    await acting.checks_key(stage.cast.ann, key)
    await acting.card_of(stage, 1)

    await triage(stage, stage.cast.sue, "export")

    sheet = content(stage, with_file(stage.cast.sue)[0]).decode()
    assert stage.cast.ann.user_id in sheet
    assert all(part not in sheet for part in (key.key, key.secret, key.passphrase))

"""One case's story for an operator: complete, in order, plain text, without a secret."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from bot import cases
from bot.__main__ import app
from bot.audit import ACTS, story
from bot.db import Database
from bot.schema import Attempt
from bot.seal import new_key
from tests.bot.case_steps import SOON, opened, settled
from tests.bot.conftest import Given
from tests.bot.rows import FIXABLE, NOON, PASSED, later
from validators.diagnosis import Verdict
from validators.exchange import discover

RECORDED = re.compile(r"record\(\s*session,\s*case,\s*\"(\w+)\"")
CONSTANT = re.compile(r"^ACT = \"(\w+)\"", re.MULTILINE)


async def told(db: Database, number: int = 1) -> str:
    async with db.reading() as session:
        return story(await cases.case_with_history(session, number), discover()["kucoin"])


async def test_every_act_stands_there_once_in_order(db: Database, given: Given) -> None:
    await opened(db, given)
    async with db.writing() as session:
        await cases.claim(session, 1, "USUE", at=later(minutes=1))
        await cases.note(session, 1, "USUE", "first line\nsecond line", at=later(minutes=2))
        await cases.reply_sent(session, 1, "USUE", "please change it", at=later(minutes=3))
        await cases.client_replied(session, 1, "T1", "U1", "done", remind_at=SOON, at=later(minutes=4))
        await cases.assign(session, 1, "USUE", "USAM", at=later(minutes=5))
        await cases.snooze(session, 1, "USAM", later(days=1), "on holiday", at=later(minutes=6))
        await cases.unsnooze(session, 1, at=later(days=1))
        await cases.resolve(session, 1, "USAM", "by phone", at=later(days=1, minutes=1))

    text = await told(db)

    lines = text.splitlines()
    assert lines[0] == "Case 1: KuCoin Spot/Margin"
    assert "Client: U1 of team T1" in lines
    assert "State: closed (by phone)" in lines
    assert "Owner: USAM" in lines
    expected = [
        "keydesk opened the case.",
        "U1 tested the key: needs a fix.",
        "USUE claimed the case.",
        "USUE noted:",
        "| first line",
        "| second line",
        "USUE replied to the client:",
        "| please change it",
        "U1 wrote to support:",
        "USUE assigned the case to USAM.",
        "USAM snoozed the case until 2026-03-03T12:00+00:00. on holiday",
        "The snooze is over.",
        "USAM resolved the case. by phone",
    ]
    places = [text.index(line) for line in expected]
    assert places == sorted(places)
    assert "2026-03-02 12:03:00 UTC  USUE replied to the client:" in text


async def test_each_test_stands_there_with_what_it_found(db: Database, given: Given) -> None:
    await settled(db, given, FIXABLE)
    await settled(db, given, PASSED, minutes=9)
    async with db.writing() as session:
        first = (await session.exec(select(Attempt).order_by(col(Attempt.id)))).first()
        assert first is not None
        first.settled_at, first.verdict = NOON, Verdict.NEEDS_A_FIX
        first.diagnosis = FIXABLE.to_json()

    text = await told(db)

    assert "2026-03-02 12:00:00 UTC  key 6705…d3eb, asked by client: needs a fix" in text
    assert "IP restriction is set on this key." in text
    assert "asked by client: not settled" in text
    assert "State: closed (a later test passed)" in text


async def test_a_terminal_is_not_made_to_obey_what_a_client_wrote(db: Database, given: Given) -> None:
    await opened(db, given)
    async with db.writing() as session:
        await cases.client_replied(session, 1, "T1", "U1", "\x1b[2Jgone\r\x07\u202e", remind_at=SOON, at=NOON)

    text = await told(db)

    assert "\\x1b[2Jgone\\r\\x07\\u202e" in text
    assert not {"\x1b", "\r", "\x07", "\u202e"} & set(text)


def test_every_act_of_the_program_has_its_words() -> None:
    """What is written down has its words, and no words are left over."""
    sources = [
        path.read_text(encoding="utf-8") for path in Path("bot").glob("*.py") if path.name != "audit.py"
    ]
    written = {act for source in sources for act in RECORDED.findall(source)}
    named = {act for source in sources for act in CONSTANT.findall(source)}

    assert written, "no act was found, so none missing proves nothing"
    assert written | named <= set(ACTS)
    assert {act for act in ACTS if not any(f'"{act}"' in source for source in sources)} == set()


# --- the command -----------------------------------------------------------------------------


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "STAFF_CHANNEL": "C1",
        "SECRET_KEYS": new_key(),
        "DATABASE_URL": f"sqlite:///{tmp_path}/keydesk.db",
        "LOG_FORMAT": "json",
    }.items():
        monkeypatch.setenv(name, value)
    return CliRunner()


def test_the_command_prints_the_story(runner: CliRunner, tmp_path: Path, given: Given) -> None:
    async def prepare() -> None:
        async with Database.open(f"sqlite:///{tmp_path}/keydesk.db") as db:
            await db.upgrade()
            await opened(db, given)

    asyncio.run(prepare())

    result = runner.invoke(app, ["audit", "1"])

    assert result.exit_code == 0, result.output
    assert result.output.startswith("Case 1: KuCoin Spot/Margin\n")


def test_a_case_that_does_not_exist_is_told_by_its_number(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(app, ["db", "upgrade"])
    assert result.exit_code == 0, result.output

    result = runner.invoke(app, ["audit", "7"])

    assert result.exit_code == 1
    assert "There is no case 7." in result.output

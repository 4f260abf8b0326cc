"""Whatever strangers write is shown as text: in Slack, in mails, in CSV files, in terminals, in the audit."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from pydantic import SecretStr

from bot.demo import acting
from bot.demo.kucoin import Fault, IssuedKey
from bot.demo.kucoin.answers import ROWS, CodeRow
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Person
from bot.stats.spreadsheet import FORMULA
from tests.bot.journeys.commands import TOP, keydesk
from tests.bot.journeys.flows import settled
from tests.bot.mail.postbox import Postbox
from tests.bot.slack.desk import FREE, hears, in_thread, opens_reply, triage

LINK = "<https://evil.example|our page>"
MENTIONS = "<!channel> <!everyone> <@U0EVIL> <#C0EVIL> <!subteam^S0EVIL>"
MARKS = "\u202egnp.exe\u202c\u2066\u200f\u200b\ufeff"
TERMINAL = "\x1b[2J\x1b]0;pwned\x07\x9b31m\r"
HOSTILE = f"=cmd|' /C calc'!A0 {MENTIONS} {LINK} *bold* _it_ `code` ~no~ {TERMINAL}{MARKS} <script>x</script>"
SHORT = "<!channel> <https://e.x|y> \u202e\x1b[2J"
APP = "\x1b[2J<script>our page</script> <!channel>\u202e"
SUB = "<https://e.x|our page>\u202e\r\n *bold* =1+1"
PERMISSION = "<@U0EVIL>\x07 our page \u2066"
LONG = "a 40 kB text " * 3_200

SLACK_MARKUP = ["<!channel>", "<!everyone>", "<@U0EVIL>", "<#C0EVIL>", "<!subteam^S0EVIL>", "<https://e"]
CONTROLS = ["\x1b", "\x07", "\x9b", "\u202e", "\u202c", "\u2066", "\u200f", "\ufeff"]


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def stage(postbox: Postbox) -> AsyncIterator[Stage]:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        server = await loop.create_server(lambda: SMTP(postbox, enable_SMTPUTF8=True), "127.0.0.1", 0)
        await stack.enter_async_context(server)
        url = SecretStr(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield await stack.enter_async_context(staged(**FREE, smtp_url=url))


def said(stage: Stage) -> str:
    """Every argument of every call and every answer, with letters as they are."""
    calls = [call.arguments for call in stage.slack.calls]
    answers = [delivery.answer for delivery in stage.slack.deliveries]
    return json.dumps([_unpacked(calls), answers], ensure_ascii=False)


def _unpacked(value: Any) -> Any:
    """Blocks travel as JSON inside of a form."""
    if isinstance(value, dict):
        return {name: _unpacked(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_unpacked(held) for held in value]
    return json.loads(value) if isinstance(value, str) and value[:2] in ("[{", '{"') else value


def as_text(stage: Stage) -> list[str]:
    """What was said as markup, or with marks that turn or hide text; should be nothing."""
    told = said(stage)
    controls = [mark for mark in CONTROLS if mark in told or json.dumps(mark)[1:-1] in told]
    return [markup for markup in SLACK_MARKUP if markup in told] + controls


async def test_the_search_would_find_markup(stage: Stage) -> None:
    from bot.demo.workspace.records import Call

    stage.slack.calls.append(
        Call(0.0, "chat.postMessage", {"blocks": json.dumps([{"a": HOSTILE}])}, "bot", True)
    )

    assert len(as_text(stage)) == len(SLACK_MARKUP) + len(CONTROLS)


async def uses_hostile_key(stage: Stage, person: Person) -> IssuedKey:
    key = stage.kucoin.issue(
        "everything_wrong",
        name=SHORT[:24],
        third_party_app=APP,
        is_master=False,
        sub_name=SUB,
        permissions={"General", PERMISSION},
    )
    await acting.checks_key(person, key)
    return key


async def test_names_that_the_exchange_reports_are_text_in_result_card_and_mail(
    stage: Stage, postbox: Postbox
) -> None:
    ann = stage.cast.ann
    await uses_hostile_key(stage, ann)
    message, card = await acting.gets_result(stage, ann), await acting.card_of(stage, 1)
    await stage.slack.until(lambda: postbox.raw)

    assert as_text(stage) == []
    for words in (message.words, card.words):
        assert "our page" in words, "the words themselves are shown"
    assert_mail_is_text(postbox)


def assert_mail_is_text(postbox: Postbox) -> None:
    (mail,) = postbox.messages
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content(), "the words themselves are shown"
    for part in (plain, html):
        assert [mark for mark in CONTROLS if mark in part.get_content()] == []
    assert len(mail.get_all("Subject", [])) == 1


@pytest.mark.parametrize("code", ["400005", "500000", "unknown_code"])
async def test_what_the_exchange_says_itself_is_text(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    row = CodeRow("999999" if code == "unknown_code" else code, 200, HOSTILE * 100)
    monkeypatch.setitem(ROWS, "400005", row)
    stage.kucoin.faults.add(Fault.SIGNATURE_WRONG)

    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("general_only"))
    await acting.card_of(stage, 1)
    await settled(stage)

    assert as_text(stage) == []
    assert max(map(len, _texts(stage))) <= 4000


def _texts(stage: Stage) -> list[str]:
    return [str(call.arguments.get("text", "")) for call in stage.slack.calls]


async def test_what_people_write_to_each_other_is_text(stage: Stage) -> None:
    ann, sue = stage.cast.ann, stage.cast.sue
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    card = await acting.card_of(stage, 1)
    dialog = await opens_reply(card, sue)
    dialog.fill("Message to the client", HOSTILE)
    await dialog.submit()
    reply = await hears(stage, ann, "our page")
    await reply.press("Reply")
    answer = await ann.dialog()
    answer.fill("Your message", HOSTILE[::-1] + HOSTILE)
    await answer.submit()
    await in_thread(stage, card, "wrote to support")
    for typed in (f"note 1 {HOSTILE}", f"reply 1 {HOSTILE}", f"snooze 1 2h {HOSTILE[:200]}"):
        await triage(stage, sue, typed)
    await triage(stage, sue, f"resolve 1 {HOSTILE[:200]}")
    await triage(stage, sue, "show 1")
    await settled(stage)

    # Sue's client turns what she means by <@U0EVIL> in a command into a mention before we see it.
    assert [found for found in as_text(stage) if found != "<@U0EVIL>"] == []


@pytest.mark.parametrize("typed", ["note 1 ", "reply 1 ", "resolve 1 ", "snooze 1 2h ", "show ", "", "list "])
async def test_forty_kilobytes_are_refused_in_words(stage: Stage, typed: str) -> None:
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
    await acting.card_of(stage, 1)

    answer = await triage(stage, stage.cast.sue, typed + LONG)

    assert 10 < len(answer.words) < 4000
    assert LONG[:60] not in answer.words


async def test_a_forged_dialog_with_forty_kilobytes_is_answered(stage: Stage) -> None:
    ann = stage.cast.ann
    dialog = await acting.opens_dialog(ann)
    acting.fills(dialog, LONG, LONG, LONG)
    answered = await dialog.submit()

    assert answered.error is None
    assert set(answered.errors) == {"API Key", "API Secret", "API Passphrase"}
    assert LONG[:60] not in said(stage)


async def test_names_of_people_are_text(stage: Stage) -> None:
    """A staff member's own name is whatever they set it to, and signs what the client reads."""
    mal = stage.slack.add_person(f"{SHORT} Mallory")
    stage.slack.admin.set_usergroup(stage.usergroup, [mal, stage.cast.sue])
    await mal.joins(stage.staff_channel)
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
    await acting.card_of(stage, 1)

    await triage(stage, mal, "reply 1 hello from here")
    await hears(stage, stage.cast.ann, "hello from here")
    await settled(stage)

    assert as_text(stage) == []


async def test_no_cell_of_the_export_is_a_formula(stage: Stage) -> None:
    await uses_hostile_key(stage, stage.cast.ann)
    await acting.card_of(stage, 1)
    await triage(stage, stage.cast.sue, f"resolve 1 {HOSTILE[:200]}")
    await stage.cast.sue.command("/triage", "export", channel=stage.staff_channel)
    await stage.slack.until(lambda: any(file.content for file in stage.slack.files))

    rows = list(csv.reader(io.StringIO(stage.slack.files[0].content.decode("utf-8-sig"))))

    assert len(rows) == 2
    assert any("cmd|" in cell for cell in rows[1]), "the words themselves are there"
    assert [cell for cell in rows[1] if FORMULA.search(cell)] == []
    assert [mark for mark in CONTROLS[:3] if mark in "".join(rows[1])] == []


async def test_the_audit_in_a_terminal_obeys_nobody(stage: Stage) -> None:
    await uses_hostile_key(stage, stage.cast.ann)
    await acting.card_of(stage, 1)
    await triage(stage, stage.cast.sue, f"note 1 {HOSTILE}")

    audit = await keydesk(stage, "audit", "1")

    assert "noted:" in audit.stdout
    assert [mark for mark in CONTROLS if mark in audit.stdout] == []


async def test_the_check_in_a_terminal_obeys_nobody(stage: Stage) -> None:
    key = stage.kucoin.issue("general_only", third_party_app=APP, sub_name=SUB, is_master=False)
    where = {name: str(value) for name, value in stage.kucoin.settings.items()}

    checked = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", "check", "kucoin"],
        cwd=TOP,
        env={**os.environ, **where, "PYTHONIOENCODING": "utf-8"},
        input=f"{key.key}\n{key.secret}\n{key.passphrase}\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "our page" in checked.stdout, checked.stderr
    assert [mark for mark in CONTROLS if mark in checked.stdout] == []
    assert key.secret not in checked.stdout + checked.stderr

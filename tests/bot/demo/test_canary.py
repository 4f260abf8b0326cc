"""Before silence proves anything: a planted canary is found, in every medium and in every form."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from typing import Any

import psycopg
import pytest

from bot.columns import now
from bot.demo.canary import FORMS, HALF, Canary, marked
from bot.demo.kucoin import KuCoin, SeenRequest
from bot.demo.stage import Stage, staged
from bot.demo.workspace.records import Call
from bot.demo.written import everything_written
from bot.schema import InboxEvent, OutboxMessage
from tests.bot.slack.desk import FREE

CANARY = Canary.made()
PARTS = [name for name, _ in CANARY.written()]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_found_in_every_form_amid_other_bytes(part: str, form: str) -> None:
    text = dict(CANARY.written())[part]

    found = CANARY.found_in(b"\xff before " + FORMS[form](text) + b" after \x00")

    assert any(name.startswith(part) for name in found)


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("after", range(4))
def test_base64_is_found_whatever_stands_around_the_value(
    before: int, after: int, encode: Callable[[bytes], bytes]
) -> None:
    for name, text in CANARY.written():
        whole = encode(b"x" * before + text.encode() + b"y" * after)
        assert any(name in found for found in CANARY.found_in(whole)), name


def test_what_staff_may_see_is_no_leak() -> None:
    assert CANARY.found_in(f"{CANARY.key[:4]}…{CANARY.key[-4:]}".encode()) == []


def test_another_canary_is_not_found() -> None:
    assert Canary.made().found_in(repr(dict(CANARY.written())).encode()) == []


def test_no_half_is_short_enough_to_come_about_by_chance() -> None:
    assert HALF >= 11
    assert {len(text) for name, text in CANARY.written() if "half" in name} == {HALF}


def test_a_find_names_the_place_and_the_form_and_never_the_value() -> None:
    (line, *_) = CANARY.leaks([("log", CANARY.secret.encode())])

    assert line.startswith("log: ")
    assert CANARY.found_in(" ".join(CANARY.leaks([("log", CANARY.secret.encode())])).encode()) == []
    assert CANARY.secret not in repr(CANARY)


async def test_a_marked_key_is_one_that_the_venue_knows() -> None:
    async with KuCoin.open() as venue:
        key, canary = marked(venue, "ip_restricted")
        assert canary.passphrase == key.passphrase
        assert '"' in key.passphrase


Plant = Callable[[Stage, str], Awaitable[None]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(**FREE) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def either_stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """On SQLite, and on PostgreSQL."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    async with staged(database_url=url, **FREE) as opened:
        yield opened


async def places(stage: Stage, **more: Any) -> set[str]:
    """Where the canary is found now."""
    media = await everything_written(stage, more.get("log", ""), more.get("mails"))
    return {place for place, data in media if CANARY.found_in(data)}


async def test_nothing_is_found_where_nothing_was_planted(either_stage: Stage) -> None:
    assert await places(either_stage) == set()


async def test_it_is_found_in_the_log_and_in_an_email(stage: Stage) -> None:
    mail = base64.encodebytes(f"Dear support, {CANARY.secret}".encode())

    assert await places(stage, log=f"x {CANARY.passphrase!r}", mails=[mail]) == {"log", "mail 0"}


async def test_it_is_found_in_every_table_of_ours(either_stage: Stage) -> None:
    async with either_stage.bot.app.db.writing() as session:
        session.add(
            InboxEvent(key="a", received_at=now(), received_by="b", answer={"x": {"y": CANARY.secret}})
        )
        session.add(
            OutboxMessage(conversation="U1", kind="greeting", key=CANARY.key, created_at=now(), attempts=0)
        )

    found = await places(either_stage)
    assert any("table" in place and "inbox_event" in place for place in found)
    assert any("table" in place and "outbox_message" in place for place in found)


async def test_it_is_found_in_what_the_engine_keeps(either_stage: Stage) -> None:
    await either_stage.bot.app.engine.start("test_key", "12345")
    url, plant = str(either_stage.settings["database_url"]), "UPDATE {}workflow_status SET error = '{}'"
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(plant.format("dbos.", CANARY.secret).encode())
    else:
        with closing(sqlite3.connect(either_stage.folder / "keydesk.db.engine")) as db, db:
            db.execute(plant.format("", CANARY.secret))

    assert any("workflow_status" in place for place in await places(either_stage))


async def test_it_is_found_in_what_slack_is_told(stage: Stage) -> None:
    stage.slack.calls.append(
        Call(0.0, "views.open", {"view": {"private_metadata": CANARY.secret}}, "bot", True)
    )

    assert await places(stage) == {"Slack call views.open"}


async def test_it_is_found_in_an_answer_to_a_delivery(stage: Stage) -> None:
    ann = stage.cast.ann
    await ann.command("/test-keys")
    stage.slack.deliveries[-1].answer = {"text": f"you typed {CANARY.passphrase}"}

    assert await places(stage) == {"answer to slash_commands"}


async def test_it_is_found_in_a_file_and_in_its_name(stage: Stage) -> None:
    (stage.folder / f"dump-{CANARY.key}").write_bytes(CANARY.passphrase.encode("utf-16-le"))

    assert await places(stage) == {f"file dump-{CANARY.key}", f"name of the file dump-{CANARY.key}"}


async def test_it_is_found_in_the_name_of_a_task(stage: Stage) -> None:
    task = asyncio.create_task(asyncio.sleep(10), name=f"testing {CANARY.key}")

    assert "names of tasks" in await places(stage)
    task.cancel()


async def test_it_is_found_in_the_frames_that_faulthandler_prints(stage: Stage) -> None:
    scope: dict[str, Any] = {}
    exec(  # noqa: S102 - the name of a function is all that faulthandler prints of it
        compile("async def f(g):\n return await g()\n", f"{CANARY.key}.py", "exec"), scope
    )

    assert "faulthandler" in await scope["f"](lambda: places(stage))


async def test_it_is_found_in_what_the_venue_is_asked(stage: Stage) -> None:
    stage.kucoin.requests.append(SeenRequest(0, "spot", "GET", "/x", f"key={CANARY.key}", None, None))

    assert await places(stage) == {"request to the venue"}

"""`/readyz` says of every part whether a result can be given just now, and why not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from sqlmodel import col, select, update

from bot.app import Tempo
from bot.columns import now
from bot.demo import acting
from bot.demo.kucoin import Fault as VenueFault
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Fault
from bot.schema import Attempt, MessageState, OutboxMessage
from bot.slack import contact

SLOW_SWEEP = Tempo(pace_s=0.01, sweep_s=300.0, contact_s=300.0, farewell_s=0.2)
LONG_AGO = timedelta(minutes=3)
ALL = {"intake", "slack", "replica", "database", "tests", "messages"}


@pytest.fixture(params=["socket", "http"])
async def stage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Nothing is swept up meanwhile, and Slack is asked anew each time."""
    monkeypatch.setattr(contact, "FRESH_S", -1.0)
    async with staged(mode=request.param, tempo=SLOW_SWEEP) as opened:
        yield opened


async def asked(stage: Stage) -> tuple[int, dict[str, Any]]:
    url = f"http://127.0.0.1:{stage.bot.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.json()


async def unready(stage: Stage, part: str) -> str:
    """What is wrong with that part; all others are well."""
    status, said = await asked(stage)
    assert status == 503
    assert said.pop("ready") is False
    wrong = said.pop(part)
    assert said == dict.fromkeys(ALL - {part}, "ok")
    return str(wrong)


async def test_where_nothing_is_wrong_every_part_is_named(stage: Stage) -> None:
    assert await asked(stage) == (200, {"ready": True} | dict.fromkeys(ALL, "ok"))


@pytest.mark.parametrize("fault", [Fault.HTTP_503, Fault.DROP_BEFORE_STORE, Fault.TOKEN_REVOKED])
async def test_slack_that_does_not_take_our_calls(stage: Stage, fault: Fault) -> None:
    harmed = stage.slack.faults.add("auth.test", fault, times=None)

    assert "Slack" in await unready(stage, "slack")

    stage.slack.faults.remove(harmed)
    assert (await asked(stage))[0] == 200


async def test_sockets_of_which_none_is_connected() -> None:
    async with staged(tempo=SLOW_SWEEP) as stage:
        stage.slack.faults.add("socket", Fault.HTTP_503, times=None)
        stage.slack.disconnect_sockets()
        assert stage.bot.sockets is not None
        async with asyncio.timeout(20):
            while await stage.bot.sockets.connected():  # noqa: ASYNC110 - slack_sdk tells nobody
                await asyncio.sleep(0.02)

        assert await unready(stage, "slack") == "no socket is connected"


@pytest.mark.parametrize(("late", "ready"), [(LONG_AGO, False), (timedelta(seconds=60), True)])
async def test_the_oldest_test_that_is_not_done(stage: Stage, late: timedelta, ready: bool) -> None:
    """A doubt that waits for its next try is no trouble before that time, nor shortly after it."""
    stage.kucoin.faults.add(VenueFault.DOWN)
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("general_only"))
    await acting.gets_result(stage, stage.cast.ann)
    assert (await asked(stage))[0] == 200

    async with stage.bot.app.db.writing() as session:
        waiting = update(Attempt).where(col(Attempt.settled_at).is_(None))
        await session.exec(waiting.values(due_at=now() - late))

    if ready:
        assert (await asked(stage))[0] == 200
    else:
        assert (await unready(stage, "tests")).startswith("the oldest test has been due since 20")


async def test_the_oldest_message_that_is_not_out(stage: Stage) -> None:
    async with stage.bot.app.db.writing() as session:
        session.add(said(stage, "1", now() - timedelta(seconds=60)))
    assert (await asked(stage))[0] == 200

    async with stage.bot.app.db.writing() as session:
        row = (await session.exec(select(OutboxMessage))).one()
        row.created_at = now() - LONG_AGO
        session.add(row)
    assert "the oldest message has waited for 1" in await unready(stage, "messages")

    async with stage.bot.app.db.writing() as session:
        await session.exec(update(OutboxMessage).values(state=MessageState.PARKED))
    assert (await asked(stage))[0] == 200, "a restart would mend nothing"


def said(stage: Stage, key: str, at: Any) -> OutboxMessage:
    return OutboxMessage(
        conversation=stage.cast.ann.user_id, kind="invitation", key=key, payload={}, created_at=at
    )


async def test_a_lease_that_was_not_renewed(stage: Stage) -> None:
    stage.bot.app.replica._renewed -= 60.0

    assert "its lease was last renewed 6" in await unready(stage, "replica")


async def test_a_replica_that_is_stopping(stage: Stage) -> None:
    stage.bot.taking = False

    assert await unready(stage, "intake") == "stopping, nothing new is taken"

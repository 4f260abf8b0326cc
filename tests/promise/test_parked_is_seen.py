"""A message that waits for somebody: `doctor` says what to do, `/metrics` counts it, both forget it again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import pytest

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Fault, PersonKind
from bot.doctor import examined, given
from tests.bot.doctor.findings import to_mend
from tests.promise.outbox_watch import PATIENCE_S, all_said, parked
from tests.promise.test_parked import Mend, bot_put_out, channel_archived


def client_deactivated(stage: Stage) -> Mend:
    stage.slack.admin.set_kind(stage.cast.ann, PersonKind.DEACTIVATED)
    return lambda: stage.slack.admin.set_kind(stage.cast.ann, PersonKind.MEMBER)


def token_revoked(stage: Stage) -> Mend:
    revoked = stage.slack.faults.add("*", Fault.TOKEN_REVOKED, times=None)
    return lambda: stage.slack.faults.remove(revoked)


STATES = {
    "channel_not_found": bot_put_out,
    "is_archived": channel_archived,
    "user_disabled": client_deactivated,
    "token_revoked": token_revoked,
}


async def counted(stage: Stage) -> tuple[float, float]:
    """By the metrics: how many wait for somebody, and for how many seconds the oldest has."""
    url = f"http://127.0.0.1:{stage.bot.port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        lines = (await answer.text()).splitlines()
    waiting = [line for line in lines if 'state="parked"' in line]
    oldest = [line for line in lines if 'which="parked"' in line]
    assert waiting
    assert oldest
    return (sum(float(line.rpartition(" ")[2]) for line in waiting), float(oldest[0].rpartition(" ")[2]))


async def advice(stage: Stage) -> str:
    """All that the doctor says about messages that wait."""
    mending = to_mend(await examined(given(**stage.settings)))
    return "\n".join(says for name, says in mending.items() if name.startswith("to "))


@pytest.mark.parametrize("why", STATES)
async def test_it_is_seen_while_it_lasts_and_gone_when_it_is_mended(stage: Stage, why: str) -> None:
    broken: Callable[[Stage], Mend] = STATES[why]
    stage.kucoin.latency_s = 0.3
    assert await advice(stage) == ""
    assert await counted(stage) == (0.0, 0.0)
    await acting.submits(stage.cast.ann, stage.kucoin.issue("spot_trading_on"))
    mend = broken(stage)
    await parked(stage, why)

    async with asyncio.timeout(PATIENCE_S):
        # It is tried again ten times a second here, and does not wait for anybody meanwhile.
        while min(await counted(stage)) == 0.0 or f": {why}. " not in await advice(stage):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    mend()
    await acting.gets_result(stage, stage.cast.ann)
    await acting.card_of(stage, 1)
    await all_said(stage)
    assert await advice(stage) == ""
    assert await counted(stage) == (0.0, 0.0)

"""Whatever breaks on a key's path, wherever, with a text that holds the key: the key gets out nowhere.

``KEYDESK_EVERY_AWAIT=1`` tries every function that ran, which takes minutes; else those which see keys and
each third of the others are tried.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from types import FunctionType

import pytest

from bot.demo import acting
from bot.demo.canary import Canary, marked
from bot.demo.stage import Stage, staged
from bot.demo.written import everything_written
from tests.bot.journeys import sabotage
from tests.bot.journeys.flows import settled
from tests.bot.log_steps import Lines
from tests.bot.slack.desk import FREE

SHORT_S = 0.2
GROUPS = 2
"""The functions are shared out, so that the groups can run beside each other."""
EVERY = 1 if os.environ.get("KEYDESK_EVERY_AWAIT") == "1" else 3


@pytest.fixture
async def stage(lines: Lines) -> AsyncIterator[Stage]:
    async with staged(**FREE) as opened:
        yield opened


async def whole_path(stage: Stage) -> list[FunctionType]:
    """Every function that ran from the command to the result, "Test again" and "Forget my keys"."""
    trace = sabotage.Trace()
    _, canary = marked(stage.kucoin, "ip_restricted")
    with trace.on():
        await _path(stage, canary, 10)
        await settled(stage)
    ran = [function for function in trace.functions if sabotage.can_be_broken(function)]
    assert len(ran) > 100, "the path was not followed"
    return [f for place, f in enumerate(ran) if place % EVERY == 0 or sabotage.sees_keys(f.__code__)]


async def _path(stage: Stage, canary: Canary, patience_s: float) -> None:
    ann = stage.cast.ann
    before = len(acting.results(ann))
    await ann.command("/test-keys")
    dialog = await ann.dialog(patience_s)
    acting.fills(dialog, canary.key, canary.secret, canary.passphrase)
    await dialog.submit()
    await stage.slack.until(lambda: len(acting.results(ann)) > before, patience_s)
    await acting.results(ann)[-1].press("Test again")
    await acting.results(ann)[-1].press("Forget my keys")


async def _broken_path(stage: Stage, function: FunctionType) -> bool:
    """Whether it broke at all. The dialogs that were left open are closed."""
    canary_before = len(sabotage.strikes)
    with sabotage.broken(function), suppress(TimeoutError, LookupError, PermissionError, IndexError):
        _, canary = marked(stage.kucoin, "ip_restricted")
        sabotage.secret_text = " ".join(text for _, text in canary.written())
        CANARIES.append(canary)
        await _path(stage, canary, SHORT_S)
    for dialog in stage.cast.ann.dialogs:
        with suppress(LookupError):
            await dialog.close(all_of_them=True)
    return len(sabotage.strikes) > canary_before


CANARIES: list[Canary] = []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("group", range(GROUPS))
async def test_an_exception_at_any_await_tells_no_secret(stage: Stage, lines: Lines, group: int) -> None:
    functions = (await whole_path(stage))[group::GROUPS]
    CANARIES.clear()
    struck = [sabotage.name_of(f) for f in functions if await _broken_path(stage, f)]
    await asyncio.sleep(SHORT_S)
    await settled(stage)

    assert len(struck) * 2 > len(functions), "most of what ran has to run again"
    assert "Broken" in lines.getvalue(), "no exception was logged, so silence proves nothing"
    media = await everything_written(stage, lines.getvalue())
    assert [line for canary in CANARIES for line in canary.leaks(media)] == []

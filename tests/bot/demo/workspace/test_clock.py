"""Time that is wound instead of slept through, and changes that are waited for instead of polled."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.demo.workspace import Change, Workspace
from bot.demo.workspace.clock import Clock


async def test_a_sleeper_wakes_when_the_clock_is_wound_far_enough() -> None:
    clock = Clock()
    sleeping = asyncio.ensure_future(clock.sleep_until(clock.running() + 60))
    await asyncio.sleep(0)

    clock.advance(59)
    await asyncio.sleep(0)
    assert not sleeping.done()
    assert clock.sleeping == 1
    clock.advance(1)
    await sleeping

    assert clock.sleeping == 0


async def test_a_time_that_has_passed_is_not_waited_for() -> None:
    clock = Clock()
    clock.advance(5)

    await clock.sleep_until(clock.running() - 1)

    assert clock.now() - time.time() > 4


async def test_work_is_cut_off_when_its_time_is_up() -> None:
    clock = Clock()
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await never

    limited = asyncio.ensure_future(clock.within(clock.running() + 3, work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    clock.advance(3)

    with pytest.raises(TimeoutError):
        await limited
    assert never.cancelled()


async def test_work_that_ends_in_time_returns_or_raises() -> None:
    clock = Clock()

    async def works() -> int:
        return 7

    async def breaks() -> int:
        raise LookupError

    assert await clock.within(clock.running() + 3, works()) == 7
    with pytest.raises(LookupError):
        await clock.within(clock.running() + 3, breaks())
    assert clock.sleeping == 0


def test_a_clock_is_never_wound_back() -> None:
    with pytest.raises(ValueError, match="forward"):
        Clock().advance(-1)


async def test_message_stamps_follow_the_clock_and_are_never_the_same(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    general = slack.add_channel("general", members=[ann])

    first, second = await ann.says(general, "one"), await ann.says(general, "two")
    slack.clock.advance(3600)
    third = await ann.says(general, "three")

    assert first.ts < second.ts
    assert float(third.ts) - float(second.ts) >= 3600


async def test_everybody_who_listens_gets_each_change(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    general = slack.add_channel("general", members=[ann], bot=False)
    listeners = [aiter(slack.changes), aiter(slack.changes)]

    message = await ann.says(general, "a secret")

    for listener in listeners:
        change = await anext(listener)
        assert isinstance(change, Change)
        assert (change.kind, change.about) == ("message", {"channel": general.id, "ts": message.ts})
        assert "a secret" not in repr(change)


async def test_waiting_ends_with_the_first_true_value(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    general = slack.add_channel("general", members=[ann], bot=False)
    waiting = asyncio.ensure_future(slack.until(lambda: [m.text for m in ann.sees(general)]))
    await asyncio.sleep(0)

    await ann.says(general, "one")

    assert await waiting == ["one"]


async def test_waiting_in_vain_says_for_what(slack: Workspace) -> None:
    with pytest.raises(TimeoutError, match="a dialog for Ann Archer did not come within 0 s"):
        await slack.add_person("Ann Archer").dialog(timeout=0)

"""KuCoin's time is measured beside the checks, by one task that has an owner."""

from __future__ import annotations

import asyncio

import pytest

from validators.kucoin.clock import VenueClock

LOCAL_S = 1_795_305_600.0


class Sundial:
    """Measures what it is told to, when it is let."""

    def __init__(self, *offsets_ms: int | None) -> None:
        self._offsets_ms = list(offsets_ms)
        self.may_answer = asyncio.Event()
        self.asked = 0

    async def measure(self) -> int | None:
        self.asked += 1
        await self.may_answer.wait()
        return self._offsets_ms.pop(0)


def clock_of(sundial: Sundial) -> VenueClock:
    return VenueClock(sundial.measure, lambda: LOCAL_S)


async def until_settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_until_it_is_measured_our_own_time_stands() -> None:
    assert clock_of(Sundial()).now_ms() == int(LOCAL_S * 1000)


async def test_nobody_waits_for_a_measurement_in_the_background() -> None:
    sundial = Sundial(4000)
    clock = clock_of(sundial)
    clock.refresh_soon()
    assert clock.now_ms() == int(LOCAL_S * 1000)

    sundial.may_answer.set()
    await until_settled()
    assert clock.now_ms() == int(LOCAL_S * 1000) + 4000


async def test_many_checks_share_one_measurement() -> None:
    sundial = Sundial(4000)
    clock = clock_of(sundial)
    for _ in range(5):
        clock.refresh_soon()
        await until_settled()
    sundial.may_answer.set()
    waited = await asyncio.gather(*(clock.resync(0.0) for _ in range(5)))

    assert waited == [True] * 5
    assert sundial.asked == 1


async def test_a_fresh_measurement_is_not_repeated() -> None:
    sundial = Sundial(4000)
    sundial.may_answer.set()
    clock = clock_of(sundial)
    clock.refresh_soon()
    await until_settled()
    clock.refresh_soon()
    await until_settled()

    assert sundial.asked == 1


async def test_a_measurement_that_is_older_than_the_refusal_is_made_anew() -> None:
    sundial = Sundial(0, 60_000)
    sundial.may_answer.set()
    clock = clock_of(sundial)
    clock.refresh_soon()
    await until_settled()

    assert await clock.resync(since=asyncio.get_running_loop().time() + 3600) is False
    assert clock.now_ms() == int(LOCAL_S * 1000) + 60_000


async def test_a_measurement_that_fails_changes_nothing_and_is_tried_again() -> None:
    sundial = Sundial(None, 4000)
    sundial.may_answer.set()
    clock = clock_of(sundial)

    assert await clock.resync(0.0) is False
    assert clock.now_ms() == int(LOCAL_S * 1000)
    assert await clock.resync(0.0) is True
    assert clock.now_ms() == int(LOCAL_S * 1000) + 4000


async def test_one_who_gives_up_waiting_does_not_stop_the_measurement_of_the_others() -> None:
    sundial = Sundial(4000)
    clock = clock_of(sundial)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(clock.resync(0.0), 0.01)
    sundial.may_answer.set()
    await until_settled()

    assert clock.now_ms() == int(LOCAL_S * 1000) + 4000


async def test_closing_ends_the_measurement_under_way() -> None:
    sundial = Sundial(4000)
    clock = clock_of(sundial)
    clock.refresh_soon()
    await until_settled()
    await clock.aclose()

    assert [task for task in asyncio.all_tasks() if task.get_name() == "venue clock"] == []
    assert sundial.asked == 1


async def test_closing_a_clock_that_never_ran_is_nothing() -> None:
    await clock_of(Sundial()).aclose()

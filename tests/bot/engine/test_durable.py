"""The durable engine as the rest of the program sees it."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta

import pytest

from bot.columns import now
from bot.engine import StepError, Steps
from bot.engine.durable import _Lately
from tests.bot.engine.engines import Engines, until


async def nothing(subject: str, steps: Steps) -> None:
    """Work that ends at once."""


async def test_work_runs_once_however_often_it_is_started(engines: Engines) -> None:
    ran: list[str] = []

    async def greeting(subject: str, steps: Steps) -> None:
        ran.append(await steps.run("say", said, subject))

    async def said(subject: str) -> str:
        return f"hello {subject}"

    async with engines.open() as engine:
        engine.workflow("greeting", greeting)
        await engine.launch()
        begun = await asyncio.gather(*(engine.start("greeting", "a-1") for _ in range(5)))
        assert sorted(begun) == [False] * 4 + [True]
        await until(engine, "greeting", "a-1", "SUCCESS")
    async with engines.open() as restarted:
        restarted.workflow("greeting", greeting)
        await restarted.launch()
        assert not await restarted.start("greeting", "a-1")
    assert ran == ["hello a-1"]


async def test_engines_can_follow_one_another_in_a_process_and_leave_no_thread(engines: Engines) -> None:
    before = threading.active_count()
    for round_ in range(3):
        async with engines.open() as engine:
            engine.workflow("nothing", nothing)
            await engine.launch()
            assert await engine.start("nothing", f"s{round_}")
            await until(engine, "nothing", f"s{round_}", "SUCCESS")
    async with asyncio.timeout(10):
        while threading.active_count() > before:  # noqa: ASYNC110 - threads tell nobody when they end
            await asyncio.sleep(0.05)
    assert await asyncio.to_thread(lambda: "the loop's own threads still work") != ""


async def test_a_step_that_fails_is_tried_again(engines: Engines) -> None:
    calls: list[int] = []

    async def shaky() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise OSError("the wire broke")
        return len(calls)

    async def work(subject: str, steps: Steps) -> None:
        assert await steps.run("shaky", shaky, interval_s=0.01) == 3

    async with engines.open() as engine:
        engine.workflow("work", work)
        await engine.launch()
        await engine.start("work", "x")
        await until(engine, "work", "x", "SUCCESS")
    assert len(calls) == 3


async def test_work_that_cannot_go_on_is_told_by_code_and_ends(engines: Engines) -> None:
    told: list[tuple[str, str, str]] = []

    async def broken() -> None:
        raise ConnectionResetError

    async def work(subject: str, steps: Steps) -> None:
        with pytest.raises(StepError) as failed:
            await steps.run("broken", broken, attempts=2, interval_s=0.01)
        assert failed.value.step == "broken"
        raise failed.value

    async def on_failure(name: str, subject: str, code: str) -> None:
        told.append((name, subject, code))

    async with engines.open() as engine:
        engine.workflow("work", work)
        engine.on_failure(on_failure)
        await engine.launch()
        await engine.start("work", "x")
        await until(engine, "work", "x", "SUCCESS")
        assert await engine.failed() == []
    assert told == [("work", "x", "ConnectionResetError")]


async def test_work_that_nobody_could_be_told_of_is_listed_as_failed(engines: Engines) -> None:
    async def work(subject: str, steps: Steps) -> None:
        raise KeyError(subject)

    async def on_failure(name: str, subject: str, code: str) -> None:
        raise BrokenPipeError

    async with engines.open() as engine:
        engine.workflow("work", work)
        engine.on_failure(on_failure, attempts=3, interval_s=0.001)
        await engine.launch()
        await engine.start("work", "x")
        await until(engine, "work", "x", "ERROR")
        (failed,) = await engine.failed()
    assert (failed.name, failed.subject, failed.code) == ("work", "x", "BrokenPipeError")


async def test_work_may_be_started_from_within_a_step(engines: Engines) -> None:
    async with engines.open() as engine:

        async def more() -> bool:
            return await engine.start("nothing", "child")

        async def work(subject: str, steps: Steps) -> None:
            assert await steps.run("more", more)

        engine.workflow("nothing", nothing)
        engine.workflow("work", work)
        await engine.launch()
        await engine.start("work", "x")
        await until(engine, "work", "x", "SUCCESS")
        await until(engine, "nothing", "child", "SUCCESS")


async def test_many_at_once_do_not_wait_for_each_other(engines: Engines) -> None:
    gate = asyncio.Event()

    async def slow(subject: str, steps: Steps) -> None:
        await steps.run("wait", waited)

    async def waited() -> bool:
        return await gate.wait()

    async with engines.open() as engine:
        engine.workflow("slow", slow)
        engine.workflow("nothing", nothing)
        await engine.launch()
        await asyncio.gather(*(engine.start("slow", str(n)) for n in range(30)))
        await engine.start("nothing", "quick")
        await until(engine, "nothing", "quick", "SUCCESS")
        assert len(await engine.unfinished()) == 30
        gate.set()
        assert await engine.drain(30) == 0
        assert await engine.unfinished() == []


def test_only_so_much_begun_work_is_remembered() -> None:
    lately = _Lately(2)
    for one_id in ("a", "b", "b", "c"):
        lately.add(one_id)
    assert [one_id for one_id in "abc" if lately.holds(one_id)] == ["b", "c"]


async def test_draining_takes_no_more_and_cuts_off_what_lasts(engines: Engines) -> None:
    ended: list[str] = []

    async def lasting(subject: str, steps: Steps) -> None:
        await steps.run("last", asyncio.sleep, 60)
        ended.append(subject)

    async with engines.open() as engine:
        engine.workflow("lasting", lasting)
        await engine.launch()
        await engine.start("lasting", "x")
        assert await engine.drain(0.05) == 1
        assert not await engine.start("lasting", "y")
        (left,) = await engine.unfinished()
        assert (left.subject, left.state) == ("x", "PENDING")
    assert ended == []


async def test_work_of_a_period_runs_once_over_all_replicas(engines: Engines) -> None:
    ran: list[str] = []
    day = "2026-11-22"

    async def digest(period: str, steps: Steps) -> None:
        ran.append(period)

    def period(moment: datetime) -> str | None:
        assert moment.tzinfo is not None
        return day

    for _replica in range(2):
        async with engines.open() as engine:
            engine.scheduled("digest", digest, period)
            await engine.launch()
            await until(engine, "schedule:digest", day, "SUCCESS")
    assert ran == [day]


async def test_finished_work_is_deleted_but_periods_are_remembered(engines: Engines) -> None:
    async with engines.open() as engine:
        engine.workflow("nothing", nothing)
        engine.scheduled("digest", nothing, lambda moment: "2026-11-22")
        await engine.launch()
        await engine.start("nothing", "subject-of-old")
        await until(engine, "nothing", "subject-of-old", "SUCCESS")
        await until(engine, "schedule:digest", "2026-11-22", "SUCCESS")
        assert await engine.delete_finished(timedelta(days=1)) == 0
        assert "subject-of-old" in engines.everything_stored()
        assert await engine.delete_finished(timedelta(seconds=-2)) == 1
        assert "subject-of-old" not in engines.everything_stored()
        assert await engine.status("schedule:digest", "2026-11-22") == "SUCCESS"


async def test_a_loop_goes_on_after_an_exception_and_its_pulse_tells(engines: Engines) -> None:
    rounds: list[int] = []
    third = asyncio.Event()

    async def round_() -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise LookupError("private words")
        if len(rounds) == 3:
            third.set()

    async with engines.open() as engine:
        engine.every("purge", 0.01, round_)
        with pytest.raises(ValueError, match="loop purge already"):
            engine.every("purge", 1, round_)
        pulse = engine.pulses["purge"]
        async with asyncio.timeout(10):
            await third.wait()
        assert pulse.last_round_at is not None
        assert now() - pulse.last_round_at < timedelta(seconds=10)
        assert pulse.trouble is None


async def test_work_is_registered_before_the_launch_and_once(engines: Engines) -> None:
    async with engines.open() as engine:
        engine.workflow("nothing", nothing)
        with pytest.raises(ValueError, match="nothing is registered"):
            engine.workflow("nothing", nothing)
        await engine.launch()
        with pytest.raises(ValueError, match="too late"):
            engine.workflow("later", nothing)


async def test_what_a_step_returned_is_remembered_over_a_crash(engines: Engines) -> None:
    checks: list[str] = []
    reached = asyncio.Event()
    crash = asyncio.Event()

    async def check(subject: str) -> dict[str, object]:
        checks.append(subject)
        return {"verdict": "passed", "lines": [1, None, True]}

    async def tell(found: dict[str, object]) -> str:
        reached.set()
        await crash.wait()
        return str(found["verdict"])

    async def story(subject: str, steps: Steps) -> None:
        found = await steps.run("check", check, subject)
        assert await steps.run("tell", tell, found) == "passed"

    async with engines.open("first") as engine:
        engine.workflow("story", story)
        await engine.launch()
        await engine.start("story", "x")
        await reached.wait()
    crash.set()
    async with engines.open("second") as engine:
        engine.workflow("story", story)
        await engine.launch()
        assert await engine.executors() == {"first"}
        assert await engine.take_over("first") == 1
        await until(engine, "story", "x", "SUCCESS")
    assert checks == ["x"]

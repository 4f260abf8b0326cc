"""The durable engine as the rest of the program sees it."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.engine import Engine, StepError, Steps

VERSION = "1"


def opened(path: Path, executor: str = "one", version: str = VERSION) -> AbstractAsyncContextManager[Engine]:
    return Engine.open(f"sqlite:///{path}/e.engine", executor_id=executor, application_version=version)


async def until_status(engine: Engine, name: str, subject: str, wanted: str) -> None:
    async with asyncio.timeout(20):
        while await engine.status(name, subject) != wanted:  # noqa: ASYNC110 - only the tables know
            await asyncio.sleep(0.02)


async def test_work_runs_once_however_often_it_is_started(tmp_path: Path) -> None:
    ran: list[str] = []

    async def greet(subject: str, steps: Steps) -> None:
        ran.append(await steps.run("say", said, subject))

    async def said(subject: str) -> str:
        return f"hello {subject}"

    async with opened(tmp_path) as engine:
        engine.workflow("greet", greet)
        await engine.launch()
        assert await engine.start("greet", "a-1")
        assert not await engine.start("greet", "a-1")
        await until_status(engine, "greet", "a-1", "SUCCESS")
        assert not await engine.start("greet", "a-1")
    assert ran == ["hello a-1"]


async def test_an_engine_can_follow_another_in_the_same_process(tmp_path: Path) -> None:
    for round_ in range(3):
        async with opened(tmp_path, f"e{round_}") as engine:
            engine.workflow("nothing", nothing)
            await engine.launch()
            assert await engine.start("nothing", f"s{round_}")
            await until_status(engine, "nothing", f"s{round_}", "SUCCESS")


async def nothing(subject: str, steps: Steps) -> None:
    pass


async def test_a_step_that_fails_is_tried_again(tmp_path: Path) -> None:
    calls: list[int] = []

    async def shaky() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise OSError("the wire broke")
        return len(calls)

    async def work(subject: str, steps: Steps) -> None:
        assert await steps.run("shaky", shaky, interval_s=0.01) == 3

    async with opened(tmp_path) as engine:
        engine.workflow("work", work)
        await engine.launch()
        await engine.start("work", "x")
        await until_status(engine, "work", "x", "SUCCESS")


async def test_failing_work_is_told_by_code_and_ends(tmp_path: Path) -> None:
    told: list[tuple[str, str, str]] = []

    async def broken() -> None:
        raise ConnectionResetError("secret-text")

    async def work(subject: str, steps: Steps) -> None:
        with pytest.raises(StepError) as failed:
            await steps.run("broken", broken, attempts=2, interval_s=0.01)
        assert failed.value.code == "ConnectionResetError"
        raise failed.value

    async def on_failure(name: str, subject: str, code: str) -> None:
        told.append((name, subject, code))

    async with opened(tmp_path) as engine:
        engine.workflow("work", work)
        engine.on_failure(on_failure)
        await engine.launch()
        await engine.start("work", "x")
        await until_status(engine, "work", "x", "SUCCESS")
    assert told == [("work", "x", "ConnectionResetError")]
    assert b"secret-text" not in everything_in(tmp_path)


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))

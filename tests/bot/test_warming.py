"""The first client finds the way to the exchange ready; a start waits for no exchange and fails for none."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage, staged
from bot.warming import warming
from tests.bot.log_steps import Lines
from validators.diagnosis import Cause, Diagnosis
from validators.exchange import Credentials, Reachability


class Venue:
    """An exchange that answers, raises, or never does either."""

    def __init__(self, answer: list[Reachability] | Exception | None) -> None:
        self.answer, self.asked, self.dropped = answer, asyncio.Event(), False

    async def check(self, credentials: Credentials, account: str) -> Diagnosis:
        raise NotImplementedError

    async def reachability(self) -> list[Reachability]:
        self.asked.set()
        if self.answer is None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.dropped = True
                raise
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or []


async def test_an_exchange_that_never_answers_holds_up_neither_the_start_nor_the_end() -> None:
    silent = Venue(None)
    began = time.monotonic()
    async with warming({"silent": silent}):
        await asyncio.wait_for(silent.asked.wait(), 10)

    assert silent.dropped
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (RuntimeError("key=6705f5c311545b000157d3eb"), ["not_warm"]),
        ([Reachability("api.example", trouble="No answer.", cause=Cause.VENUE_DOWN)], ["not_reached"]),
        ([Reachability("api.example", offset_ms=0)], []),
    ],
)
async def test_what_fails_is_a_line_in_the_log_and_nothing_else(
    answer: list[Reachability] | Exception, told: list[str], lines: Lines
) -> None:
    venue = Venue(answer)
    async with warming({"one": venue}):
        await venue.asked.wait()
        await asyncio.sleep(0)

    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["event"] for line in written] == told
    assert "6705f5c3" not in lines.getvalue()


async def test_the_exchange_is_asked_before_the_first_client_comes() -> None:
    async with staged() as stage:
        await reads(stage)
        assert {seen.key_id for seen in stage.kucoin.requests} == {None}, "no key is needed for it"


async def test_a_start_while_the_exchange_is_down_goes_well_and_clients_are_told() -> None:
    async with staged(start=False) as stage:
        stage.kucoin.faults.add(Fault.DOWN)
        await stage.start()
        await acting.checks_key(stage.cast.ann, stage.kucoin.issue("general_only"))

        assert "Could not tell" in (await acting.gets_result(stage, stage.cast.ann)).text


async def reads(stage: Stage) -> None:
    async with asyncio.timeout(30):
        while not stage.kucoin.requests:  # noqa: ASYNC110 - the exchange tells nobody that it was asked
            await asyncio.sleep(0.01)

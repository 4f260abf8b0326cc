"""A stop ends in time although the database is away, and what was promised is told after the next start."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psutil
import pytest

from bot.demo import acting
from bot.serving import CLOSE_S, EXIT_OK
from tests import postgres_server
from tests.postgres_server import Server
from tests.promise.axe import Axe, axed

DRAIN_S, FAREWELL_S = 1.0, 0.5
LIMIT_S = DRAIN_S + 2 * FAREWELL_S + CLOSE_S
SLOW_MACHINE_S = 10.0


@pytest.fixture
def own_server(postgres_server_port: int) -> Iterator[Server]:
    """A PostgreSQL that this test may stop: the other one is everybody's."""
    with postgres_server.running() as server:
        yield server


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """It is gone, and its port refuses."""
    server.stop()
    yield
    server.start()


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """Every connection stays open and nothing answers, as when the network between is cut."""
    family = psutil.Process(server.keeper.pid).children(recursive=True)
    processes = [process for process in family if process.name() == "postgres"]
    assert processes
    for process in processes:
        process.suspend()
    yield
    for process in processes:
        process.resume()


async def a_test_in_flight(axe: Axe) -> None:
    axe.stage.kucoin.latency_s = 0.5
    await acting.submits(axe.stage.cast.ann, axe.stage.kucoin.issue("ip_restricted"))
    assert "Testing…" in axe.stage.cast.ann.dialogs[-1].words


async def stopped_in_time(axe: Axe) -> None:
    # Long enough for the check to end, and for its result to be waiting for the database.
    await asyncio.sleep(1.5)
    began = time.monotonic()
    assert await axe.kill(0, signal.SIGTERM) == EXIT_OK
    assert time.monotonic() - began < LIMIT_S + SLOW_MACHINE_S


async def the_result_comes_after_a_start(axe: Axe) -> None:
    ann = axe.stage.cast.ann
    axe.stage.kucoin.latency_s = 0.0
    await axe.start()
    await axe.stage.slack.until(lambda: acting.results(ann), timeout=60)
    await acting.card_of(axe.stage, 1)
    assert len(acting.results(ann)) == len(acting.cards(axe.stage)) == 1


@pytest.mark.postgres
@pytest.mark.timeout(200)
@pytest.mark.parametrize("away", [stopped, frozen])
async def test_a_stop_without_postgres_ends_in_time_and_the_result_comes_later(
    own_server: Server, away: Callable[[Server], AbstractContextManager[None]]
) -> None:
    with postgres_server.fresh_database(own_server.port) as url:
        async with axed(url, "http", drain_s=DRAIN_S, farewell_s=FAREWELL_S) as axe:
            await axe.start()
            await a_test_in_flight(axe)
            with away(own_server):
                await stopped_in_time(axe)

            await the_result_comes_after_a_start(axe)


@pytest.mark.timeout(200)
async def test_a_stop_while_somebody_holds_the_engines_file_ends_in_time(tmp_path: Path) -> None:
    path = tmp_path / "keydesk.db"
    async with axed(f"sqlite:///{path}", drain_s=DRAIN_S, farewell_s=FAREWELL_S) as axe:
        await axe.start()
        await a_test_in_flight(axe)
        with closing(sqlite3.connect(f"{path}.engine", isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            await stopped_in_time(axe)
            holder.execute("ROLLBACK")

        await the_result_comes_after_a_start(axe)

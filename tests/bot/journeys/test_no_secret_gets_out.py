"""No key, secret or passphrase leaves by any way but to the exchange: searched in every byte we write.

`tests/bot/demo/test_canary.py` proves that a planted one would be found.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from aiosmtpd.smtp import SMTP
from pydantic import SecretStr

from bot.demo.canary import Canary
from bot.demo.stage import Stage, staged
from bot.demo.written import everything_written
from bot.log import get_logger
from tests.bot.journeys.flows import FLOWS, fails, passes, settled
from tests.bot.log_steps import Lines
from tests.bot.mail.postbox import Postbox
from tests.bot.slack.desk import FREE


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def smtp_url(postbox: Postbox) -> AsyncIterator[SecretStr]:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        server = await loop.create_server(lambda: SMTP(postbox, enable_SMTPUTF8=True), "127.0.0.1", 0)
        await stack.enter_async_context(server)
        yield SecretStr(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")


@pytest.fixture
def another(lines: Lines) -> Iterator[Lines]:
    """What a handler writes that somebody else adds to the root, of a tracing library for instance."""
    stream = Lines()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
async def stage(lines: Lines, smtp_url: SecretStr) -> AsyncIterator[Stage]:
    """Everything is logged, and debugging is asked for everywhere."""
    async with staged(**FREE, smtp_url=smtp_url, log_level="DEBUG") as opened:
        yield opened


async def leaks(stage: Stage, lines: Lines, postbox: Postbox, canaries: list[Canary]) -> list[str]:
    """Where any of them was found, running and after a stop."""
    assert canaries
    await settled(stage)
    assert lines.getvalue().count("\n"), "nothing was logged, so silence proves nothing"
    media = await everything_written(stage, lines.getvalue(), postbox.raw)
    assert sum(len(data) for _, data in media) > 10_000, "nothing was written, so silence proves nothing"
    return [line for canary in canaries for line in canary.leaks(media)]


@pytest.mark.parametrize("flow", FLOWS)
async def test_nothing_gets_out_when_a_key(
    stage: Stage, lines: Lines, another: Lines, postbox: Postbox, flow: str
) -> None:
    canaries = await FLOWS[flow](stage)

    assert await leaks(stage, lines, postbox, canaries) == []
    assert another.getvalue() or flow == "is_misshapen", "nothing was heard, so silence proves nothing"
    assert [line for one in canaries for line in one.leaks([("log", another.getvalue().encode())])] == []


async def test_nothing_gets_out_where_asyncio_is_being_debugged(
    stage: Stage, lines: Lines, postbox: Postbox
) -> None:
    """PYTHONASYNCIODEBUG=1: every step that takes long is written down, with what it was about."""
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = 0.0
    loop.set_debug(True)
    try:
        canaries = [canary for flow in (passes, fails) for canary in await flow(stage)]
    finally:
        loop.set_debug(False)

    assert "Executing" in lines.getvalue(), "nothing was slow, so silence proves nothing"
    assert await leaks(stage, lines, postbox, canaries) == []


@pytest.mark.postgres
async def test_nothing_gets_out_on_postgresql_over_http_with_two_replicas(
    lines: Lines, smtp_url: SecretStr, postbox: Postbox, postgres_url: str
) -> None:
    async with staged(
        mode="http", database_url=postgres_url, start=False, smtp_url=smtp_url, **FREE
    ) as stage:
        await stage.start(replicas=2)
        canaries = [canary for flow in (passes, fails) for canary in await flow(stage)]

        assert await leaks(stage, lines, postbox, canaries) == []
        assert postbox.raw, "no mail was sent, so its silence proves nothing"


async def test_a_crash_of_the_process_prints_no_secret(lines: Lines) -> None:
    canary = Canary.made()

    def crash(key: str, secret: SecretStr) -> None:
        raise ValueError(f"cannot use {key}: {secret.get_secret_value()}")

    try:
        crash(canary.key, SecretStr(canary.secret))
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
        get_logger("bot").exception("control", passphrase=canary.passphrase)

    assert "ValueError" in lines.getvalue()
    assert "control" in lines.getvalue()
    assert canary.leaks([("log", lines.getvalue().encode())]) == []

"""However Slack fails to say where a card is: the mail about its case goes out, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP
from pydantic import SecretStr

from bot.demo import acting
from bot.demo.stage import Stage, staged
from tests.bot.mail.postbox import Postbox
from tests.promise.outbox_watch import all_said
from tests.promise.slack_harm import HARMS, IMPATIENT, WAIT_S, Harm

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def postbox() -> Postbox:
    return Postbox()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(postbox: Postbox) -> AsyncIterator[Stage]:
    """One for all, with a mail server on this machine."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postbox, enable_SMTPUTF8=True), "127.0.0.1", 0)
    url = SecretStr(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with (
        server,
        staged(tempo=IMPATIENT, tests_per_hour=1000, keys_per_hour=1000, smtp_url=url) as opened,
    ):
        opened.slack.rate_limits = False
        yield opened


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_the_mail_goes_out_once_with_or_without_a_link(
    stage: Stage, postbox: Postbox, how: Harm
) -> None:
    before = len(postbox.messages)
    how.strike(stage, "chat.getPermalink")
    client = stage.slack.add_person(f"Client {len(stage.slack.people)}")

    await acting.submits(client, stage.kucoin.issue("spot_trading_on"))
    await acting.gets_result(stage, client)
    async with asyncio.timeout(WAIT_S):
        while len(postbox.messages) == before:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.02)
    await all_said(stage)

    assert len(postbox.messages) == before + 1
    assert "needs support" in postbox.messages[-1]["Subject"]
    assert any(call.method == "chat.getPermalink" for call in stage.slack.calls)

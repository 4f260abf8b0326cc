"""However Slack fails what is left: files, invitations, answers in place, sockets, whether it is there."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import func, select

from bot.case_queries import PAGE
from bot.demo.stage import Stage, staged
from bot.demo.workspace import ChannelRecord, Message, Workspace
from bot.schema import Case
from bot.slack.greeting import INVITATION
from bot.slack.sockets import CONNECTIONS, Sockets
from tests.bot.slack.desk import given_cases, private, triage
from tests.promise.outbox_watch import all_said
from tests.promise.slack_harm import HARMS, IMPATIENT, WAIT_S, Harm
from tests.test_manifest_and_code import methods_in, methods_of_client

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = Path(__file__).parent
BOT = HERE.parents[1] / "bot"
ASKED_BY_THE_DOCTOR_ALONE = {"usergroups.list"}
"""It runs beside the bot and collects what is wrong: `tests/bot/doctor`."""
SOCKET_APP = {
    "settings": {"socket_mode_enabled": True},
    "oauth_config": {"scopes": {"bot": ["commands"]}},
}
NEXT, BACK = f"Next {PAGE}", f"Previous {PAGE}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """One for all."""
    async with staged(tempo=IMPATIENT, tests_per_hour=1000, keys_per_hour=1000) as opened:
        opened.slack.rate_limits = False
        yield opened


def invitations(stage: Stage, channel: ChannelRecord) -> list[Message]:
    return [message for message in stage.cast.ann.sees(channel) if INVITATION in message.words]


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_an_invitation_is_posted_once_or_what_is_wrong_is_told(stage: Stage, how: Harm) -> None:
    stage.slack.faults.clear()
    before = len(invitations(stage, stage.general))
    how.strike(stage, "conversations.info")

    answer = await triage(stage, stage.cast.sue, "invite", stage.general)
    await all_said(stage)

    assert "Posted." in answer.words, "the bot is in this channel, whatever Slack says of it just now"
    assert len(invitations(stage, stage.general)) == before + 1


@pytest.mark.parametrize("how", HARMS, ids=str)
@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "files.completeUploadExternal", "conversations.open"]
)
async def test_a_file_arrives_or_the_asker_is_told_to_try_again(stage: Stage, method: str, how: Harm) -> None:
    stage.slack.faults.clear()
    how.strike(stage, method)

    first = await triage(stage, stage.cast.sue, "export")
    assert "file in your direct messages" in first.words or "Please try again" in first.words

    again = await triage(stage, stage.cast.sue, "export")
    assert "file in your direct messages" in again.words


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_the_next_page_is_shown_in_place_or_as_a_new_answer(stage: Stage, how: Harm) -> None:
    """The list of cases is turned by a button, and changed by its `response_url` alone."""
    stage.slack.faults.clear()
    sue = stage.cast.sue
    await cases_for_two_pages(stage)
    shown = await triage(stage, sue, "list all")
    count = len(private(sue, stage.staff_channel))
    how.strike(stage, "response_url")

    await shown.press(NEXT, by=sue)

    def turned() -> bool:
        answers = private(sue, stage.staff_channel)
        return BACK in shown.buttons or (len(answers) > count and BACK in answers[-1].buttons)

    await stage.slack.until(turned, WAIT_S)


async def cases_for_two_pages(stage: Stage) -> None:
    async with stage.bot.app.db.reading() as session:
        there = (await session.exec(select(func.count()).select_from(Case))).one()
    if there == 0:
        await given_cases(stage, 2 * PAGE)


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_readiness_says_it_while_it_lasts_and_forgets_it(stage: Stage, how: Harm) -> None:
    stage.slack.faults.clear()
    contact = stage.bot.app.contact
    how.strike(stage, "auth.test")

    await contact.look()
    trouble = contact.trouble
    await contact.look()

    assert (trouble is not None) is (how.fault is not HARMS[2].fault), "too many questions are no trouble"
    assert contact.trouble is None
    assert not contact.unreachable.is_set()


@pytest.mark.parametrize("how", HARMS, ids=str)
async def test_sockets_come_back_however_slack_fails_to_give_an_address(how: Harm) -> None:
    async with Workspace.open() as slack:
        slack.install(SOCKET_APP)
        slack.rate_limits = False
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, timeout=1)
        app = AsyncApp(client=client, request_verification_enabled=False)
        sockets = Sockets(app, slack.app_token, ping_interval_s=0.1)
        await sockets.open()
        await connected(sockets)
        slack.faults.add("apps.connections.open", how.fault, 2, retry_after=1, stored=how.stored)
        slack.disconnect_sockets()

        await connected(sockets)
        await sockets.close()


async def connected(sockets: Sockets) -> None:
    async with asyncio.timeout(30):
        while await sockets.connected() != CONNECTIONS:  # noqa: ASYNC110 - slack_sdk tells nobody
            await asyncio.sleep(0.02)


async def test_every_method_that_the_bot_calls_is_struck_in_every_way() -> None:
    client = methods_of_client()
    called: set[str] = set()
    for path in BOT.rglob("*.py"):
        if "demo" not in path.relative_to(BOT).parts:
            called |= methods_in(path.read_text(encoding="utf-8"), client)
    struck: set[str] = set()
    for path in HERE.glob("test_slack_faults*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        struck |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}  # type: ignore[misc]

    assert {"chat.postMessage", "views.open"} <= called, "nothing was found, so none missing proves nothing"
    assert called - struck - ASKED_BY_THE_DOCTOR_ALONE == set()

"""A start that cannot keep the promise stops at once, and names what is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.stage import MANIFEST
from bot.demo.workspace import ChannelRecord, Fault, Workspace
from bot.slack.preflight import NEEDED_SCOPES, CannotStart, Identity, NotNow, preflight

Preflight = Callable[..., Awaitable[Identity]]


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace.open() as opened:
        opened.install(manifest())
        yield opened


def manifest(without: str = "") -> dict[str, Any]:
    """Ours; less a scope, and then less what Slack grants only with it."""
    told: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    scopes = told["oauth_config"]["scopes"]
    if without:
        del told["features"], told["settings"]["event_subscriptions"]
    for kind in scopes:
        scopes[kind] = [scope for scope in scopes[kind] if scope != without]
    return told


@pytest.fixture
def desk(slack: Workspace) -> ChannelRecord:
    return slack.add_channel("support", private=True)


@pytest.fixture
async def preflown(slack: Workspace, desk: ChannelRecord) -> AsyncIterator[Preflight]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.5)) as session:

        async def fly(
            token: str | None = None, app_token: str | None = None, channel: str | None = None
        ) -> Identity:
            client = AsyncWebClient(
                token or slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
            )
            return await preflight(client, app_token or slack.app_token, channel or desk.id, "S1")

        yield fly


async def test_a_right_set_up_is_told_who_we_are(slack: Workspace, preflown: Preflight) -> None:
    identity = await preflown()

    assert (identity.team_id, identity.bot_user_id) == (slack.team_id, slack.bot_user_id)
    assert identity.scopes >= set(NEEDED_SCOPES)


@pytest.mark.parametrize("scope", [*NEEDED_SCOPES, "usergroups:read", "groups:read", "groups:history"])
async def test_a_missing_scope_is_named(slack: Workspace, preflown: Preflight, scope: str) -> None:
    slack.install(manifest(without=scope))
    with pytest.raises(CannotStart) as told:
        await preflown()
    assert f"lacks the scope {scope}" in str(told.value)
    assert "install the app again" in str(told.value)

    slack.install(manifest())
    await preflown()


@pytest.mark.parametrize(
    ("token", "setting"), [("token", "SLACK_BOT_TOKEN"), ("app_token", "SLACK_APP_TOKEN")]
)
async def test_a_wrong_token_is_named_by_its_setting_and_not_shown(
    preflown: Preflight, token: str, setting: str
) -> None:
    wrong = "xoxb-made-up" if token == "token" else "xapp-made-up"
    with pytest.raises(CannotStart) as told:
        await preflown(**{token: wrong})
    assert setting in str(told.value)
    assert "made-up" not in str(told.value)
    assert not isinstance(told.value, NotNow)


async def test_a_staff_channel_that_another_company_reads_stops_the_start(
    slack: Workspace, preflown: Preflight
) -> None:
    shared = slack.add_channel("shared", ext_shared=True)
    with pytest.raises(CannotStart, match="shared with another company"):
        await preflown(channel=shared.id)


@pytest.mark.parametrize("channel", ["C00000000", "none_of_ours"])
async def test_a_staff_channel_that_the_bot_is_not_in_does_not_stop_it(
    slack: Workspace, preflown: Preflight, channel: str
) -> None:
    """Messages wait, `doctor` says so, and clients get their results meanwhile."""
    outside = slack.add_channel("outside", private=True, bot=False)
    await preflown(channel=outside.id if channel == "none_of_ours" else channel)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open", "conversations.info"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault.DROP_BEFORE_STORE,
        Fault.STORE_THEN_DROP,
        Fault.SLOW,
        Fault.HTTP_500,
        Fault.HTTP_503,
        Fault.HTML_200,
        Fault.RATE_LIMITED,
        Fault.INTERNAL_ERROR,
        Fault.FATAL_ERROR,
    ],
)
async def test_where_slack_has_trouble_it_is_not_now_and_nothing_is_taken_for_granted(
    slack: Workspace, preflown: Preflight, method: str, fault: Fault
) -> None:
    """Least of all that the staff channel is ours alone."""
    # Twice, for aiohttp by itself repeats a GET whose connection broke.
    slack.faults.add(method, fault, times=2)
    with pytest.raises(NotNow) as told:
        await preflown()
    assert "Slack is busy just now" in str(told.value) or "Slack cannot be reached" in str(told.value)

    slack.faults.clear()
    await preflown()

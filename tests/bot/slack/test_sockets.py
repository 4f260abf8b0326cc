"""Two connections that heal by themselves, and a process that ends where Slack stays away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Fault, Shown, Workspace
from bot.slack.sockets import CONNECTIONS, DEAF_AFTER_S, GIVE_UP_AFTER_S, LOOK_EVERY_S, Sockets

COMMAND = {
    "display_information": {"name": "keydesk"},
    "features": {"bot_user": {"display_name": "keydesk"}, "slash_commands": [{"command": "/hello"}]},
    "oauth_config": {"scopes": {"bot": ["commands"]}},
    "settings": {"socket_mode_enabled": True},
}


class Clock:
    """Moves only when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace.open() as opened:
        opened.install(COMMAND)
        opened.rate_limits = False
        yield opened


@pytest.fixture
def app(slack: Workspace) -> AsyncApp:
    app = AsyncApp(
        client=AsyncWebClient(slack.bot_token, base_url=slack.api_url), request_verification_enabled=False
    )

    @app.command("/hello")
    async def hello(ack: Callable[..., object]) -> None:
        await ack("heard")  # type: ignore[misc]

    return app


@asynccontextmanager
async def sockets_of(slack: Workspace, app: AsyncApp, clock: Clock, **more: float) -> AsyncIterator[Sockets]:
    sockets = Sockets(app, slack.app_token, ping_interval_s=0.1, clock=clock)
    opening = asyncio.create_task(sockets.open(**more))
    try:
        await asyncio.wait({opening}, timeout=10)
        yield sockets
    finally:
        opening.cancel()
        await sockets.close()


async def hears(slack: Workspace) -> Shown:
    return await slack.add_person("Ann").command("/hello")


async def connected(sockets: Sockets, count: int) -> None:
    async with asyncio.timeout(20):
        while await sockets.connected() != count:  # noqa: ASYNC110 - slack_sdk tells nobody
            await asyncio.sleep(0.02)


async def test_there_are_two_connections_and_each_hears(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    async with sockets_of(slack, app, clock) as sockets:
        await connected(sockets, CONNECTIONS)
        assert slack.sockets == CONNECTIONS == 2
        for _ in range(4):
            assert (await hears(slack)).text == "heard"


async def test_the_second_comes_later_so_that_slack_refreshes_them_at_other_times(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    async with sockets_of(slack, app, clock, stagger_s=300.0) as sockets:
        assert await sockets.connected() == 1
        assert slack.sockets == 1
        assert (await hears(slack)).text == "heard"


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "abrupt", "too_many_websockets"])
async def test_while_one_is_renewed_the_other_hears(
    slack: Workspace, app: AsyncApp, clock: Clock, reason: str
) -> None:
    async with sockets_of(slack, app, clock) as sockets:
        await connected(sockets, CONNECTIONS)
        first = slack._core.sockets.sockets[0]
        goodbye = slack._core.sockets.disconnect(first, reason)
        if goodbye is not None:
            task = slack._core.courier.background(goodbye)
            while not (task.done() or slack.clock.sleeping):  # noqa: ASYNC110 - the clock tells nobody
                await asyncio.sleep(0.01)
            slack.clock.advance(11)
            await task
        assert (await hears(slack)).text == "heard"
        await slack.until(lambda: len(slack._core.sockets.sockets) == CONNECTIONS, timeout=20)
        await connected(sockets, CONNECTIONS)
        assert (await hears(slack)).text == "heard"


async def gone_deaf(slack: Workspace, sockets: Sockets) -> None:
    """Both lose their connection, and the addresses they got meanwhile are stale: they try them for ever."""
    slack.faults.add("socket", Fault.HTTP_503, times=None)
    slack.disconnect_sockets()
    await slack.until(lambda: len(addresses(slack)) >= 2 * CONNECTIONS, timeout=20)
    slack._core.sockets.forget_tickets()
    slack.faults.clear()


def addresses(slack: Workspace) -> list[str]:
    return [call.method for call in slack.calls if call.method == "apps.connections.open"]


async def test_the_bug_of_the_library_is_there_and_the_watchdog_heals_it(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    """slack_sdk asks for no new address while its one-shot address fails. Should this fail, it is mended."""
    async with sockets_of(slack, app, clock) as sockets:
        await connected(sockets, CONNECTIONS)
        await gone_deaf(slack, sockets)
        asked = len(addresses(slack))
        await asyncio.sleep(1.0)
        assert await sockets.connected() == 0, "ten tries later it is still deaf"
        assert len(addresses(slack)) == asked, "and has asked for no new address"

        await sockets.look()
        clock.now += DEAF_AFTER_S
        await sockets.look()

        await connected(sockets, CONNECTIONS)
        assert sockets.healed == CONNECTIONS
        assert (await hears(slack)).text == "heard"


async def test_a_short_interruption_is_left_to_the_library(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    async with sockets_of(slack, app, clock) as sockets:
        await connected(sockets, CONNECTIONS)
        await gone_deaf(slack, sockets)
        await sockets.look()
        clock.now += DEAF_AFTER_S - 1
        await sockets.look()
        assert sockets.healed == 0


async def test_after_ten_minutes_without_slack_the_process_is_to_end(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    async with sockets_of(slack, app, clock) as sockets:
        await connected(sockets, CONNECTIONS)
        slack.faults.add("socket", Fault.HTTP_503, times=None)
        slack.disconnect_sockets()
        await connected(sockets, 0)
        for _ in range(int(GIVE_UP_AFTER_S / LOOK_EVERY_S)):
            await sockets.look()
            assert not sockets.unreachable.is_set()
            clock.now += LOOK_EVERY_S
        await sockets.look()
        assert sockets.unreachable.is_set()


async def test_one_connection_of_two_is_enough(slack: Workspace, app: AsyncApp, clock: Clock) -> None:
    async with sockets_of(slack, app, clock, stagger_s=300.0) as sockets:
        for _ in range(3):
            await sockets.look()
            clock.now += GIVE_UP_AFTER_S
        assert not sockets.unreachable.is_set()


async def test_an_interruption_that_ended_does_not_count(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    async with sockets_of(slack, app, clock) as sockets:
        await connected(sockets, CONNECTIONS)
        down = slack.faults.add("socket", Fault.HTTP_503, times=None)
        slack.disconnect_sockets()
        await connected(sockets, 0)
        await sockets.look()
        clock.now += GIVE_UP_AFTER_S - 1
        await sockets.look()
        slack.faults.remove(down)
        await connected(sockets, CONNECTIONS)
        clock.now += 2
        await sockets.look()
        slack.faults.add("socket", Fault.HTTP_503, times=None)
        slack.disconnect_sockets()
        await connected(sockets, 0)
        await sockets.look()
        assert not sockets.unreachable.is_set()


async def test_a_start_that_never_connects_ends_too(slack: Workspace, app: AsyncApp, clock: Clock) -> None:
    """slack_sdk's own connect tries for ever and says nothing."""
    slack.faults.add("socket", Fault.HTTP_503, times=None)
    sockets = Sockets(app, slack.app_token, ping_interval_s=0.1, clock=clock)
    opening = asyncio.create_task(sockets.open())
    await slack.until(lambda: len(addresses(slack)) >= 1)
    await sockets.look()
    assert not opening.done()
    clock.now += GIVE_UP_AFTER_S
    await sockets.look()
    async with asyncio.timeout(5):
        await opening
    assert sockets.unreachable.is_set()
    await sockets.close()


async def test_once_it_takes_no_more_slack_is_left_without_an_answer(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    """So that it delivers to another replica, or again."""
    async with sockets_of(slack, app, clock) as sockets:
        await connected(sockets, CONNECTIONS)
        sockets.stop_taking()
        asked = asyncio.create_task(hears(slack))
        await slack.until(lambda: slack.deliveries)
        await asyncio.sleep(0.2)
        slack.clock.advance(3)
        assert (await asked).error == "operation_timeout"


async def test_closing_twice_or_before_it_was_opened_raises_nothing(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    sockets = Sockets(app, slack.app_token, clock=clock)
    await sockets.close()
    await sockets.close()


async def test_a_connection_over_which_nothing_comes_any_more_is_replaced(
    slack: Workspace, app: AsyncApp, clock: Clock
) -> None:
    """Half open: the other end is gone, nobody has said so, and what is sent into it is lost."""
    async with sockets_of(slack, app, clock) as sockets:
        await connected(sockets, CONNECTIONS)
        before = list(slack._core.sockets.sockets)
        slack.mute_pongs = True
        await connected(sockets, 0)
        slack.mute_pongs = False

        await connected(sockets, CONNECTIONS)
        await slack.until(
            lambda: len(now := slack._core.sockets.sockets) == CONNECTIONS and not set(now) & set(before),
            timeout=20,
        )
        assert (await hears(slack)).text == "heard"

"""A workspace, and a small Bolt app of the shape that Bolt's own documentation shows, pointed at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.demo.workspace import Dialog, Person, Workspace
from tests.bot.demo.workspace.cake_app import cake_app
from tests.bot.demo.workspace.listening import BareSocket, Call, Opens, Receiver


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace.open() as workspace:
        workspace.commands = ("/hello", "/deaf")
        yield workspace


@pytest.fixture
def app(slack: Workspace) -> AsyncApp:
    return cake_app(slack)


@pytest.fixture
async def over_socket(slack: Workspace, app: AsyncApp) -> AsyncIterator[AsyncApp]:
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say
    await slack.until(lambda: slack.sockets == 1)
    yield app
    await handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say


@pytest.fixture
async def over_http(slack: Workspace, app: AsyncApp) -> AsyncIterator[AsyncApp]:
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield app
    await runner.cleanup()


@pytest.fixture(params=["over_socket", "over_http"])
def connected(request: pytest.FixtureRequest) -> AsyncApp:
    """The app, once over each transport."""
    found: AsyncApp = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def call(slack: Workspace, session: aiohttp.ClientSession) -> Call:
    """A bare Web API call, as any client could send it."""

    async def send(method: str, /, *, token: str | None = None, **arguments: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {slack.bot_token if token is None else token}"}
        async with session.post(slack.api_url + method, json=arguments, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
            return answer | {"status": response.status, "headers": response.headers}

    return send


@pytest.fixture
async def receiver(slack: Workspace) -> AsyncIterator[Receiver]:
    """A request URL that keeps what it gets and answers as the test says."""
    receiver = Receiver()
    slack.events_url = await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def wire(slack: Workspace, session: aiohttp.ClientSession, call: Call) -> AsyncIterator[BareSocket]:
    """One socket, acknowledging only what the test says."""
    socket = BareSocket(slack, session, call)
    await socket.connect()
    yield socket
    await socket.close()


@pytest.fixture
def ann(slack: Workspace) -> Person:
    return slack.add_person("Ann Archer")


@pytest.fixture
async def trigger(ann: Person, receiver: Receiver) -> Callable[[], Awaitable[str]]:
    """A fresh trigger of Ann's."""

    async def make() -> str:
        assert (await ann.shortcut("anything")).error is None
        return str(receiver.acts[-1]["trigger_id"])

    return make


@pytest.fixture
async def opens(ann: Person, call: Call, trigger: Callable[[], Awaitable[str]]) -> Opens:
    """Opens a view on Ann's screen."""

    async def make(view: dict[str, Any]) -> Dialog:
        answer = await call("views.open", trigger_id=await trigger(), view=view)
        assert answer["ok"], answer
        return await ann.dialog()

    return make

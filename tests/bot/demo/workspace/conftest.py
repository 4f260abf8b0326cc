"""A workspace, and a small Bolt app of the shape that Bolt's own documentation shows, pointed at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace.open() as workspace:
        workspace.commands = ("/hello", "/deaf")
        yield workspace


@pytest.fixture
def app(slack: Workspace) -> AsyncApp:
    """A slash command that opens a dialog, a button, a greeting: nothing of any product."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    made = AsyncApp(client=client, signing_secret=slack.signing_secret)
    made.command("/hello")(_open_dialog)
    made.shortcut("hello")(_open_dialog)
    made.action("press")(_pressed)
    made.view("order")(_ordered)
    made.event("message")(_answer)
    made.event("app_home_opened")(_publish)
    return made


DIALOG = {
    "type": "modal",
    "callback_id": "order",
    "title": {"type": "plain_text", "text": "Order a cake"},
    "submit": {"type": "plain_text", "text": "Order"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name on it"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "size",
            "label": {"type": "plain_text", "text": "Size"},
            "element": {
                "type": "radio_buttons",
                "action_id": "pick",
                "options": [
                    {"text": {"type": "plain_text", "text": "Small"}, "value": "s"},
                    {"text": {"type": "plain_text", "text": "Large"}, "value": "l"},
                ],
            },
        },
    ],
}
BUTTONS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Hello, *press* it."}},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "press",
                "value": "v1",
                "text": {"type": "plain_text", "text": "Press me"},
            }
        ],
    },
]


async def _open_dialog(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=body["trigger_id"], view=DIALOG)
    await ack()


async def _pressed(ack: Any, body: dict[str, Any], respond: Any, client: AsyncWebClient) -> None:
    await ack()
    if "response_url" in body:
        await respond("You pressed it")
    else:
        await client.chat_postMessage(channel=body["user"]["id"], text="You pressed it")


async def _ordered(ack: Any, view: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
    name = view["state"]["values"]["name"]["text"]["value"]
    if name == "bad":
        await ack(response_action="errors", errors={"name": "Not that one"})
        return
    await ack()
    size = view["state"]["values"]["size"]["pick"]["selected_option"]["value"]
    await client.chat_postMessage(channel=body["user"]["id"], text=f"A cake for {name}, size {size}")


async def _answer(event: dict[str, Any], say: Any) -> None:
    if event.get("channel_type") == "im":
        await say(text="Hello", blocks=BUTTONS)


async def _publish(event: dict[str, Any], client: AsyncWebClient) -> None:
    await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": BUTTONS})


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


Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def call(slack: Workspace) -> AsyncIterator[Call]:
    """A bare Web API call, as any client could send it."""
    async with aiohttp.ClientSession() as session:

        async def send(method: str, token: str | None = None, **arguments: Any) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {slack.bot_token if token is None else token}"}
            async with session.post(slack.api_url + method, json=arguments, headers=headers) as response:
                answer: dict[str, Any] = await response.json()
                return answer | {"status": response.status, "headers": response.headers}

        yield send

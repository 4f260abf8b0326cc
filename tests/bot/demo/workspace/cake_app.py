"""A small Bolt app of the shape that Bolt's own documentation shows: command, dialog, button, greeting."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace
from tests.bot.demo.workspace.kit import actions, button, plain, section, text_input

DIALOG = {
    "type": "modal",
    "callback_id": "order",
    "title": plain("Order a cake"),
    "submit": plain("Order"),
    "notify_on_close": True,
    "blocks": [
        text_input("Name on it", block_id="name", action_id="text"),
        {
            "type": "input",
            "block_id": "size",
            "label": plain("Size"),
            "element": {
                "type": "radio_buttons",
                "action_id": "pick",
                "options": [
                    {"text": plain("Small"), "value": "s"},
                    {"text": plain("Large"), "value": "l"},
                ],
            },
        },
    ],
}
BUTTONS = [section("Hello, *press* it."), actions(button("Press me", value="v1"))]


def cake_app(slack: Workspace) -> AsyncApp:
    """The app, pointed at this workspace."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    made = AsyncApp(client=client, signing_secret=slack.signing_secret)
    made.command("/hello")(_open_dialog)
    made.shortcut("hello")(_open_dialog)
    made.action("press")(_pressed)
    made.view("order")(_ordered)
    made.event("message")(_answer)
    made.event("app_home_opened")(_publish)
    return made


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

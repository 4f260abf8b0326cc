"""Serves a page over a small Bolt app: dialogs whose fields ask while somebody fills them in."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.page.door import Door
from bot.demo.page.listening import listening
from bot.demo.page.live import Live
from bot.demo.page.slack_routes import Pane, SlackPage
from bot.demo.workspace import Workspace
from tests.bot.demo.workspace.kit import actions, modal, plain, section

MANIFEST = {
    "features": {
        "bot_user": {"display_name": "Cake"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [{"command": "/cake"}, {"command": "/slow"}],
        "shortcuts": [{"name": "Bake this", "callback_id": "bake", "type": "message"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "files:read", "mpim:write"]}},
    "settings": {"interactivity": {"is_enabled": True}, "socket_mode_enabled": True},
}
CAKES = ("Sponge", "Spice", "Tart")
MENU = {
    "type": "external_select",
    "action_id": "one",
    "min_query_length": 2,
    "placeholder": plain("Any cake"),
}
DIALOG = modal(
    {"type": "input", "block_id": "one", "label": plain("Cake"), "element": MENU},
    {
        "type": "input",
        "block_id": "many",
        "label": plain("Toppings"),
        "element": {**MENU, "type": "multi_external_select", "action_id": "many"},
    },
    {
        "type": "input",
        "block_id": "recipe",
        "label": plain("Recipe"),
        "element": {"type": "file_input", "action_id": "recipe", "filetypes": ["txt"], "max_files": 2},
    },
)


def cake_app(slack: Workspace) -> AsyncApp:
    """The app, pointed at this workspace."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    made = AsyncApp(client=client, signing_secret=slack.signing_secret)
    made.command("/cake")(_open)
    made.command("/slow")(_never_answers(slack))
    made.shortcut("bake")(_bake)
    for action_id in ("one", "many"):
        made.options(action_id)(_offer)
    made.action("one")(_chosen)
    made.view("")(_ordered)
    return made


def _never_answers(slack: Workspace) -> Any:
    async def listener() -> None:
        slack.clock.advance(3)

    return listener


async def _open(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    await client.views_open(trigger_id=body["trigger_id"], view=DIALOG)


async def _bake(ack: Any, body: dict[str, Any], respond: Any) -> None:
    await ack()
    await respond(f"Baked from “{body['message']['text']}”.")


async def _offer(ack: Any, payload: dict[str, Any]) -> None:
    found = [cake for cake in CAKES if payload["value"].lower() in cake.lower()]
    await ack(options=[{"text": plain(cake), "value": cake.lower()} for cake in found])


async def _chosen(ack: Any, action: dict[str, Any], respond: Any) -> None:
    await ack()
    await respond(f"You chose {action['selected_option']['text']['text']}.")


async def _ordered(ack: Any, view: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    state = view["state"]["values"]
    cake = state["one"]["one"]["selected_option"]["text"]["text"]
    toppings = [one["value"] for one in state["many"]["many"]["selected_options"]]
    files = [file["name"] for file in state["recipe"]["recipe"]["files"]]
    await client.chat_postMessage(channel=body["user"]["id"], text=f"{cake}; {toppings}; {files}")


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    async with Workspace.open() as slack:
        slack.install(MANIFEST)
        mia, max_ = slack.add_person("Mia Member"), slack.add_person("Max Member")
        slack.add_channel("general", members=[mia, max_])
        app = cake_app(slack)
        handler = AsyncSocketModeHandler(app, slack.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say
        await app.client.conversations_open(users=[mia.user_id, max_.user_id])
        await app.client.chat_postMessage(
            channel=mia.user_id, text="Pick", blocks=[section("Pick one."), actions(MENU, block_id="b")]
        )
        page = SlackPage(slack, [Pane("one", "One", [mia, max_])], Live("run"))
        door = Door("t" * 43)
        async with listening(door, page.routes(), 0), page.following():
            sys.stdout.write(f"{door.address}\n")
            sys.stdout.flush()
            await stop.wait()
        await handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say


if __name__ == "__main__":
    asyncio.run(main())

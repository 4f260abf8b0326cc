"""What anything built on Bolt costs at least: an app that answers at once and does nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import yaml
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.stage import MANIFEST
from bot.demo.workspace import Workspace

DIALOG = {
    "type": "modal",
    "callback_id": "bare",
    "title": {"type": "plain_text", "text": "Bare"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "one",
            "label": {"type": "plain_text", "text": "One"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


def bare_app(client: AsyncWebClient, signing_secret: str) -> AsyncApp:
    """A command that opens a dialog, whose answer comes at once as a direct message."""
    app = AsyncApp(client=client, signing_secret=signing_secret)

    async def opens(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=DIALOG)
        await ack()

    async def answers(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text="Passed: it was nothing")

    async def nothing(ack: Any) -> None:
        await ack()

    app.command("/test-keys")(opens)
    app.view("bare")(answers)
    app.action("bench")(nothing)
    return app


@asynccontextmanager
async def bare_door(app: AsyncApp) -> AsyncIterator[str]:
    """The app behind HTTP as Bolt's documents do it; yields its request URL."""

    async def door(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    served = web.Application()
    served.router.add_post("/slack/events", door)
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def bare_workspace() -> AsyncIterator[Workspace]:
    """A workspace of its own with the bare app behind HTTP."""
    async with Workspace.open() as slack:
        slack.install(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
        slack.rate_limits = False
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        async with bare_door(bare_app(client, slack.signing_secret)) as url:
            slack.events_url = url
            yield slack

"""Serves the page: a Slack workspace, a KuCoin, and the real bot between them, all on this machine."""

from __future__ import annotations

import asyncio
import secrets
import signal
import webbrowser
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot.demo.page.child import Child
from bot.demo.page.door import Door, lasting_token
from bot.demo.page.exchange import Desk
from bot.demo.page.keydesk_routes import KeydeskRoutes
from bot.demo.page.listening import listening
from bot.demo.page.live import Live
from bot.demo.page.slack_routes import STATIC, Pane, SlackPage
from bot.demo.page.tour import Play, Tour
from bot.demo.page.training import Training
from bot.demo.stage import Stage, staged

GENEROUS = 1000
"""Who plays tests more keys in an hour than any client."""


@dataclass(slots=True)
class Demo:
    """A demo that is being served."""

    stage: Stage
    child: Child
    desk: Desk
    door: Door


async def run(out: TextIO, port: int | None, *, open_browser: bool) -> int:
    """Serve until Ctrl-C or SIGTERM; the exit code.

    Args:
        out: Where the address is told.
        port: None for the usual one, or another where that is taken; 0 for any.
    """
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        async with served(port) as demo:
            print(f"The demo is open at {demo.door.address}", file=out, flush=True)
            print("Everything in it is on this machine. End it with Ctrl-C.", file=out, flush=True)
            if open_browser:
                _open(demo.door.address)
            await stop.wait()
            print("Ending …", file=out, flush=True)
    except OSError as error:
        print(f"The demo cannot be opened: {error.strerror or error}", file=out, flush=True)
        return 1
    return 0


@asynccontextmanager
async def served(port: int | None = 0, guide: Path | None = None) -> AsyncIterator[Demo]:
    """The demo, open until the block ends.

    Args:
        guide: The words on show, where they are not the exchange's own file.

    Raises:
        OSError: the port is taken.
    """
    async with AsyncExitStack() as stack:
        playing = staged(start=False, tests_per_hour=GENEROUS, keys_per_hour=GENEROUS)
        stage = await stack.enter_async_context(playing)
        live = Live(secrets.token_hex(8))
        child = Child(stage.settings, stage.folder, lambda: live.tell("bot"))
        desk = Desk(stage.kucoin, lambda: live.tell("exchange"))
        tour = Tour(Play(stage, desk))
        page = SlackPage(stage.slack, _panes(stage), live, STATIC / "keydesk/index.html")
        own = KeydeskRoutes(child, desk, tour, live, Training(file=guide))
        door = Door(lasting_token())
        await stack.enter_async_context(listening(door, [*page.routes(), *own.routes()], port))
        await stack.enter_async_context(page.following())
        await stack.enter_async_context(own.following(stage.slack))
        stack.push_async_callback(child.stop)
        await child.start()
        yield Demo(stage, child, desk, door)


def _panes(stage: Stage) -> list[Pane]:
    cast = stage.cast
    clients = [cast.ann, cast.ben, cast.guest, cast.external, cast.stranger]
    return [
        Pane("client", "Client", clients, {cast.ann.user_id: "Archer Ltd", cast.ben.user_id: "Baker & Co"}),
        Pane("staff", "Support staff", [cast.sue, cast.sam, cast.sid]),
    ]


def _open(address: str) -> None:
    """In the person's browser, where there is one; the address was printed anyway."""
    with suppress(webbrowser.Error):
        browser = webbrowser.get()
        asyncio.get_running_loop().run_in_executor(None, browser.open, address)

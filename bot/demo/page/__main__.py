"""A workspace on this machine for any Slack app: a page to act in, and what the app must be told.

    python -m bot.demo.page manifest.yml
    python -m bot.demo.page manifest.yml --events-url http://127.0.0.1:3000/slack/events

The app is started by you, with the lines that are printed as its environment; a Bolt app takes the
address as ``WebClient(base_url=os.environ["SLACK_API_URL"])``.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
from pathlib import Path

import yaml

from bot.demo.page.door import Door, lasting_token
from bot.demo.page.listening import listening
from bot.demo.page.live import Live
from bot.demo.page.slack_routes import Pane, SlackPage
from bot.demo.workspace import PersonKind, Workspace


def main() -> None:
    """Serve until interrupted or terminated."""
    asyncio.run(serve(_arguments()))


async def serve(told: argparse.Namespace) -> None:
    """Print the environment of the app and the address of the page, then serve."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with Workspace.open() as slack:
        slack.install(yaml.safe_load(await asyncio.to_thread(told.manifest.read_text, "utf-8")))
        slack.events_url = told.events_url
        slack.rate_limits = not told.no_rate_limits
        page = SlackPage(slack, _peopled(slack), Live(secrets.token_hex(8)))
        door = Door(lasting_token())
        async with listening(door, page.routes(), told.port), page.following():
            for setting, value in _environment(slack).items():
                print(f"{setting}={value}")
            print(f"The page: {door.address}", flush=True)
            await stop.wait()


def _peopled(slack: Workspace) -> list[Pane]:
    """Somebody of each kind, so that every rule about people can be tried."""
    one, two = slack.add_person("Mia Member"), slack.add_person("Max Member")
    guest = slack.add_person("Gus Guest", kind=PersonKind.GUEST)
    external = slack.add_person("Eve External", kind=PersonKind.EXTERNAL)
    stranger = slack.add_person("Stan Stranger", kind=PersonKind.STRANGER)
    slack.add_channel("general", members=[one, two, guest])
    slack.add_channel("private", private=True, members=[one, two])
    slack.add_channel("shared", members=[one, external], ext_shared=True)
    everybody = [one, two, guest, external, stranger]
    return [Pane("one", "One", everybody), Pane("two", "Another", [two, one, guest, external, stranger])]


def _environment(slack: Workspace) -> dict[str, str]:
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.demo.page", description=__doc__)
    parser.add_argument("manifest", type=Path, help="the app's manifest, YAML or JSON")
    parser.add_argument("--events-url", help="where the app takes events; without it, Socket Mode")
    parser.add_argument("--port", type=int, help="of the page")
    parser.add_argument("--no-rate-limits", action="store_true", help="never answer 429 by itself")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""The whole play on this machine: a Slack workspace, a KuCoin, and the real keydesk between them.

The demo opens it for a person; every end-to-end test opens it for a driver that acts like one.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.app import USUAL_TEMPO, Tempo
from bot.db import Database
from bot.demo.kucoin import KuCoin
from bot.demo.workspace import ChannelRecord, Person, PersonKind, UsergroupRecord, Workspace
from bot.seal import new_key
from bot.serving import Running, running
from bot.settings import Settings
from bot.upgrading import upgraded

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@dataclass
class Cast:
    """Who is in the workspace."""

    ann: Person
    ben: Person
    guest: Person
    external: Person
    stranger: Person
    sue: Person
    sam: Person
    sid: Person


@dataclass(repr=False)
class Stage:
    """Everything on stage. `start` and `stop` are keydesk's own; the rest goes on meanwhile."""

    slack: Workspace
    kucoin: KuCoin
    cast: Cast
    staff_channel: ChannelRecord
    general: ChannelRecord
    shared: ChannelRecord
    usergroup: UsergroupRecord
    folder: Path
    settings: dict[str, Any]
    tempo: Tempo
    bots: list[Running] = field(default_factory=list)
    _stacks: list[AsyncExitStack] = field(default_factory=list)

    @property
    def bot(self) -> Running:
        return self.bots[0]

    async def start(self, replicas: int = 1, **changed: Any) -> Running:
        """Start keydesk, once or as several replicas; *changed* are settings by field name."""
        for _ in range(replicas):
            stack = AsyncExitStack()
            bot = await stack.enter_async_context(running(Settings(**(self.settings | changed)), self.tempo))
            self.bots.append(bot)
            self._stacks.append(stack)
        if self.settings["slack_mode"] == "http":
            self.slack.events_url = [f"http://127.0.0.1:{bot.port}/slack/events" for bot in self.bots]
        return self.bot

    async def stop(self) -> None:
        """Stop keydesk as SIGTERM does: drained, closed."""
        stacks, self._stacks, self.bots = self._stacks, [], []
        for stack in reversed(stacks):
            await stack.aclose()


@asynccontextmanager
async def staged(
    *,
    mode: str = "socket",
    database_url: str | None = None,
    start: bool = True,
    tempo: Tempo = USUAL_TEMPO,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """Open the stage; keydesk runs unless *start* is false. *settings* by field name."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="keydesk-"))
        slack = await stack.enter_async_context(Workspace.open())
        kucoin = await stack.enter_async_context(KuCoin.open())
        slack.install(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
        stage = _set(slack, kucoin, tempo, Path(folder))
        url = database_url or f"sqlite:///{folder}/keydesk.db"
        stage.settings |= _settings(stage, mode, url) | settings
        await _upgraded(url)
        stack.push_async_callback(stage.stop)
        if start:
            await stage.start()
        yield stage


async def _upgraded(database_url: str) -> None:
    """As the operator does once, before the first replica."""
    async with Database.open(database_url) as db:
        await upgraded(db)


def _set(slack: Workspace, kucoin: KuCoin, tempo: Tempo, folder: Path) -> Stage:
    """People of every kind, and the channels they share."""
    cast = Cast(
        ann=slack.add_person("Ann Archer"),
        ben=slack.add_person("Ben Baker"),
        guest=slack.add_person("Gus Guest", kind=PersonKind.GUEST),
        external=slack.add_person("Eve External", kind=PersonKind.EXTERNAL),
        stranger=slack.add_person("Stan Stranger", kind=PersonKind.STRANGER),
        sue=slack.add_person("Sue Support"),
        sam=slack.add_person("Sam Support"),
        sid=slack.add_person("Sid Support"),
    )
    staff = [cast.sue, cast.sam, cast.sid]
    staff_channel = slack.add_channel("support-keys", private=True, members=[*staff])
    general = slack.add_channel("general", members=[cast.ann, cast.ben, cast.guest, *staff])
    shared = slack.add_channel("client-eve", members=[cast.external, cast.sue], ext_shared=True)
    usergroup = slack.add_usergroup("support-team", members=staff)
    return Stage(slack, kucoin, cast, staff_channel, general, shared, usergroup, folder, {}, tempo)


def _settings(stage: Stage, mode: str, database_url: str) -> dict[str, Any]:
    slack = stage.slack
    return {
        "_env_file": None,
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token if mode == "socket" else None,
        "slack_signing_secret": slack.signing_secret,
        "slack_mode": mode,
        "slack_api_url": slack.api_url,
        "staff_channel": stage.staff_channel.id,
        "staff_usergroup": stage.usergroup.usergroup_id,
        "database_url": database_url,
        "secret_keys": new_key(),
        "http_port": 0,
        **{name.lower(): address for name, address in stage.kucoin.settings.items()},
    }

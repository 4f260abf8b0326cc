"""A Slack workspace on this machine: open it, put people in it, point an app at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from bot.demo.workspace.admin import Admin
from bot.demo.workspace.app_config import installed
from bot.demo.workspace.core import Core
from bot.demo.workspace.ids import new_id
from bot.demo.workspace.known import Known
from bot.demo.workspace.people import Person
from bot.demo.workspace.records import (
    FROM_ELSEWHERE,
    ChannelRecord,
    Delivery,
    PersonKind,
    UsergroupRecord,
)
from bot.demo.workspace.server import Server
from bot.demo.workspace.signed_http import SignedHttp

T = TypeVar("T")


class Workspace(Known):
    """Slack, as one app sees it; strict, and in one process."""

    def __init__(self) -> None:
        super().__init__(Core())
        self._server = Server(self._core)
        self._http = SignedHttp(lambda: self.signing_secret, lambda: self._urls)
        self._urls: list[str] = []
        self._core.courier.transport = self._core.sockets

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int = 0) -> AsyncIterator[Workspace]:
        """A workspace that listens on 127.0.0.1 until the block ends."""
        workspace = cls()
        await workspace._server.start(port)
        try:
            yield workspace
        finally:
            await workspace.close()

    async def close(self) -> None:
        """Stop listening and carrying."""
        await self._server.stop()
        await self._core.courier.close()
        await self._http.close()

    @property
    def events_url(self) -> str | list[str] | None:
        """Where the app listens over HTTP, one address or several in turn; None is Socket Mode."""
        return self._urls[0] if len(self._urls) == 1 else (self._urls or None)

    @events_url.setter
    def events_url(self, urls: str | list[str] | None) -> None:
        self._urls = [urls] if isinstance(urls, str) else list(urls or [])
        self._core.courier.transport = self._http if self._urls else self._core.sockets

    @property
    def commands(self) -> tuple[str, ...]:
        """The slash commands that exist."""
        return self._core.config.commands

    @commands.setter
    def commands(self, names: Iterable[str]) -> None:
        self._core.config.commands = tuple(names)

    @property
    def rate_limits(self) -> bool:
        """Whether Slack's rate limits are enforced."""
        return self._core.rates.enforced

    @rate_limits.setter
    def rate_limits(self, enforced: bool) -> None:
        self._core.rates.enforced = enforced

    @property
    def guests_may_use_apps(self) -> bool:
        """The admin's setting that lets multi-channel guests use commands and shortcuts."""
        return self._core.guests_may_use_apps

    @guests_may_use_apps.setter
    def guests_may_use_apps(self, allowed: bool) -> None:
        self._core.guests_may_use_apps = allowed

    @property
    def paid_plan(self) -> bool:
        """Whether the workspace has user groups."""
        return self._core.paid_plan

    @paid_plan.setter
    def paid_plan(self, paid: bool) -> None:
        self._core.paid_plan = paid

    def install(self, manifest: Mapping[str, Any], refused: Collection[str] = ()) -> None:
        """Give the app what this manifest asks for: scopes, events, commands, shortcuts, features.

        Args:
            refused: Optional scopes that are not granted.
        """
        self._core.config = installed(manifest, refused)
        self._core.world.bot.name = self._core.config.name

    @property
    def skew_s(self) -> int:
        """Seconds that the stamps of signed requests are off; apps refuse more than five minutes."""
        return self._http.skew_s

    @skew_s.setter
    def skew_s(self, seconds: int) -> None:
        self._http.skew_s = seconds

    @property
    def admin(self) -> Admin:
        """Channels, groups and accounts that change."""
        return Admin(self._core)

    def add_person(
        self,
        name: str,
        kind: PersonKind = PersonKind.MEMBER,
        team: str | None = None,
        user_id: str | None = None,
    ) -> Person:
        """Somebody new; people from elsewhere belong to another company's workspace, *team*."""
        world = self._core.world
        elsewhere = kind in FROM_ELSEWHERE
        home = world.team_called(team or "Elsewhere") if elsewhere else world.team
        return Person(self._core, world.add_user(name, kind, home, user_id))

    def add_channel(
        self,
        name: str,
        private: bool = False,
        members: Iterable[Person] = (),
        ext_shared: bool = False,
        bot: bool = True,
        channel_id: str | None = None,
    ) -> ChannelRecord:
        """A new channel; the bot is in it unless told otherwise.

        Raises:
            ValueError: somebody from elsewhere in a channel that is not shared.
        """
        people = list(members)
        if not ext_shared and any(p.record.kind in FROM_ELSEWHERE for p in people):
            raise ValueError("people from elsewhere are only in shared channels")
        ids = [person.user_id for person in people] + ([self.bot_user_id] if bot else [])
        record = ChannelRecord(channel_id or new_id("C"), name, private, ext_shared, ids)
        return self._core.world.add_channel(record)

    def add_usergroup(self, handle: str, members: Iterable[Person] = ()) -> UsergroupRecord:
        """A new user group."""
        group = UsergroupRecord(new_id("S"), handle, [person.user_id for person in members])
        self._core.world.usergroups[group.usergroup_id] = group
        return group

    async def verify_events_url(self) -> bool:
        """Ask the app's request URL for the challenge back, as Slack does when it is entered."""
        challenge = new_id("")
        payload = {"token": "verification_token", "challenge": challenge, "type": "url_verification"}
        delivery = await self._core.courier.ask("events_api", payload)
        return delivery.answer in ({"challenge": challenge}, challenge)

    async def deliver(self, kind: str, payload: dict[str, Any]) -> Delivery:
        """Any payload at all, signed and carried like Slack's own: what an attacker, or a bug, may send.

        Args:
            kind: "slash_commands", "interactive" or "events_api".
        """
        return await self._core.courier.ask(kind, payload)

    async def redeliver(self, delivery: Delivery, retry: bool = True) -> Delivery:
        """The same payload again, with or without the marks of a retry."""
        return await self._core.courier.redeliver(delivery, retry)

    def disconnect_sockets(self, reason: str = "abrupt") -> None:
        """End every socket as Slack does for that reason, or "abrupt" without a word.

        Args:
            reason: Also "refresh_requested", "warning", "link_disabled", "too_many_websockets".
        """
        hub = self._core.sockets
        for socket in list(hub.sockets):
            goodbye = hub.disconnect(socket, reason)
            if goodbye is not None:
                self._core.courier.background(goodbye)

    async def until(self, predicate: Callable[[], T], timeout: float = 10) -> T:  # noqa: ASYNC109 - part of the interface
        """Wait until *predicate* is true, asked again at each change; at most *timeout* real seconds."""
        return await self._core.changes.until(predicate, timeout)

"""Who is staff, asked of Slack at the moment of use. Fails closed.

Slack's documents: a user of another team or a guest can be a member of a channel or, in a shared
channel, look like one of ours; so membership alone never makes staff.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.log import get_logger
from bot.person import Person
from bot.refusal import Refusal
from bot.slack.reach import NO_ANSWER, word_of

log = get_logger(__name__)

T = TypeVar("T")

MEMORY_S = 10.0
"""A removed member loses the desk within this time even where Slack's event is lost."""


class AuthorityUnknown(Refusal):
    """Slack did not say who is staff, so nobody is."""


class Staff:
    """The staff of one workspace: a user group where one is set, else the staff channel's members."""

    def __init__(self, client: AsyncWebClient, team_id: str, channel: str, usergroup: str | None) -> None:
        self._client = client
        self._team_id = team_id
        self._channel = channel
        self._usergroup = usergroup
        self._members: frozenset[str] = frozenset()
        self._fresh_until = 0.0
        self._profiles: dict[str, tuple[float, dict[str, Any]]] = {}
        self._asking = asyncio.Lock()

    @property
    def usergroup(self) -> str | None:
        return self._usergroup

    async def includes(self, person: Person) -> bool:
        """Whether this person may triage, now.

        Raises:
            AuthorityUnknown: Slack could not be asked.
        """
        if person.team_id != self._team_id:
            return False
        if person.user_id not in await self.members():
            return False
        profile = await self._profile(person.user_id)
        barred = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
        return profile.get("team_id") == self._team_id and not any(profile.get(flag) for flag in barred)

    async def members(self) -> frozenset[str]:
        """User ids of the group or channel, at most `MEMORY_S` old."""
        async with self._asking:
            if time.monotonic() >= self._fresh_until:
                self._members = await self._ask(self._listed)
                self._fresh_until = time.monotonic() + MEMORY_S
            return self._members

    def forget(self) -> None:
        """Ask Slack anew at the next use: somebody joined, left or was changed."""
        self._fresh_until = 0.0
        self._profiles.clear()

    async def first_name(self, user_id: str) -> str:
        """As replies are signed; "Support" where Slack does not say."""
        try:
            profile = (await self._profile(user_id)).get("profile") or {}
        except AuthorityUnknown:
            return "Support"
        name = profile.get("first_name") or profile.get("display_name") or profile.get("real_name")
        return str(name).split()[0] if name and str(name).strip() else "Support"

    async def _listed(self) -> frozenset[str]:
        if self._usergroup:
            answer = await self._client.usergroups_users_list(usergroup=self._usergroup)
            return frozenset(answer.get("users") or [])
        members: set[str] = set()
        cursor = ""
        while True:
            page = await self._client.conversations_members(
                channel=self._channel, limit=200, **({"cursor": cursor} if cursor else {})
            )
            members.update(page.get("members") or [])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return frozenset(members)

    async def _profile(self, user_id: str) -> dict[str, Any]:
        known = self._profiles.get(user_id)
        if known is not None and known[0] > time.monotonic():
            return known[1]

        async def asked() -> dict[str, Any]:
            answer = await self._client.users_info(user=user_id)
            return dict(answer.get("user") or {})

        profile = await self._ask(asked)
        at = time.monotonic()
        self._profiles = {user: known for user, known in self._profiles.items() if known[0] > at}
        self._profiles[user_id] = (at + MEMORY_S, profile)
        return profile

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        try:
            return await question()
        except SlackApiError as error:
            log.warning("authority_unknown", error=word_of(error))
        except NO_ANSWER as error:
            log.warning("authority_unknown", error=type(error).__name__)
        raise AuthorityUnknown("Slack did not say who is staff")

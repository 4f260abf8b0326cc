"""Asks Slack who we are and what is there, and returns what it says: for `doctor`, which collects.

Nothing here raises, and nothing is changed in the workspace.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.reach import NO_ANSWER, is_passing, word_of

CALL_S = 10.0
NO_ANSWER_WORD = "no_answer"
MOST_MEMBERS = 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """What Slack said.

    Attributes:
        word: Slack's own word for what is wrong, `NO_ANSWER_WORD` where it said nothing; None for a yes.
        passing: Whether it is Slack that has trouble, and the same question may be answered in a minute.
        said: The answer of a yes.
        scopes: What the token may do, as far as Slack told.
    """

    word: str | None = None
    passing: bool = False
    said: dict[str, Any] = field(default_factory=dict, repr=False)
    scopes: frozenset[str] = frozenset()


class Lookup:
    """Questions to one workspace. Made by `Lookup.open`, which closes it as well."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    @classmethod
    @asynccontextmanager
    async def open(cls, token: SecretStr, api_url: str) -> AsyncIterator[Lookup]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_S)) as session:
            patient: list[AsyncRetryHandler] = [AsyncRateLimitErrorRetryHandler(max_retry_count=1)]
            yield cls(
                AsyncWebClient(
                    token=token.get_secret_value(), base_url=api_url, session=session, retry_handlers=patient
                )
            )

    async def ourselves(self) -> Heard:
        """Team and user of the bot token, and its scopes."""
        return await _heard(self._client.auth_test())

    async def app_token(self, token: SecretStr) -> Heard:
        """Whether a socket could be opened. The address that comes back is not used."""
        return await _heard(self._client.apps_connections_open(app_token=token.get_secret_value()))

    async def channel(self, channel_id: str) -> Heard:
        return await _heard(self._client.conversations_info(channel=channel_id))

    async def usergroups(self) -> Heard:
        """Every group, the disabled ones too."""
        return await _heard(self._client.usergroups_list(include_disabled=True))

    async def in_usergroup(self, usergroup_id: str) -> Heard:
        return await _heard(self._client.usergroups_users_list(usergroup=usergroup_id))

    async def in_channel(self, channel_id: str) -> Heard:
        """The first thousand members; more are no support team."""
        return await _heard(self._client.conversations_members(channel=channel_id, limit=MOST_MEMBERS))

    async def person(self, user_id: str) -> Heard:
        return await _heard(self._client.users_info(user=user_id))


async def _heard(call: Awaitable[Any]) -> Heard:
    try:
        answer = await call
    except SlackApiError as error:
        return Heard(word_of(error), is_passing(error))
    except NO_ANSWER:
        return Heard(NO_ANSWER_WORD)
    told = next((str(v) for name, v in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
    scopes = frozenset(scope.strip() for scope in told.split(",") if scope.strip())
    return Heard(said=dict(answer.data), scopes=scopes)

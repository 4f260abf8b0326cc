"""Nothing about a client goes to a staff channel that another company can read.

Whoever may share a channel may do so at any time, and Slack may or may not give it a new id then
(Slack's documents on Slack Connect, ``channel_id_changed``). So it is looked at before it is written to.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.log import get_logger
from bot.outbox import Parked, TryLater
from bot.slack.reach import NO_ANSWER, is_passing, retry_after_s

log = get_logger(__name__)

SHARED = "shared_with_another_company"
FRESH_S = 60.0
"""``conversations.info`` may be called some 50 times a minute (Slack's documents, tier 3)."""
AGAIN_S = 2.0


class OursAlone:
    """Looks at one channel, at most once a minute."""

    def __init__(
        self, client: AsyncWebClient, channel: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._channel, self._monotonic = client, channel, monotonic
        self._fresh_until = float("-inf")
        self._looking = asyncio.Lock()

    async def insist(self, channel: str) -> None:
        """Go on only where *channel* is another one, or this one and ours alone.

        Raises:
            Parked: it is shared with another company.
            TryLater: Slack does not say.
        """
        if channel != self._channel:
            return
        async with self._looking:
            if self._monotonic() < self._fresh_until:
                return
            if await self._is_shared():
                log.error("staff_channel_shared")
                raise Parked(SHARED)
            self._fresh_until = self._monotonic() + FRESH_S

    async def _is_shared(self) -> bool:
        try:
            answer = await self._client.conversations_info(channel=self._channel)
        except SlackApiError as error:
            if is_passing(error):
                raise TryLater(retry_after_s(error), "staff_channel_not_seen") from None
            return False  # it is gone, or we are not in it: what is posted there hears so too
        except NO_ANSWER:
            raise TryLater(AGAIN_S, "staff_channel_not_seen") from None
        return bool(answer["channel"].get("is_ext_shared"))

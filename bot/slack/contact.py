"""Whether Slack answers us and takes our token: for `/readyz`, and for a supervisor who can act.

A connected socket does not tell: Slack keeps it open for a while after a token was revoked, and in
HTTP mode there is none.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.log import get_logger
from bot.slack.reach import NO_ANSWER, answer_of, status_of

log = get_logger(__name__)

FRESH_S = 5.0
ANSWER_WITHIN_S = 4.0
GIVE_UP_AFTER_S = 600.0


class Contact:
    """Asks ``auth.test``. `unreachable` is set when Slack has not answered for ten minutes.

    Args:
        client: One without retries: the next look is the retry.
    """

    def __init__(self, client: AsyncWebClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._asking = asyncio.Lock()
        self._asked_at: float | None = None
        self._silent_since: float | None = None
        self.trouble: str | None = None
        """What is wrong, in plain words; None where nothing is."""
        self.unreachable = asyncio.Event()

    async def fresh(self) -> str | None:
        """What is wrong, as Slack says now or said in the last seconds."""
        async with self._asking:
            if self._asked_at is None or self._clock() - self._asked_at > FRESH_S:
                await self._ask()
        return self.trouble

    async def look(self) -> None:
        """Ask; and judge whether Slack has been silent for too long."""
        async with self._asking:
            await self._ask()

    async def _ask(self) -> None:
        before, (answered, trouble) = self.trouble, await self._answer()
        now = self._asked_at = self._clock()
        self.trouble = trouble
        if trouble is not None and trouble != before:
            log.warning("slack_trouble", why=trouble)
        if answered:
            self._silent_since = None
            return
        if self._silent_since is None:
            self._silent_since = now
        if now - self._silent_since >= GIVE_UP_AFTER_S:
            log.error("slack_unreachable", for_s=round(now - self._silent_since))
            self.unreachable.set()

    async def _answer(self) -> tuple[bool, str | None]:
        """Whether Slack answered at all, and what is wrong."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._client.auth_test()
        except SlackApiError as error:
            return _judged(error)
        except NO_ANSWER:
            return False, "Slack does not answer"
        return True, None


def _judged(error: SlackApiError) -> tuple[bool, str | None]:
    answered = answer_of(error)
    if answered is None:
        return False, f"Slack answers with status {status_of(error)} and nothing else"
    code = str(answered.get("error"))
    # Too many questions are no trouble of Slack's.
    return True, None if code == "ratelimited" else f"Slack refuses our token: {code}"

"""What a call to Slack comes to when it fails, with an answer and without one.

aiohttp's own errors are no OSError: a connection that the server closes under a request raises
``ServerDisconnectedError``. And what slack_sdk raises may hold no JSON: a page of a proxy, or
plain text with status 500 (measured with slack_sdk 3.47).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError

NO_ANSWER = (TimeoutError, OSError, aiohttp.ClientError)
"""How a call fails without an answer."""

PASSING = frozenset(
    {"internal_error", "fatal_error", "request_timeout", "service_unavailable", "ratelimited"}
)
"""Slack's words for trouble of its own, after which the same call may work."""
AGAIN_S = 0.05
AGAIN_AT_MOST_S = 1.0

T = TypeVar("T")


async def insisted(
    call: Callable[[], Awaitable[T]],
    within_s: float,
    also: Callable[[SlackApiError], bool] = lambda error: False,
) -> T:
    """Repeat a call that may be made twice until it works; raises its last error when the time is over.

    Args:
        also: Which other refusals pass by themselves.
    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + within_s
    wait_s = AGAIN_S
    while True:
        try:
            return await call()
        except SlackApiError as error:
            if loop.time() >= give_up or not (is_passing(error) or also(error)):
                raise
        except NO_ANSWER:
            if loop.time() >= give_up:
                raise
        await asyncio.sleep(wait_s)
        # Slack counts these calls: a hundred a minute, for all dialogs together.
        wait_s = min(AGAIN_AT_MOST_S, wait_s * 2)


def is_passing(error: SlackApiError) -> bool:
    """Whether it is Slack, or something before it, that has trouble just now."""
    return answer_of(error) is None or status_of(error) >= 500 or word_of(error) in PASSING


def answer_of(error: SlackApiError) -> dict[str, Any] | None:
    """Slack's answer as JSON; None where somebody else answered, or Slack did not speak JSON."""
    response = error.response
    answered = getattr(response, "data", response)
    return answered if isinstance(answered, dict) and answered else None


def word_of(error: SlackApiError) -> str:
    """Slack's own word for what is wrong; else the status. Never a body."""
    answered = answer_of(error) or {}
    return str(answered.get("error") or f"status {status_of(error)}")


def status_of(error: SlackApiError) -> int:
    """The HTTP status, 0 where there is none."""
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    return status if isinstance(status, int) else 0


def retry_after_s(error: SlackApiError) -> float:
    """How long Slack asks us to wait, at least a second."""
    headers = getattr(error.response, "headers", None) or {}
    told = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), "")
    return max(1.0, float(told)) if told.isascii() and told.isdigit() else 1.0

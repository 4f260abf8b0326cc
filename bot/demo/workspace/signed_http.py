"""The HTTP way to the app: signed requests, as the Events API and interactivity send them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from bot.demo.workspace.courier import Answer, NotCarriedError
from bot.demo.workspace.records import Payload


class SignedHttp:
    """Posts to the app's request URL; to several in turn."""

    name = "http"

    def __init__(self, secret: Callable[[], str], urls: Callable[[], list[str]]) -> None:
        self._secret, self._urls = secret, urls
        self._turn = 0
        self.skew_s = 0
        self._session: aiohttp.ClientSession | None = None

    async def carry(self, kind: str, payload: Payload, attempt: int, reason: str | None) -> Answer:
        """One request and its answer."""
        headers, body = self.request(kind, payload)
        if attempt and kind == "events_api":
            headers |= {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": reason or "unknown_error"}
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with self._session.post(
                self._next_url(), data=body, headers=headers, allow_redirects=False
            ) as response:
                return await _answer(response)
        except aiohttp.ClientError as problem:
            raise NotCarriedError("connection_failed") from problem

    def request(self, kind: str, payload: Payload) -> tuple[dict[str, str], bytes]:
        """Headers and body: JSON for events, forms for all else, signed with version v0."""
        if kind == "events_api":
            content_type, body = "application/json", json.dumps(payload)
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            content_type, body = "application/x-www-form-urlencoded", urlencode(form)
        stamp = str(int(time.time()) + self.skew_s)
        return {
            "content-type": content_type,
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": self._signature(stamp, body),
        }, body.encode()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _signature(self, stamp: str, body: str) -> str:
        text = f"v0:{stamp}:{body}".encode()
        return "v0=" + hmac.new(self._secret().encode(), text, hashlib.sha256).hexdigest()

    def _next_url(self) -> str:
        urls = self._urls()
        self._turn += 1
        return urls[self._turn % len(urls)]


async def _answer(response: aiohttp.ClientResponse) -> Answer:
    text = await response.text()
    no_retry = response.headers.get("x-slack-no-retry") == "1"
    if response.content_type == "application/json" and text:
        try:
            return Answer(response.status, json.loads(text), no_retry)
        except ValueError:
            return Answer(response.status, text, no_retry)
    return Answer(response.status, text or None, no_retry)

"""Where Slack's deliveries come in: each is recorded, attributed to a person, and answered.

A delivery that was seen before gets the same answer and changes nothing, whether or not it carries
retry headers. What opens a dialog is recorded while it opens: its trigger lives 3 seconds and works
once, which is a record of Slack's own. Events are acted on before they are acknowledged, for Bolt
acknowledges them by itself before a listener runs, and a crash would lose them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltError, BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.db import StorageUnavailable
from bot.inbox import First
from bot.log import capped_logger, get_logger
from bot.person import Person
from bot.slack import errors
from bot.slack.kit import Gesture, Kit, Listener, SeenBefore

log = get_logger(__name__)

ANSWER_WITHIN_S = 2.4
"""Slack waits for 3 seconds, and Bolt sends an answer up to 10 ms after it is given (measured)."""


class StillUnderway(Exception):  # noqa: N818 - no error of anybody
    """An event that was begun and, as far as we know, not ended: perhaps its replica died over it."""


class Edge:
    """Registers the conversations' listeners with Bolt, each run in the same safe way."""

    def __init__(self, kit: Kit, client: AsyncWebClient) -> None:
        self.kit = kit
        self.app = AsyncApp(
            client=client,
            name="slack_bolt.keydesk",  # the beginning of its loggers' names, by which they are capped
            logger=capped_logger("slack_bolt.keydesk"),
            request_verification_enabled=False,  # ours is in `bot.slack.web`; Bolt's logs the body
            attaching_conversation_kwargs_enabled=False,
            raise_error_for_unhandled_request=True,  # to our own words for it
        )
        self.app.error(_never_print)

    def command(self, name: str, listener: Listener, *, opens: bool = False) -> None:
        self.app.command(name)(self._acting(listener, opens))

    def shortcut(self, callback_id: str, listener: Listener, *, opens: bool = False) -> None:
        self.app.shortcut(callback_id)(self._acting(listener, opens))

    def action(self, action_id: str | re.Pattern[str], listener: Listener, *, opens: bool = False) -> None:
        self.app.action(action_id)(self._acting(listener, opens))

    def view(self, callback_id: str | re.Pattern[str], listener: Listener) -> None:
        self.app.view(callback_id)(self._acting(listener, opens=False))

    def event(self, name: str, listener: Listener) -> None:
        self.app.event(name, middleware=[self._before_answer(listener)])(_nothing_more)

    def _acting(self, listener: Listener, opens: bool) -> Callable[..., Awaitable[None]]:
        async def listen(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            gesture = _gesture(body, ack, client)
            # Bolt runs each listener in a task of its own, and keeps no hold of it.
            if task := asyncio.current_task():
                self.kit.underway.hold(task)
            late = asyncio.get_running_loop().call_later(ANSWER_WITHIN_S, self._answer_late, gesture)
            try:
                await self._run(listener, gesture, opens=opens)
            finally:
                late.cancel()

        return listen

    def _answer_late(self, gesture: Gesture) -> None:
        if not gesture.acked:
            self.kit.underway.start(errors.tell_late(gesture))

    def _before_answer(self, listener: Listener) -> Callable[..., Awaitable[Any]]:
        async def act(body: dict[str, Any], client: AsyncWebClient, next: Any) -> Any:  # noqa: A002 - Bolt's name
            gesture = _gesture(body, _no_answer, client)
            try:
                await self._run(listener, gesture, opens=False)
            except (StorageUnavailable, StillUnderway):
                # Not acknowledged, so that Slack delivers it again.
                return BoltResponse(status=503, body="")
            return await next()

        return act

    async def _run(self, listener: Listener, gesture: Gesture, *, opens: bool) -> None:
        is_event = gesture.body.get("type") == "event_callback"
        try:
            if await self._seen(gesture, opens=opens and gesture.dialog_view is None):
                return
            await listener(self.kit, gesture)
        except SeenBefore:
            await gesture.ack()
            return
        except Exception as error:
            if isinstance(error, StillUnderway) or (is_event and isinstance(error, StorageUnavailable)):
                raise
            await errors.tell(gesture, error)
        await gesture.ack()
        await self._done(gesture)

    async def _seen(self, gesture: Gesture, *, opens: bool) -> bool:
        """Whether it was acted on before, and is answered as it was then.

        What opens a dialog is being recorded meanwhile, for its trigger lives 3 seconds; `first_time` tells.
        """
        if opens:
            gesture.recording = self.kit.underway.start(self.kit.inbox.receive(gesture.key))
            return False
        seen = await self.kit.inbox.receive(gesture.key)
        if isinstance(seen, First):
            return False
        if gesture.body.get("type") == "event_callback" and not seen.done:
            raise StillUnderway
        await gesture.ack(**(seen.answer or {}))
        return True

    async def _done(self, gesture: Gesture) -> None:
        with suppress(StorageUnavailable):
            if gesture.recording is not None:
                await gesture.recording
            await self.kit.inbox.done(gesture.key, gesture.answer)


def _gesture(body: dict[str, Any], ack: Any, client: AsyncWebClient) -> Gesture:
    return Gesture(person=person_of(body), key=delivery_key(body), body=body, _ack=ack, _client=client)


def person_of(body: dict[str, Any]) -> Person:
    """Who did it, by team and user; empty ids where the payload names nobody, who is then nobody.

    In a Slack Connect channel the user's own team may differ from the team the app is in
    (Slack's documents on Slack Connect).
    """
    event = body.get("event")
    if isinstance(event, dict):
        user = event.get("user")
        user_id = user.get("id") if isinstance(user, dict) else user
        team_id = event.get("user_team") or event.get("team") or body.get("team_id")
        return Person(str(team_id or ""), str(user_id or ""))
    user = body.get("user")
    if isinstance(user, dict):
        team = body.get("team") or {}
        return Person(str(user.get("team_id") or team.get("id") or ""), str(user.get("id") or ""))
    return Person(str(body.get("team_id") or ""), str(body.get("user_id") or ""))


def delivery_key(body: dict[str, Any]) -> str:
    """What makes a delivery this one: event id, trigger id, for a dialog also view id and hash."""
    if body.get("type") == "event_callback":
        return f"event:{body.get('event_id')}"
    view = body.get("view") or {}
    if body.get("type") in ("view_submission", "view_closed"):
        # A dialog that was refused with errors comes again with the same id and hash.
        key = f"{body['type']}:{view.get('id')}:{view.get('hash')}:{body.get('trigger_id')}"
        return key[:255]
    return f"trigger:{body.get('trigger_id')}"[:255]


async def _no_answer(**_: Any) -> None:
    """An event is answered by Bolt itself."""


async def _nothing_more() -> None:
    """The event was acted on before this."""


async def _never_print(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Bolt's default prints the exception's text; ours names its class alone."""
    if isinstance(error, BoltUnhandledRequestError):
        return _not_listened_to(body)
    level = log.warning if isinstance(error, BoltError) else log.error
    level("delivery_failed", error=type(error).__name__)
    return BoltResponse(status=503, body="")


def _not_listened_to(body: dict[str, Any]) -> BoltResponse:
    """What no listener is for: Slack's word that it drops events, which is no event, and what is unknown."""
    if body.get("type") == "app_rate_limited":
        log.error("slack_drops_events", minute=body.get("minute_rate_limited"))
        return BoltResponse(status=200, body="")
    log.warning("delivery_not_listened_to")
    return BoltResponse(status=404, body="")

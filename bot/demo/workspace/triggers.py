"""Triggers that open a dialog once within three seconds, and addresses that take five answers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.demo.workspace.ids import new_digits, new_id
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.world import World

TRIGGER_LIVES_S = 3
RESPONSE_URL_LIVES_S = 30 * 60
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class Trigger:
    """What one act of a person entitles the app to.

    Attributes:
        channel_id: The conversation in which they acted, where it was one.
    """

    user_id: str
    view_id: str | None
    due: float
    channel_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where the app may answer one act of a person.

    Attributes:
        ts: The message that was pressed, if one was.
    """

    user_id: str
    channel_id: str
    ts: str | None
    due: float
    thread_ts: str | None = None
    uses: int = 0


class Triggers:
    """All that were given out (Slack docs, Handling user interaction)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}
        self.address = ""

    def issue(self, user_id: str, view_id: str | None = None, channel_id: str | None = None) -> str:
        """A new trigger id."""
        text = self._world.trigger_text()
        due = self._world.clock.running() + TRIGGER_LIVES_S
        self._triggers[text] = Trigger(user_id, view_id, due, channel_id)
        return text

    def use(self, trigger_id: str) -> Trigger:
        """The trigger, used up.

        Raises:
            SlackError: unknown, too late, or used before.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._world.clock.running() > trigger.due:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def issue_url(
        self, user_id: str, channel_id: str, ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """A new address for answers."""
        key = f"{self._world.team.team_id}/{new_digits(13)}/{new_id('').lower()}"
        due = self._world.clock.running() + RESPONSE_URL_LIVES_S
        self._urls[key] = ResponseUrl(user_id, channel_id, ts, due, thread_ts)
        return f"{self.address}/{key}"

    def use_url(self, key: str) -> ResponseUrl:
        """The address, used once more.

        Raises:
            SlackError: unknown, older than 30 minutes, or used five times.
        """
        url = self._urls.get(key)
        if url is None:
            raise SlackError("invalid_url", status=404)
        if self._world.clock.running() > url.due:
            raise SlackError("expired_url", status=404)
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url", status=404)
        url.uses += 1
        return url

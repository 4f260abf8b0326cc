"""What can be known of a workspace from outside: its ids, its people, and all that passed."""

from __future__ import annotations

from bot.demo.workspace.changes import Changes
from bot.demo.workspace.clock import Clock
from bot.demo.workspace.core import Core
from bot.demo.workspace.faults import Faults
from bot.demo.workspace.people import Person
from bot.demo.workspace.records import Call, ChannelRecord, Delivery, FileRecord, UsergroupRecord


class Known:
    """The readable side of a workspace."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def api_url(self) -> str:
        """The base address of the Web API, with its last slash."""
        return f"{self._core.base_url}/api/"

    @property
    def bot_token(self) -> str:
        """xoxb-…"""
        return self._core.tokens.bot

    @property
    def app_token(self) -> str:
        """xapp-…"""
        return self._core.tokens.app

    @property
    def signing_secret(self) -> str:
        """What requests over HTTP are signed with."""
        return self._core.tokens.signing_secret

    @property
    def team_id(self) -> str:
        """Of the workspace that installed the app."""
        return self._core.world.team.team_id

    @property
    def bot_user_id(self) -> str:
        """The bot's own account."""
        return self._core.world.bot.user_id

    @property
    def bot_id(self) -> str:
        """The bot's B… id."""
        return self._core.world.bot_id

    @property
    def app_id(self) -> str:
        """The app's A… id."""
        return self._core.world.app_id

    @property
    def clock(self) -> Clock:
        """Real time, which can be wound forward."""
        return self._core.clock

    @property
    def changes(self) -> Changes:
        """Iterate over it to get each change from now on."""
        return self._core.changes

    @property
    def faults(self) -> Faults:
        """What goes wrong on demand."""
        return self._core.faults

    @property
    def calls(self) -> list[Call]:
        """Every Web API call so far."""
        return self._core.calls

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to hand the app something, so far."""
        return self._core.courier.deliveries

    @property
    def sockets(self) -> int:
        """How many sockets are open."""
        return len(self._core.sockets.sockets)

    @property
    def events_per_hour(self) -> int:
        """How many events an hour are sent before the app is rate-limited."""
        return self._core.announce.events_per_hour

    @events_per_hour.setter
    def events_per_hour(self, count: int) -> None:
        self._core.announce.events_per_hour = count

    @property
    def events_disabled(self) -> bool:
        """Whether Slack has given the app up, because it took too few of its events."""
        return self._core.courier.health.disabled

    @property
    def events_exempt_below(self) -> int:
        """An app with fewer attempts an hour is never given up."""
        return self._core.courier.health.exempt_below

    @events_exempt_below.setter
    def events_exempt_below(self, count: int) -> None:
        self._core.courier.health.exempt_below = count

    @property
    def mute_pongs(self) -> bool:
        """Whether the workspace leaves pings unanswered."""
        return self._core.sockets.mute

    @mute_pongs.setter
    def mute_pongs(self, mute: bool) -> None:
        self._core.sockets.mute = mute

    @property
    def bad_acks(self) -> list[str]:
        """Acknowledgements that Slack would have ignored, and why."""
        return self._core.sockets.bad_acks

    def person(self, user_id: str) -> Person:
        """The person of that id."""
        return Person(self._core, self._core.world.users[user_id])

    @property
    def people(self) -> list[Person]:
        """Everybody but the app's own bot."""
        world = self._core.world
        return [Person(self._core, user) for user in world.users.values() if user is not world.bot]

    @property
    def channels(self) -> list[ChannelRecord]:
        """All channels; the app's direct messages are not among them."""
        return [channel for channel in self._core.world.channels.values() if channel.im_with is None]

    @property
    def usergroups(self) -> list[UsergroupRecord]:
        """All user groups."""
        return list(self._core.world.usergroups.values())

    @property
    def team_name(self) -> str:
        """Of the workspace that installed the app."""
        return self._core.world.team.name

    @property
    def app_name(self) -> str:
        """The name under which the app's bot is seen."""
        return self._core.world.bot.name

    @property
    def home_tab(self) -> bool:
        """Whether the app has a Home tab."""
        return self._core.config.home_tab

    @property
    def shortcuts(self) -> list[tuple[str, str]]:
        """Callback id and name of each global shortcut."""
        return self._of_kind("global")

    @property
    def message_shortcuts(self) -> list[tuple[str, str]]:
        """The same of what stands in the menu of every message."""
        return self._of_kind("message")

    def _of_kind(self, kind: str) -> list[tuple[str, str]]:
        offered = self._core.config.shortcuts or ()
        return [(one.callback_id, one.name) for one in offered if one.kind == kind]

    @property
    def files(self) -> list[FileRecord]:
        """Every uploaded file."""
        return list(self._core.world.files.values())

    def file(self, file_id: str) -> FileRecord:
        """The uploaded file of that id."""
        return self._core.world.files[file_id]

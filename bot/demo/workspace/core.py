"""The parts of one workspace, as everything inside it is handed them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.workspace.announcer import Announcer
from bot.demo.workspace.app_config import AppConfig
from bot.demo.workspace.changes import Changes
from bot.demo.workspace.clock import Clock
from bot.demo.workspace.courier import Courier, seen_by_person
from bot.demo.workspace.faults import Faults
from bot.demo.workspace.ids import new_digits, new_id
from bot.demo.workspace.payloads import Payloads
from bot.demo.workspace.rates import Rates
from bot.demo.workspace.records import Call, Delivery, Payload
from bot.demo.workspace.sockets import SocketHub
from bot.demo.workspace.stacks import Stacks
from bot.demo.workspace.triggers import Triggers
from bot.demo.workspace.world import World


def _token(kind: str) -> str:
    return f"{kind}-{new_digits(12)}-{new_digits(13)}-{new_id('').lower()}{new_id('').lower()}"


@dataclass(slots=True)
class Tokens:
    """What the app shows to prove who it is."""

    bot: str = field(default_factory=lambda: _token("xoxb"), repr=False)
    app: str = field(default_factory=lambda: _token("xapp-1"), repr=False)
    signing_secret: str = field(default_factory=lambda: new_digits(32), repr=False)
    revoked: bool = False


class Core:
    """Made once for each workspace."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.changes = Changes(self.clock.now)
        self.world = World(self.clock)
        self.config = AppConfig()
        self.tokens = Tokens()
        self.faults = Faults()
        self.rates = Rates(self.clock)
        self.calls: list[Call] = []
        self.triggers = Triggers(self.world)
        self.payloads = Payloads(self.world, self.triggers)
        self.courier = Courier(self.clock, self.changes, self.faults)
        self.sockets = SocketHub(self.clock, self.changes, self.faults, self.world.app_id)
        self.announce = Announcer(self.world, self.changes, lambda: self.config, self.courier.tell)
        self.stacks = Stacks(self.world, self.changes)
        self.base_url = ""
        self.guests_may_use_apps = False
        self.paid_plan = True

    async def interact(self, payload: Payload) -> Delivery:
        """Hand an interaction over, where the app takes any."""
        if not self.config.interactive:
            return Delivery("interactive", payload, "none", error="interactivity_disabled")
        return await self.courier.ask("interactive", payload)

    async def interaction(self, payload: Payload) -> str | None:
        """The same; the word that the person is shown when it came to nothing."""
        return seen_by_person(await self.interact(payload))

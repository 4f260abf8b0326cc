"""What is made of what: every part of the program, given the parts that it needs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.channel_lost import mail_instead
from bot.db import Database
from bot.digest import Digests
from bot.engine import Engine
from bot.hours import ALWAYS, BusinessHours
from bot.inbox import Inbox
from bot.key_settling import Settling
from bot.key_test import KeyTests, TestPolicy
from bot.outages import Outages
from bot.outbox import Delivery, Outbox, Watched
from bot.reminders import Reminders
from bot.replica import Lease
from bot.schema import OutboxMessage
from bot.settings import Settings
from bot.shredding import Shredder
from bot.slack import key_dialog, undelivered
from bot.slack.bolt_words import without_untrue_words
from bot.slack.case_mail import MailDelivery, mailer_of
from bot.slack.contact import Contact
from bot.slack.conversations import COMPOSERS, listen
from bot.slack.delivery import SlackDelivery, remember_card
from bot.slack.edge import Edge
from bot.slack.kit import Kit
from bot.slack.ours_alone import OursAlone
from bot.slack.outage_mail import OutageMailDelivery
from bot.slack.people import Staff
from bot.slack.preflight import Identity
from bot.tempo import Tempo
from bot.vault import Vault
from bot.warming import warming
from bot.witness import Witness
from validators.exchange import Exchange, KeyChecker, discover


@dataclass(frozen=True)
class App:
    """Everything, running but for the connections to Slack."""

    settings: Settings
    db: Database
    engine: Engine
    outbox: Outbox
    inbox: Inbox
    key_tests: KeyTests
    kit: Kit
    edge: Edge
    replica: Lease
    tempo: Tempo
    contact: Contact
    reminders: Reminders
    witness: Witness

    def moved(self, replica_id: str) -> None:
        """We were taken for dead and go by a new id: what goes by the old one is not ours."""
        self.outbox.replica_id = self.inbox.replica_id = replica_id


@dataclass(frozen=True)
class Ground:
    """What everything else stands on."""

    settings: Settings
    tempo: Tempo
    db: Database
    keys: Vault
    engine: Engine
    replica: Lease
    identity: Identity
    client: AsyncWebClient
    post: AsyncWebClient
    witness: Witness


async def wired(stack: AsyncExitStack, ground: Ground) -> App:
    """From the ground up: outbox, settling, tests, the conversations, what comes round."""
    deliveries: dict[str, Delivery] = {}
    outbox = _outbox(ground, deliveries)
    shredder = Shredder(ground.db)
    hours = BusinessHours.parse(ground.settings.business_hours or ALWAYS, ground.settings.time_zone)
    exchanges = discover()
    checkers = await _checkers(stack, exchanges, ground.settings.endpoints)
    settling = _settling(ground, hours, outbox, shredder)
    key_tests = KeyTests(ground.db, ground.keys, ground.engine, checkers, settling, _policy(ground.settings))
    inbox = Inbox(ground.db, ground.replica.executor_id)
    kit = _kit(ground, inbox, outbox, key_tests, exchanges, hours)
    key_tests.show = lambda attempt_id: key_dialog.show(kit, attempt_id)
    reminders = _deliver_and_remind(ground, kit, outbox, deliveries)
    without_untrue_words(logging.getLogger("slack_bolt.keydesk"))
    edge = Edge(kit, ground.client)
    listen(edge)
    for closing in (shredder.close, inbox.close, outbox.close):
        stack.push_async_callback(closing)
    return App(
        settings=ground.settings,
        db=ground.db,
        engine=ground.engine,
        outbox=outbox,
        inbox=inbox,
        key_tests=key_tests,
        kit=kit,
        edge=edge,
        replica=ground.replica,
        tempo=ground.tempo,
        contact=Contact(ground.post),
        reminders=reminders,
        witness=ground.witness,
    )


async def _checkers(
    stack: AsyncExitStack, exchanges: Mapping[str, Exchange], endpoints: Mapping[str, str]
) -> dict[str, KeyChecker]:
    """A warm connection to each exchange; a slip in its words is told here, and not to a client."""
    checkers = {}
    for slug, exchange in exchanges.items():
        exchange.read_guide()
        checkers[slug] = await stack.enter_async_context(exchange.connect(endpoints))
    await stack.enter_async_context(warming(checkers))
    return checkers


def _outbox(ground: Ground, deliveries: dict[str, Delivery]) -> Outbox:
    tempo = ground.tempo
    return Outbox(
        ground.db,
        deliveries,
        ground.replica.executor_id,
        min_interval_s=tempo.pace_s,
        lease_s=tempo.lane_s,
        grace_s=tempo.grace_s,
        parked_s=tempo.parked_s,
        on_sent=remember_card,
    )


def _settling(ground: Ground, hours: BusinessHours, outbox: Outbox, shredder: Shredder) -> Settling:
    settings = ground.settings
    return Settling(
        db=ground.db,
        staff_channel=settings.staff_channel,
        secret_ttl=settings.secret_ttl,
        first_response=settings.sla_first_response,
        due=hours.due,
        wake=outbox.wake,
        shred=shredder.soon,
        outages=Outages(ground.db, settings.staff_channel, outbox.wake),
        witness=ground.witness,
    )


def _policy(settings: Settings) -> TestPolicy:
    return TestPolicy(
        staff_channel=settings.staff_channel,
        secret_ttl=settings.secret_ttl,
        tests_per_hour=settings.tests_per_hour,
        keys_per_hour=settings.keys_per_hour,
    )


def _kit(
    ground: Ground,
    inbox: Inbox,
    outbox: Outbox,
    key_tests: KeyTests,
    exchanges: dict[str, Exchange],
    hours: BusinessHours,
) -> Kit:
    settings, identity, client = ground.settings, ground.identity, ground.client
    return Kit(
        settings=settings,
        db=ground.db,
        vault=ground.keys,
        inbox=inbox,
        outbox=outbox,
        key_tests=key_tests,
        exchanges=exchanges,
        staff=Staff(client, identity.team_id, settings.staff_channel, settings.staff_usergroup),
        client=client,
        team_id=identity.team_id,
        bot_user_id=identity.bot_user_id,
        hours=hours,
    )


def _deliver_and_remind(
    ground: Ground, kit: Kit, outbox: Outbox, deliveries: dict[str, Delivery]
) -> Reminders:
    """Who sends which kind of message; and what is said because time has passed."""
    settings, db = ground.settings, ground.db
    ours_alone = OursAlone(ground.post, settings.staff_channel)
    for kind, compose in COMPOSERS.items():
        deliveries[kind] = SlackDelivery(kit, ground.post, compose, ours_alone)
    outbox.on_parked = lambda message, code: _parked(kit, message, code)
    mailer = mailer_of(settings)
    deliveries["mail"] = MailDelivery(kit, mailer, ground.post)
    deliveries["outage_mail"] = OutageMailDelivery(kit, mailer)
    deliveries.update({kind: Watched(sends, ground.witness) for kind, sends in deliveries.items()})
    digests = Digests(db, settings.staff_channel, kit.hours, outbox.wake)
    ground.engine.scheduled("digest", digests.tell, digests.period)
    return Reminders(
        db, settings.staff_channel, settings.sla_first_response, kit.hours, mailer.configured, outbox.wake
    )


async def _parked(kit: Kit, message: OutboxMessage, code: str) -> None:
    """Slack refused a message: who counts on it hears of that in another way."""
    await undelivered.note(kit, message, code)
    await mail_instead(kit.db, kit.settings.staff_channel, kit.outbox.wake, message, code)

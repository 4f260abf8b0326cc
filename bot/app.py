"""The one place where real things are made and closed, in the order in which they need each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot import vault
from bot.db import Database
from bot.digest import Digests
from bot.engine import Engine
from bot.hours import ALWAYS, BusinessHours
from bot.inbox import Inbox
from bot.key_settling import Settling
from bot.key_test import KeyTests, TestPolicy
from bot.log import get_logger
from bot.outages import Outages
from bot.outbox import Delivery, Outbox
from bot.reminders import Reminders
from bot.replica import Lease
from bot.settings import Settings
from bot.shredding import Shredder
from bot.slack import key_dialog
from bot.slack.case_mail import MailDelivery, mailer_of
from bot.slack.contact import Contact
from bot.slack.conversations import COMPOSERS, listen
from bot.slack.delivery import SlackDelivery, remember_card
from bot.slack.edge import Edge
from bot.slack.kit import Kit
from bot.slack.people import Staff
from bot.slack.preflight import CannotStart, Identity, preflight
from bot.tempo import USUAL_TEMPO, Tempo
from bot.vault import Vault
from validators.exchange import discover

__all__ = ["USUAL_TEMPO", "App", "Tempo", "assembled"]

log = get_logger(__name__)

APPLICATION_VERSION = "1"
"""Of the durable work. Pinned: DBOS strands work of another version (its documents on upgrades)."""
CALL_S = 10.0


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

    def moved(self, replica_id: str) -> None:
        """We were taken for dead and go by a new id: what goes by the old one is not ours."""
        self.outbox.replica_id = self.inbox.replica_id = replica_id


@asynccontextmanager
async def assembled(settings: Settings, tempo: Tempo = USUAL_TEMPO) -> AsyncIterator[App]:
    """Make everything, give it to whoever serves, close it in reverse.

    Raises:
        CannotStart, SettingsError, StorageUnavailable: what is wrong, in words.
    """
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(Database.open(settings.database_url))
        await _ready_tables(db)
        keys = Vault(settings.secret_keys)
        await keys.unlock(db)
        client, post = await _slack_clients(stack, settings)
        app_token = settings.slack_app_token if settings.slack_mode == "socket" else None
        identity = await preflight(
            client,
            app_token.get_secret_value() if app_token else None,
            settings.staff_channel,
            settings.staff_usergroup,
        )
        replica = await stack.enter_async_context(Lease.held(db, tempo.lease_s))
        engine = await stack.enter_async_context(
            Engine.open(
                db.sync_url_for_engine,
                executor_id=replica.executor_id,
                application_version=APPLICATION_VERSION,
            )
        )
        app = await _wired(stack, settings, tempo, db, keys, engine, replica, identity, client, post)
        await _begin(app)
        yield app


async def _ready_tables(db: Database) -> None:
    if db.dialect == "sqlite":
        await db.upgrade()
    elif not await db.is_current():
        raise CannotStart("The database is not up to date. Run “keydesk db upgrade”, then start keydesk.")


async def _slack_clients(stack: AsyncExitStack, settings: Settings) -> tuple[AsyncWebClient, AsyncWebClient]:
    """One that tries again, for what may be done twice, and one that never does, for posting."""
    session = await stack.enter_async_context(
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_S))
    )
    token = settings.slack_bot_token.get_secret_value()
    safe = AsyncWebClient(
        token=token,
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=1),
            AsyncRateLimitErrorRetryHandler(max_retry_count=1),
        ],
    )
    post = AsyncWebClient(token=token, base_url=settings.slack_api_url, session=session, retry_handlers=[])
    return safe, post


async def _wired(
    stack: AsyncExitStack,
    settings: Settings,
    tempo: Tempo,
    db: Database,
    keys: Vault,
    engine: Engine,
    replica: Lease,
    identity: Identity,
    client: AsyncWebClient,
    post: AsyncWebClient,
) -> App:
    exchanges = discover()
    checkers = {
        slug: await stack.enter_async_context(exchange.connect(settings.endpoints))
        for slug, exchange in exchanges.items()
    }
    deliveries: dict[str, Delivery] = {}
    outbox = Outbox(
        db,
        deliveries,
        replica.executor_id,
        min_interval_s=tempo.pace_s,
        lease_s=tempo.lane_s,
        grace_s=tempo.grace_s,
        parked_s=tempo.parked_s,
        on_sent=remember_card,
    )
    shredder = Shredder(db)
    hours = BusinessHours.parse(settings.business_hours or ALWAYS, settings.time_zone)
    settling = Settling(
        db=db,
        staff_channel=settings.staff_channel,
        secret_ttl=settings.secret_ttl,
        first_response=settings.sla_first_response,
        due=hours.due,
        wake=outbox.wake,
        shred=shredder.soon,
        outages=Outages(db, settings.staff_channel, outbox.wake),
    )
    policy = TestPolicy(
        staff_channel=settings.staff_channel,
        secret_ttl=settings.secret_ttl,
        tests_per_hour=settings.tests_per_hour,
        keys_per_hour=settings.keys_per_hour,
    )
    key_tests = KeyTests(db, keys, engine, checkers, settling, policy)
    inbox = Inbox(db, replica.executor_id)
    kit = Kit(
        settings=settings,
        db=db,
        vault=keys,
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
    deliveries.update({kind: SlackDelivery(kit, post, compose) for kind, compose in COMPOSERS.items()})
    mailer = mailer_of(settings)
    deliveries["mail"] = MailDelivery(kit, mailer, post)
    reminders = Reminders(
        db, settings.staff_channel, settings.sla_first_response, hours, mailer.configured, outbox.wake
    )
    digests = Digests(db, settings.staff_channel, hours, outbox.wake)
    engine.scheduled("digest", digests.tell, digests.period)
    key_tests.show = lambda attempt_id: key_dialog.show(kit, attempt_id)
    edge = Edge(kit, client)
    listen(edge)
    stack.push_async_callback(shredder.close)
    stack.push_async_callback(inbox.close)
    stack.push_async_callback(outbox.close)
    return App(
        settings, db, engine, outbox, inbox, key_tests, kit, edge, replica, tempo, Contact(post), reminders
    )


async def _begin(app: App) -> None:
    """Launch the engine and everything that comes round; what is due is caught up at once."""
    await app.engine.launch()
    app.replica.on_moved(app.moved)
    # Before the watch begins: what a killed process held is free at the next start, not 30 s later.
    app.replica.on_buried(app.outbox.free)
    app.replica.on_buried(app.inbox.free)
    await app.replica.watch(app.engine)
    app.engine.every("tests", app.tempo.sweep_s, app.key_tests.sweep)
    app.engine.every("failed work", 30.0, app.key_tests.settle_failed)
    app.engine.every("outbox", app.tempo.sweep_s, app.outbox.sweep)
    app.engine.every("reminders", 20.0, app.reminders.round)
    app.engine.every("slack", app.tempo.contact_s, app.contact.look)
    app.engine.every("outages", 20.0, app.key_tests.settling.outages.round)
    app.engine.every("doubts", 3600.0, app.key_tests.settling.outages.forget_old)
    app.engine.every("purge", 20.0, lambda: _purged(app))
    app.engine.every("inbox", 3600.0, lambda: app.inbox.forget_old(timedelta(days=2)))
    app.engine.every("finished work", 3600.0, lambda: app.engine.delete_finished(timedelta(days=1)))


async def _purged(app: App) -> None:
    await vault.purge_due(app.db)

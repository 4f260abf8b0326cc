"""The one place where real things are made and closed, in the order in which they need each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import aiohttp
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot import vault
from bot.columns import now
from bot.db import Database
from bot.engine import Engine
from bot.engine_tables import has_tables
from bot.key_forgetting import forget_odd_values, tell_purged
from bot.log import get_logger
from bot.replica import Lease
from bot.settings import Settings
from bot.slack.preflight import CannotStart, preflight
from bot.tempo import USUAL_TEMPO, Tempo
from bot.vault import Vault
from bot.wiring import App, Ground, wired
from bot.witness import Witness

__all__ = ["USUAL_TEMPO", "App", "Tempo", "assembled"]

log = get_logger(__name__)

APPLICATION_VERSION = "1"
"""Of the durable work. Pinned: DBOS strands work of another version (its documents on upgrades)."""


@asynccontextmanager
async def assembled(
    settings: Settings, tempo: Tempo = USUAL_TEMPO, witness: Witness | None = None
) -> AsyncIterator[App]:
    """Make everything, give it to whoever serves, close it in reverse.

    Args:
        witness: Told of what happens, to count it.

    Raises:
        CannotStart, SettingsError, StorageUnavailable: what is wrong, in words.
    """
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(Database.open(settings.database_url))
        await _ready_tables(db)
        keys = Vault(settings.secret_keys)
        await keys.unlock(db)
        client, post = await _slack_clients(stack, settings, tempo.call_s)
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
                migrate=db.dialect == "sqlite",
            )
        )
        ground = Ground(
            settings, tempo, db, keys, engine, replica, identity, client, post, witness or Witness()
        )
        app = await wired(stack, ground)
        await _begin(app)
        yield app


async def _ready_tables(db: Database) -> None:
    if db.dialect == "sqlite":
        await db.upgrade()
    elif not (await db.is_current() and await has_tables(db)):
        raise CannotStart("The database is not up to date. Run “keydesk db upgrade”, then start keydesk.")


async def _slack_clients(
    stack: AsyncExitStack, settings: Settings, call_s: float
) -> tuple[AsyncWebClient, AsyncWebClient]:
    """One that tries again, for what may be done twice, and one that never does, for posting."""
    session = await stack.enter_async_context(
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=call_s))
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
    app.engine.every("dropped work", 15.0, app.engine.resume_dropped)
    app.engine.every("outbox", app.tempo.sweep_s, app.outbox.sweep)
    app.engine.every("reminders", 20.0, app.reminders.round)
    app.engine.every("slack", app.tempo.contact_s, app.contact.look)
    app.engine.every("outages", 20.0, app.key_tests.settling.outages.round)
    app.engine.every("doubts", 3600.0, app.key_tests.settling.outages.forget_old)
    app.engine.every("purge", 20.0, lambda: _purged(app))
    app.engine.every("odd values", 3600.0, lambda: forget_odd_values(app.db))
    app.engine.every("inbox", 3600.0, lambda: app.inbox.forget_old(timedelta(days=2)))
    app.engine.every("finished work", 3600.0, lambda: app.engine.delete_finished(timedelta(days=1)))


async def _purged(app: App) -> None:
    await vault.purge_due(app.db)
    async with app.db.writing() as session:
        told = await tell_purged(session, now())
    for conversation in told:
        app.outbox.wake(conversation)

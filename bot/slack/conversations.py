"""Every conversation in one list: what opens it, what answers it, and how each message is worded."""

from __future__ import annotations

import re

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.schema import OutboxMessage
from bot.slack import (
    card,
    digest_words,
    greeting,
    history,
    incident_words,
    key_dialog,
    leak_guard,
    outage_words,
    relay,
    result,
    result_buttons,
    staff_desk,
    support,
    triage,
    waiting,
)
from bot.slack.delivery import Composer
from bot.slack.edge import Edge
from bot.slack.kit import Composed, Gesture, Kit

OLD_BUTTON = (
    "This button is from an older message and no longer works. Press “Test an API key” on my Home tab."
)


def listen(edge: Edge) -> None:
    """Register everything that a person can do."""
    edge.command("/test-keys", greeting.by_command, opens=True)
    edge.shortcut("test_keys", greeting.by_press, opens=True)
    edge.action("test_keys", greeting.by_press, opens=True)
    edge.action("exchange", key_dialog.exchange_chosen, opens=True)
    edge.view(key_dialog.CALLBACK_ID, key_dialog.submitted)
    edge.action("test_again", result_buttons.again, opens=True)
    edge.action("enter_keys_again", result_buttons.enter_again, opens=True)
    edge.action("forget_keys", result_buttons.forget)
    edge.action("ask_support", support.ask, opens=True)
    edge.view(support.CALLBACK_ID, support.sent)
    edge.command("/triage", triage.typed)
    edge.action("case_claim", staff_desk.claim)
    edge.action("case_reply", staff_desk.reply_pressed, opens=True)
    edge.view(staff_desk.CALLBACK_ID, staff_desk.reply_sent)
    edge.action("case_retest", staff_desk.retest)
    edge.action("case_resolve", staff_desk.resolve)
    edge.action("case_show", staff_desk.show, opens=True)
    edge.action(re.compile("^triage_(next|previous)$"), staff_desk.turn_page)
    edge.action("client_reply", relay.reply_pressed, opens=True)
    edge.view(relay.CALLBACK_ID, relay.reply_sent)
    edge.event("app_home_opened", greeting.home_opened)
    edge.event("message", leak_guard.by_message)
    for changed in (
        "subteam_members_changed",
        "subteam_updated",
        "member_joined_channel",
        "member_left_channel",
    ):
        edge.event(changed, _staff_changed)
    for gone in ("app_uninstalled", "tokens_revoked"):
        edge.event(gone, _noted)
    edge.action(re.compile(".*"), _old_button)
    edge.view(re.compile(".*"), _old_dialog)


async def _greeting(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    return greeting.greeting_message(message.conversation)


async def _key_seen(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    return greeting.key_seen_message(message.conversation)


async def _invitation(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    return greeting.invitation_message(message.conversation)


COMPOSERS: dict[str, Composer] = {
    "result": result.compose,
    "result_again": result.compose_again,
    "card": card.compose,
    "history": history.compose_event,
    "mention": history.compose_mention,
    "limit": history.compose_limit,
    "shared_key": history.compose_shared,
    "greeting": _greeting,
    "invitation": _invitation,
    "relay": relay.compose_reply,
    "retest": relay.compose_retest,
    "nudge": waiting.compose_nudge,
    "closing": waiting.compose_closing,
    "digest": digest_words.compose,
    "outage": outage_words.compose,
    "outage_count": outage_words.compose_count,
    "outage_over": outage_words.compose_over,
    "key_seen": _key_seen,
    "leak_warning": leak_guard.compose_warning,
    "leak": leak_guard.compose_alarm,
    "incident": incident_words.compose,
}


async def _staff_changed(kit: Kit, gesture: Gesture) -> None:
    kit.staff.forget()


async def _noted(kit: Kit, gesture: Gesture) -> None:
    """Slack says that our token is gone: the next call shows it, and `doctor` says what to do."""
    kit.staff.forget()


async def _old_button(kit: Kit, gesture: Gesture) -> None:
    await gesture.ack()
    if not gesture.action.get("url"):
        await gesture.tell(OLD_BUTTON)


async def _old_dialog(kit: Kit, gesture: Gesture) -> None:
    await gesture.ack()
    await gesture.tell(OLD_BUTTON)

"""What has to be said and is kept from it: the mail server, and messages that Slack will not take."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, func, select

from bot.db import Database, StorageUnavailable
from bot.db_clock import present
from bot.doctor.report import Line, mend, ok, unseen
from bot.doctor.settings_told import Given
from bot.mail import Mailer, MailRefused, MailTryLater
from bot.schema import Attempt, MessageState, OutboxMessage

MAIL, MESSAGES = "mail", "messages"
MAIL_S = 11.0
STUCK_AFTER = timedelta(minutes=2)
MOST_LISTED = 50
AGAIN = "What waits is then sent by itself within ten minutes."

_INVITE = "The bot is not in that channel. In Slack, open it, type /invite and choose the app."
_GONE = "That person's account is gone or cannot be seen by the app. Answer the client in another way."
_TOKEN = "Slack refuses our token. Copy it again from the settings of the Slack app and restart keydesk."
_OURS = "This is an error of keydesk's own. Tell its maintainers, with the log lines of the message."
_POLICY = "A rule of the workspace forbids it. Ask its admins to allow the app to post there."
TO_DO = {
    # Slack's documents of chat.postMessage, chat.update and conversations.open, "Errors".
    "not_in_channel": _INVITE,
    "channel_not_found": f"{_INVITE} If it was deleted or shared, and so has a new ID, change STAFF_CHANNEL.",
    "shared_with_another_company": (
        "Another company can read that channel, so nothing is posted there. End the sharing, or set "
        "STAFF_CHANNEL to a channel of your own."
    ),
    "is_archived": "That channel is archived. Unarchive it, or set STAFF_CHANNEL to another.",
    "missing_scope": "The Slack app lacks a scope: see the scopes above, and install the app again.",
    "messages_tab_disabled": "Switch the Messages Tab on: App Home, in the settings of the Slack app.",
    "user_not_found": _GONE,
    "account_inactive": _TOKEN,
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "invalid_user_combination": _GONE,
    "cannot_dm_bot": _GONE,
    "user_disabled": _GONE,
    "restricted_action": _POLICY,
    "restricted_action_read_only_channel": _POLICY,
    "restricted_action_thread_locked": _POLICY,
    "ekm_access_denied": _POLICY,
    "team_access_not_granted": "Approve the app for this workspace: Organization settings, Apps.",
    "is_inactive": "The channel is frozen: ask the workspace's admins.",
    "no_delivery": "This release does not know that kind of message. Run the newest one on every replica.",
}


async def mail_line(told: Given) -> Line:
    """Whether the mail server lets us in. Nothing is sent."""
    if told.wrong("smtp_url"):
        return unseen(MAIL, "mail server", "SMTP_URL is wrong")
    url = told.settings.smtp_url
    if url is None:
        return ok(MAIL, "mail server", "None is set: no e-mail is sent.")
    try:
        await Mailer(url, told.settings.support_email, timeout_s=MAIL_S).look()
    except MailTryLater as later:
        return mend(MAIL, "mail server", f"{_capital(later.why)}. Check SMTP_URL and that server.")
    except MailRefused as refused:
        return mend(MAIL, "mail server", f"{_capital(refused.why)}. Check user and password in SMTP_URL.")
    except ValueError as error:
        return mend(MAIL, "mail server", f"SMTP_URL {error}.")
    return ok(MAIL, "mail server", "It lets us in; nothing was sent.")


def _capital(why: str) -> str:
    return why[:1].upper() + why[1:]


async def message_lines(db: Database) -> list[Line]:
    """Each conversation in which something is refused, why, and what to do; and tests that wait too long."""
    try:
        return [*await _refused(db), await _tests(db)]
    except StorageUnavailable as error:
        return [unseen(MESSAGES, "outbox", f"the database is not available ({error.reason})")]


async def _refused(db: Database) -> list[Line]:
    where, why = col(OutboxMessage.conversation), col(OutboxMessage.trouble)
    kept = col(OutboxMessage.state) == MessageState.PARKED
    since = func.min(col(OutboxMessage.created_at))
    query = select(where, why, func.count(), since).where(kept).group_by(where, why).order_by(since)
    async with db.reading() as session:
        at = await present(session)
        rows = (await session.exec(query.limit(MOST_LISTED + 1))).all()
    if not rows:
        return [ok(MESSAGES, "outbox", "Nothing is refused.")]
    lines = [_refused_line(place, str(word), count, at - oldest) for place, word, count, oldest in rows]
    more = mend(
        MESSAGES, "more", f"More than {MOST_LISTED} conversations are kept so: mend the first ones first."
    )
    return lines[:MOST_LISTED] + [more] * (len(rows) > MOST_LISTED)


def _refused_line(place: str, word: str, count: int, age: timedelta) -> Line:
    what = (
        f"{count} {'message waits' if count == 1 else 'messages wait'}, the oldest for {_span(age)}: {word}."
    )
    return mend(MESSAGES, f"to {place}", f"{what} {what_to_do(word, place)} {AGAIN}")


def what_to_do(word: str, place: str) -> str:
    """What somebody has to do before Slack, or the mail server, takes what it refused with *word*."""
    if place.startswith("mail:"):
        return "See the line of the mail server."
    if word == "channel_not_found" and place.startswith(("U", "W")):
        return _GONE
    return TO_DO.get(word, _OURS)


def _span(age: timedelta) -> str:
    minutes = max(0, round(age.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


async def _tests(db: Database) -> Line:
    unsettled = select(func.min(col(Attempt.due_at))).where(col(Attempt.settled_at).is_(None))
    async with db.reading() as session:
        at = await present(session)
        due: datetime | None = (await session.exec(unsettled)).one()
    if due is None or due > at - STUCK_AFTER:
        return ok(MESSAGES, "tests", "None is overdue.")
    says = f"One has been due for {_span(at - due)}. If keydesk runs, look in its log; else start it."
    return mend(MESSAGES, "tests", says)

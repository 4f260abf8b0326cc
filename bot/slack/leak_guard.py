"""Keys pasted where they should not be: in a direct message, or in a channel that we may read.

Whoever wrote it is warned in private with what to do; staff are told who and where, never what.
Nothing of the message is kept: only its channel and time, so that one message is one warning.
In channels we hear messages only where `keydesk manifest --leak-guard` made the Slack app.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.columns import now
from bot.log import get_logger
from bot.person import Person
from bot.schema import OutboxMessage
from bot.slack.blocks import actions, escape, section
from bot.slack.greeting import answer_direct_message, could_be_secret, looks_like_key, start_button
from bot.slack.kit import Composed, Gesture, Kit
from bot.telling import tell_channel, tell_client

log = get_logger(__name__)

BY_PEOPLE = frozenset({None, "thread_broadcast", "file_share", "me_message"})
"""Subtypes of what a person wrote (Slack's documents on the event ``message``)."""
EDITED = "message_changed"
SHOWN_OF_ATTACHMENTS = ("pretext", "title", "text", "fallback")
SHOWN_OF_FILES = ("title", "preview")
"""Of a snippet its first lines; the rest of a file is not read (Slack's documents on the file object)."""
MOST_ALARMS = 5
"""An hour and person: whoever likes could else bury the cases in the staff channel under alarms."""
WARNING = (
    "What you wrote in {place} looks like an API key. Everybody there can see it, and whoever sees it can "
    "use it. To be safe:\n"
    "1. Delete the message.\n"
    "2. Delete that key at your exchange.\n"
    "3. Make a new one ({guide}, Step Three on).\n"
    "Then press “Test an API key” and enter it there: only you see that dialog. "
    "I kept nothing of the message."
)
FOR_STAFF = (
    "{who} wrote what looks like an API key {where}. They were told in private to delete the message, to "
    "delete that key and to make a new one. keydesk kept nothing of it."
)


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote, new or changed."""

    person: Person
    channel: str
    which: str
    is_direct: bool
    is_edit: bool
    text: str = field(repr=False)


async def by_message(kit: Kit, gesture: Gesture) -> None:
    """Any message that Slack lets us hear: warn about a key, else answer what was written to us."""
    written = read(gesture.body["event"], gesture.person.team_id)
    if written is None:
        return
    seems_key = could_be_secret if written.is_direct else looks_like_key
    if seems_key(kit, written.text):
        await _warn(kit, written)
    elif written.is_direct and not written.is_edit:
        await answer_direct_message(kit, written.person, f"{written.channel}:{written.which}")


def read(event: dict[str, Any], team_id: str) -> Written | None:
    """The person's words in an event; None where no person wrote, as with bots and people who join."""
    is_edit = event.get("subtype") == EDITED
    said = event.get("message") if is_edit else event
    if not isinstance(said, dict) or said.get("bot_id") or said.get("subtype") not in BY_PEOPLE:
        return None
    if not isinstance(user := said.get("user"), str):
        return None
    return Written(
        person=Person(str(said.get("user_team") or said.get("team") or team_id), user),
        channel=str(event.get("channel")),
        # One message may come as two events with different times (seen in the field); this tells.
        which=str(said.get("client_msg_id") or said.get("ts")),
        is_direct=event.get("channel_type") == "im",
        is_edit=is_edit,
        text=_words(said),
    )


def _words(said: dict[str, Any]) -> str:
    """The text, that of messages which were forwarded with it, and what is shown of attached snippets."""
    parts = [said.get("text")]
    for name, shown in (("attachments", SHOWN_OF_ATTACHMENTS), ("files", SHOWN_OF_FILES)):
        attached = said.get(name)
        for one in attached if isinstance(attached, list) else ():
            if isinstance(one, dict):
                parts += [one.get(part) for part in shown]
    return "\n".join(part for part in parts if isinstance(part, str))


async def _warn(kit: Kit, written: Written) -> None:
    """Put down both warnings, each once for each message, however often it is edited."""
    place = f"{written.channel}:{written.which}"
    kind = "key_seen" if written.is_direct else "leak_warning"
    staff_channel, person = kit.settings.staff_channel, written.person
    warned = f"key_seen:{place}"
    async with kit.db.writing() as session:
        alarm = await _free_alarm(session, person, warned)
        await tell_client(session, person, kind, warned, channel=written.channel)
        if alarm is not None:
            where = {"channel": written.channel, "direct": written.is_direct}
            who = {"team": person.team_id, "user": person.user_id}
            await tell_channel(session, staff_channel, "leak", alarm, **who, **where)
    log.warning("key_in_message", channel=written.channel, direct=written.is_direct)
    kit.outbox.wake(person.user_id)
    kit.outbox.wake(staff_channel)


async def _free_alarm(session: AsyncSession, person: Person, warned: str) -> str | None:
    """The name of the next alarm about this person; None where this message had one, or they had enough."""
    hour = f"{now():%Y%m%d%H}"
    names = [f"leak:{person.team_id}:{person.user_id}:{hour}:{count}" for count in range(MOST_ALARMS)]
    known = select(OutboxMessage.key).where(col(OutboxMessage.key).in_([warned, *names]))
    taken = set((await session.exec(known)).all())
    if warned in taken:
        return None
    return next((name for name in names if name not in taken), None)


async def compose_warning(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """What whoever wrote in a channel is told."""
    place = f"<#{escape(str(message.payload.get('channel')))}>"
    exchange = next(iter(kit.exchanges.values()))
    text = WARNING.format(place=place, guide=f"<{exchange.guide.url}|Guide>")
    return Composed(message.conversation, text, [section(text), *actions([start_button()])])


async def compose_alarm(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """What staff are told: who and where, never what."""
    payload = message.payload
    elsewhere = "" if payload.get("team") == kit.team_id else " (another company, by Slack Connect)"
    channel = escape(str(payload.get("channel")))
    where = "in a direct message to me" if payload.get("direct") else f"in <#{channel}>"
    text = FOR_STAFF.format(who=f"<@{escape(str(payload.get('user')))}>{elsewhere}", where=where)
    return Composed(message.conversation, text, [section(text)])

"""The message to a client whose keys were held in the period of an incident."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.incident import held_between, message
from bot.outbox import Overtaken
from bot.person import Person
from bot.schema import OutboxMessage
from bot.slack.blocks import actions, button, literal, section
from bot.slack.greeting import start_button
from bot.slack.kit import Composed, Kit


async def compose(kit: Kit, session: AsyncSession, told: OutboxMessage) -> Composed:
    """The words of the report, about this client's own keys alone."""
    payload = told.payload
    person = Person(str(payload["team"]), told.conversation)
    start, end = (datetime.fromisoformat(str(payload[name])) for name in ("start", "end"))
    own = [one for one in await held_between(session, start, end) if one.person == person]
    if not own:
        raise Overtaken("none of this client's keys were held then")
    text = literal(message(own, kit.settings.support_email), 2900)
    buttons = actions([start_button(), button("Ask support", "ask_support", own[-1].submission_id)])
    return Composed(told.conversation, text, [section(text), *buttons])

"""What has to be said, put down in the same transaction as what it is about.

Only ids go into the outbox; the words are made when a message is sent. Saying a thing a second
time changes nothing, for each has a business key.
"""

from __future__ import annotations

from sqlalchemy import exists, literal_column, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.outbox import say, say_card
from bot.person import KEYDESK, Person
from bot.schema import Case, CaseEvent, OutboxMessage

UNTOLD_ACTS = frozenset({"opened", "card_posted", "needs_staff", "reminded"})
"""Acts that the card or the mention tells; they need no line in the thread."""


FORGOT_KEYS = "forgot_keys"
"""Told where the client wished it; what keydesk forgets by itself stands in the audit alone."""


async def tell_client(session: AsyncSession, person: Person, kind: str, key: str, **payload: object) -> None:
    """Say something to a client in private, once."""
    await say(
        session,
        conversation=person.user_id,
        kind=kind,
        key=key,
        payload={"team": person.team_id, **payload},
    )


async def tell_staff(session: AsyncSession, staff_channel: str, case: Case) -> None:
    """Everything about *case* that the staff channel has not been told: card, history, mention, mail."""
    await session.flush()
    await say_card(session, case, staff_channel)
    for event_id in await _untold_events(session, case):
        await say(
            session,
            conversation=staff_channel,
            kind="history",
            key=f"event:{event_id}",
            payload={"event": event_id},
            case_number=case.number,
        )
    if case.needs_staff_since is not None:
        await _call_for_staff(session, staff_channel, case)


async def _untold_events(session: AsyncSession, case: Case) -> list[int]:
    told = exists().where(
        col(OutboxMessage.key) == literal_column("'event:' || CAST(case_event.id AS VARCHAR)")
    )
    events = await session.exec(
        select(CaseEvent.id)
        .where(CaseEvent.case_number == case.number, col(CaseEvent.act).not_in(UNTOLD_ACTS), ~told)
        .where(or_(col(CaseEvent.act) != FORGOT_KEYS, col(CaseEvent.actor) != KEYDESK))
        .order_by(col(CaseEvent.id))
    )
    return [event_id for event_id in events if event_id is not None]


def turn_of(case: Case) -> str:
    """The same as long as the case needs people; another one when it turns to need them anew."""
    since = case.needs_staff_since
    return f"{case.number}:{int(since.timestamp()) if since else 0}"


async def _call_for_staff(session: AsyncSession, staff_channel: str, case: Case) -> None:
    """One mention and one e-mail for each time that a case turns to need people."""
    turn = turn_of(case)
    await say(
        session,
        conversation=staff_channel,
        kind="mention",
        key=f"mention:{turn}",
        payload={"stage": "needs_staff"},
        case_number=case.number,
    )
    await say(
        session,
        conversation=f"mail:case-{case.number}",
        kind="mail",
        key=f"mail:{turn}",
        payload={"stage": "needs_staff"},
        case_number=case.number,
    )


async def tell_channel(
    session: AsyncSession, staff_channel: str, kind: str, key: str, **payload: object
) -> None:
    """Say something to the staff channel that belongs to no one case, once."""
    await say(session, conversation=staff_channel, kind=kind, key=key, payload=dict(payload))

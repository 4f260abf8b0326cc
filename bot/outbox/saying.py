"""Putting down what has to be said, in the transaction of whoever has to say it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.columns import now
from bot.schema import Case, MessageState, OutboxMessage

CARD = "card"
_SAID = "conversations in which something is said"


async def say(
    session: AsyncSession,
    *,
    conversation: str,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    case_number: int | None = None,
) -> None:
    """Have something said once the caller's transaction is committed. A second time changes nothing.

    Args:
        conversation: A Slack channel or user id, or ``mail:…``; what it is told keeps its order.
        kind: Which `Delivery` sends it.
        key: Business key, the same however often the same thing is to be said. It goes out with
            the message, readable for others: an opaque id.
        payload: Plain JSON without any secret.
    """
    row = {
        "conversation": conversation,
        "kind": kind,
        "key": key,
        "payload": dict(payload),
        "case_number": case_number,
        "state": MessageState.PENDING,
        "attempts": 0,
        "created_at": now(),
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    await session.exec(insert(OutboxMessage).values(**row).on_conflict_do_nothing(index_elements=["key"]))
    session.info.setdefault(_SAID, {})[conversation] = None


def said(session: AsyncSession) -> list[str]:
    """The conversations in which this session has said something: to be woken once it is committed."""
    return list(session.info.get(_SAID, {}))


async def say_update(
    session: AsyncSession, *, conversation: str, kind: str, key: str, payload: Mapping[str, Any]
) -> None:
    """Have a message brought up to date as it will be when it is sent; one that waits is enough.

    Args:
        key: The same for every update of the same message.
    """
    if not await _waits(session, OutboxMessage.kind == kind, col(OutboxMessage.key).startswith(f"{key}:")):
        key = f"{key}:{uuid.uuid4().hex[:12]}"
        await say(session, conversation=conversation, kind=kind, key=key, payload=payload)


async def say_card(session: AsyncSession, case: Case, staff_channel: str) -> None:
    """Have the case's card shown as it will be when it is sent; one that waits already is enough.

    Raises the case's `card_version` where a message is added.
    """
    if await _waits(session, OutboxMessage.kind == CARD, OutboxMessage.case_number == case.number):
        return
    case.card_version += 1
    await say(
        session,
        conversation=staff_channel,
        kind=CARD,
        # Not the version: two transactions may both raise it to the same number, and the later
        # one would then rely on a message that went out before it was committed.
        key=f"{CARD}:{case.number}:{uuid.uuid4().hex[:12]}",
        payload={},
        case_number=case.number,
    )


async def _waits(session: AsyncSession, *which: ColumnElement[bool] | bool) -> bool:
    """Whether one is still to be composed. The lock keeps it so until the caller commits."""
    waiting = await session.exec(
        select(OutboxMessage.id)
        .where(*which, col(OutboxMessage.state).in_([MessageState.PENDING, MessageState.PARKED]))
        .limit(1)
        .with_for_update()
    )
    return waiting.first() is not None

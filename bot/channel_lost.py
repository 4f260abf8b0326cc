"""When Slack does not let us into the staff channel, who is needed hears it by e-mail.

Messages keep their order, so all that is to be said there waits behind the first that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.log import get_logger
from bot.outbox import say
from bot.schema import Case, CaseState, MessageState, OutboxMessage
from bot.telling import turn_of

log = get_logger(__name__)

LOST = frozenset(
    {
        "account_inactive",
        "channel_not_found",
        "ekm_access_denied",
        "invalid_auth",
        "is_archived",
        "missing_scope",
        "no_permission",
        "not_authed",
        "not_in_channel",
        "org_login_required",
        "restricted_action",
        "restricted_action_read_only_channel",
        "shared_with_another_company",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""Slack's documents of chat.postMessage, errors: the ones that hold for the whole channel, or for us.

And one of our own (`bot.slack.ours_alone`).
"""
UNDONE = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN, MessageState.PARKED)


async def mail_instead(
    db: Database, staff_channel: str, wake: Callable[[str], None], message: OutboxMessage, code: str
) -> None:
    """A message was refused: mail what staff would have been told, once for each case and turn."""
    if message.conversation != staff_channel or code not in LOST:
        return
    async with db.writing() as session:
        cases = await _unheard(session, message)
        for case in cases:
            await _mail(session, case, code)
        outages = await _unheard_outages(session, message.conversation)
        for outage in outages:
            await _mail_outage(session, outage, code)
    log.warning("staff_channel_lost", code=code, cases=len(cases), outages=len(outages))
    for lane in [*(f"mail:case-{case.number}" for case in cases), *map(_outage_lane, outages)]:
        wake(lane)


async def _unheard(session: AsyncSession, message: OutboxMessage) -> Sequence[Case]:
    """The case that was refused, and those that need people and wait behind it."""
    waiting = (
        select(OutboxMessage.case_number)
        .where(
            OutboxMessage.conversation == message.conversation,
            col(OutboxMessage.kind).in_(["card", "mention"]),
            col(OutboxMessage.state).in_(UNDONE),
        )
        .distinct()
    )
    needed = or_(col(Case.needs_staff_since).is_not(None), col(Case.number) == message.case_number)
    unheard = select(Case).where(col(Case.number).in_(waiting), Case.state != CaseState.CLOSED, needed)
    return (await session.exec(unheard.order_by(col(Case.number)))).all()


async def _mail(session: AsyncSession, case: Case, code: str) -> None:
    # The mail that calls people anyway says it too, as long as it has not gone out.
    calling = select(OutboxMessage.id).where(
        OutboxMessage.key == f"mail:{turn_of(case)}", col(OutboxMessage.state).in_(UNDONE)
    )
    if (await session.exec(calling)).first() is not None:
        return
    await say(
        session,
        conversation=f"mail:case-{case.number}",
        kind="mail",
        key=f"mail:lost:{turn_of(case)}",
        payload={"stage": "channel_unreachable", "code": code},
        case_number=case.number,
    )


async def _unheard_outages(session: AsyncSession, staff_channel: str) -> list[int]:
    """Outages whose alarm waits. Within one no case calls people by itself."""
    alarms = select(OutboxMessage).where(
        OutboxMessage.conversation == staff_channel,
        OutboxMessage.kind == "outage",
        col(OutboxMessage.state).in_(UNDONE),
    )
    return [int(alarm.payload["outage"]) for alarm in await session.exec(alarms)]


async def _mail_outage(session: AsyncSession, outage: int, code: str) -> None:
    await say(
        session,
        conversation=_outage_lane(outage),
        kind="outage_mail",
        key=f"mail:outage:{outage}",
        payload={"outage": outage, "code": code},
    )


def _outage_lane(outage: int) -> str:
    return f"mail:outage-{outage}"

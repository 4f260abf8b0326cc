"""What time does to a case: snoozed and woken, reminded of, nudged, closed for want of an answer.

Each verb acts once: a second call, from whichever replica, finds that nothing is due any more.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import case_standing as standing
from bot.columns import now
from bot.person import KEYDESK
from bot.schema import Case, CaseState


async def snooze(
    session: AsyncSession,
    number: int,
    staff_id: str,
    until: datetime,
    reason: str = "",
    *,
    at: datetime | None = None,
) -> Case:
    """Leave the case alone until a moment; nothing is due before.

    Raises:
        NoSuchCase, CaseClosed
    """
    case = await standing.locked_open(session, number)
    standing.put_to_sleep(case, until)
    told = {"until": until.isoformat(timespec="minutes"), "reason": reason or None}
    standing.record(session, case, "snoozed", staff_id, at or now(), **told)
    return case


async def unsnooze(
    session: AsyncSession,
    number: int,
    staff_id: str = KEYDESK,
    *,
    remind_at: datetime | None = None,
    at: datetime | None = None,
) -> bool:
    """Bring a snoozed case back to staff. False where it is not snoozed any more.

    keydesk itself does so only when the time is over: staff may have put it off meanwhile.

    Raises:
        NoSuchCase
    """
    at = at or now()
    case = await standing.locked(session, number)
    if case.state is not CaseState.SNOOZED or case.snoozed_until is None:
        return False
    if staff_id == KEYDESK and case.snoozed_until > at:
        return False
    standing.hand_to_staff(case, remind_at)
    standing.record(session, case, "unsnoozed", staff_id, at)
    return True


async def reminded(
    session: AsyncSession, number: int, stage: int, next_at: datetime | None, *, at: datetime | None = None
) -> bool:
    """Staff are reminded for the *stage*-th time now, and at *next_at* again. False if that was done.

    Raises:
        NoSuchCase
    """
    at = at or now()
    case = await standing.locked(session, number)
    due = case.remind_at is not None and case.remind_at <= at
    if not due or case.remind_stage != stage - 1:
        return False
    case.remind_stage, case.remind_at = stage, next_at
    standing.record(session, case, "reminded", KEYDESK, at, stage=stage)
    return True


async def nudged(session: AsyncSession, number: int, *, at: datetime | None = None) -> bool:
    """The client who is waited for is nudged now. False if that was done, or is not due.

    Raises:
        NoSuchCase
    """
    at = at or now()
    case = await standing.locked(session, number)
    if case.nudge_at is None or case.nudge_at > at:
        return False
    case.nudge_at = None
    standing.record(session, case, "nudged", KEYDESK, at)
    return True


async def close_unanswered(session: AsyncSession, number: int, *, at: datetime | None = None) -> bool:
    """Close a case whose client was waited for long enough. False if that was done, or is not due.

    Raises:
        NoSuchCase
    """
    at = at or now()
    case = await standing.locked(session, number)
    if case.close_at is None or case.close_at > at:
        return False
    standing.close(case, "no_answer", at)
    standing.record(session, case, "closed", KEYDESK, at, reason="no_answer")
    return True


async def card_posted(session: AsyncSession, number: int, channel: str, ts: str, version: int) -> None:
    """The card stands at *channel* and *ts* and shows *version*. An older one changes nothing.

    Raises:
        NoSuchCase
    """
    case = await standing.locked(session, number)
    if (case.card_channel, case.card_ts) == (channel, ts) and version <= case.card_shown:
        return
    case.card_channel, case.card_ts, case.card_shown = channel, ts, version
    session.add(case)

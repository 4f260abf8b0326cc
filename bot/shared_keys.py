"""One key that several people test is a finding for staff alone: a stolen key may be among them.

The clients never hear of each other.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.case_standing import record
from bot.escalation import Reason
from bot.limits import others_with_key
from bot.person import KEYDESK
from bot.schema import Case, CaseEvent, CaseState, Submission
from bot.telling import tell_channel

ACT = "shared_key"


async def note_sharing(
    session: AsyncSession,
    staff_channel: str,
    submission: Submission,
    case: Case | None,
    remind_at: datetime,
    at: datetime,
) -> None:
    """Where others have given the same key: call people to the open case, or tell the channel.

    Once for each of the others and each case; without an open case once for each key and person.
    """
    others = await others_with_key(session, submission.key_mark, submission.team_id, submission.user_id)
    if not others:
        return
    if case is None or case.state is CaseState.CLOSED:
        key = f"shared:{_digest(submission)}"
        await tell_channel(session, staff_channel, ACT, key, submission=submission.id)
        return
    named = await _named(session, case)
    for _, user_id in others:
        if user_id not in named:
            record(session, case, ACT, KEYDESK, at, to=user_id)
    await cases.mark_needs_staff(session, case.number or 0, Reason.SHARED_KEY, remind_at=remind_at, at=at)


async def _named(session: AsyncSession, case: Case) -> set[str]:
    events = select(CaseEvent).where(CaseEvent.case_number == case.number, CaseEvent.act == ACT)
    return {str(event.changes.get("to")) for event in await session.exec(events)}


def _digest(submission: Submission) -> str:
    """Says nothing of the key, for the names of messages can be read by others."""
    told = f"{submission.key_mark} {submission.team_id} {submission.user_id}"
    return hashlib.sha256(told.encode()).hexdigest()[:20]

"""What happened before: tests and cases, written as rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.schema import Attempt, Case, CaseState, Submission
from tests.bot.rows import NOON
from validators.diagnosis import Cause, Diagnosis, Evidence, Finding, Requirement, Standing, State, Verdict

CAUSES = {
    Requirement.TRADE_OFF: Cause.CAN_TRADE,
    Requirement.NO_IP_RESTRICTION: Cause.IP_RESTRICTED,
    Requirement.PERMANENT: Cause.WILL_EXPIRE,
}


def judged(*broken: Requirement, code: str | None = None) -> Diagnosis:
    """A diagnosis in which these requirements are not met, and all others are."""
    return Diagnosis(
        exchange="kucoin",
        account="spot_margin",
        findings=tuple(Finding(CAUSES[requirement], requirement) for requirement in broken),
        standings=tuple(
            Standing(requirement, State.BROKEN if requirement in broken else State.MET)
            for requirement in Requirement
        ),
        evidence=(Evidence("GET api.example/x", 200, code),) if code else (),
    )


class Past:
    """Writes what happened into a session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def test(
        self,
        at: datetime = NOON,
        broken: Sequence[Requirement] = (),
        *,
        user: str = "U1",
        exchange: str = "kucoin",
        verdict: Verdict | None = None,
        settled: bool = True,
        case: Case | None = None,
        again: Attempt | None = None,
        asked_by: str = "client",
        code: str | None = None,
    ) -> Attempt:
        """One test; *again* is the former try of the same keys."""
        submission_id = again.submission_id if again else await self._typed(user, exchange, at)
        found = judged(*broken, code=code)
        attempt = Attempt(
            submission_id=submission_id,
            number=again.number + 1 if again else 1,
            asked_by=asked_by,
            asked_at=at - timedelta(seconds=1),
            due_at=at,
            settled_at=at if settled else None,
            verdict=(verdict or found.verdict) if settled else None,
            diagnosis=found.to_json() if settled and verdict is not Verdict.COULD_NOT_TELL else None,
            case_number=case.number if case else None,
        )
        self.session.add(attempt)
        await self.session.flush()
        return attempt

    async def case(self, opened: datetime = NOON, *, exchange: str = "kucoin", **columns: Any) -> Case:
        """One case, closed where ``closed_at`` is among its columns."""
        state = CaseState.CLOSED if columns.get("closed_at") else columns.pop("state", CaseState.OPEN)
        case = Case(
            team_id="T1",
            user_id=uuid.uuid4().hex[:11].upper(),
            exchange=exchange,
            account="spot_margin",
            opened_at=opened,
            state=state,
        )
        for name, value in columns.items():
            setattr(case, name, value)
        self.session.add(case)
        await self.session.flush()
        return case

    async def _typed(self, user: str, exchange: str, at: datetime) -> str:
        submission = Submission(
            id=uuid.uuid4().hex,
            team_id="T1",
            user_id=user,
            exchange=exchange,
            account="spot_margin",
            masked_key="6705…d3eb",
            key_mark="mark",
            created_at=at,
        )
        self.session.add(submission)
        await self.session.flush()
        return submission.id

"""From a diagnosis to what follows: one transaction decides the case, the keys and what is said.

Settling twice changes nothing, so a crash between any two steps of a test is healed by doing
the step again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.columns import now
from bot.db import Database
from bot.key_fate import Fate, Forgotten, fate_of_keys, next_try, tries_are_used_up
from bot.key_forgetting import apply_fate, forget_keys, receipt
from bot.log import bind, get_logger
from bot.outages import Outages
from bot.outbox import said
from bot.person import Person
from bot.schema import Attempt, Case, Submission, VenueLimit
from bot.shared_keys import note_sharing
from bot.telling import tell_client, tell_staff
from bot.witness import Witness
from validators.diagnosis import Diagnosis, Verdict

log = get_logger(__name__)


@dataclass
class Settling:
    """Settles attempts. `wake` makes the outbox look at a conversation at once.

    Attributes:
        shred: Makes the database overwrite what was deleted; called after keys are forgotten.
        due: From a moment, a span later in business hours.
    """

    db: Database
    staff_channel: str
    secret_ttl: timedelta
    first_response: timedelta
    due: Callable[[datetime, timedelta], datetime]
    wake: Callable[[str], None]
    shred: Callable[[], None]
    outages: Outages
    witness: Witness = field(default_factory=Witness)

    async def settle(self, attempt_id: int, found: dict[str, Any] | None) -> None:
        """Record the diagnosis and everything that follows from it, once."""
        async with self.db.writing_after() as session:
            attempt = await session.get_one(Attempt, attempt_id, with_for_update=True)
            if attempt.settled_at is not None:
                return
            submission = await session.get_one(Submission, attempt.submission_id)
            diagnosis = Diagnosis.from_json(found) if found is not None else None
            with self.witness.span("settle", attempt=attempt_id, submission=submission.id):
                await self._settle(session, attempt, submission, diagnosis)
            wakes = said(session)
            forgotten = submission.sealed is None
        if forgotten:
            self.shred()
        for conversation in wakes:
            self.wake(conversation)
        self._told(attempt, submission, diagnosis)

    def _told(self, attempt: Attempt, submission: Submission, diagnosis: Diagnosis | None) -> None:
        """It is committed: count it, and write down by its ids how it ended."""
        self.witness.settled(attempt, submission.exchange, diagnosis)
        with bind(submission=submission.id, attempt=attempt.id, case=attempt.case_number):
            causes = diagnosis.causes if diagnosis else ("own_error",)
            held = submission.sealed is not None
            log.info(
                "test_settled", verdict=attempt.verdict, causes=causes, asked_by=attempt.asked_by, held=held
            )

    async def _settle(
        self,
        session: AsyncSession,
        attempt: Attempt,
        submission: Submission,
        diagnosis: Diagnosis | None,
    ) -> None:
        settled_at = now()
        # First of all: whoever settles the same doubt elsewhere waits here and nowhere else.
        alarmed = await self.outages.heard(session, submission, diagnosis, settled_at)
        _enter(attempt, diagnosis, settled_at)
        session.add(attempt)
        tries = await self._tries_by_itself(session, attempt)
        next_at = self._next_try(submission, diagnosis, tries, settled_at)
        held = submission.sealed is not None
        apply_fate(submission, self._fate(submission, diagnosis, next_at, settled_at), settled_at)
        session.add(submission)
        exhausted = tries_are_used_up(tries)
        case = await self._record(session, attempt, submission, diagnosis, exhausted, alarmed)
        if held and submission.sealed is None:
            case = await receipt(session, submission) or case
        if next_at is not None and submission.sealed is not None:
            session.add(_follow_up(attempt, settled_at, next_at))
        if diagnosis is not None and diagnosis.retry_after_s:
            await _heed(session, submission.exchange, settled_at, diagnosis.retry_after_s)
        await self._tell(session, attempt, submission, case, next_at)

    def _fate(
        self, submission: Submission, diagnosis: Diagnosis | None, next_at: datetime | None, at: datetime
    ) -> Fate:
        in_doubt = diagnosis is not None and diagnosis.verdict is Verdict.COULD_NOT_TELL
        if in_doubt and next_at is None:
            return Fate(Forgotten.GAVE_UP)
        return fate_of_keys(diagnosis, submission.created_at, at, self.secret_ttl)

    async def _tell(
        self,
        session: AsyncSession,
        attempt: Attempt,
        submission: Submission,
        case: Case | None,
        next_at: datetime | None,
    ) -> None:
        """The client the result; staff the case, and who else has given the same key."""
        if _is_told(attempt, next_at):
            await _tell_result(session, attempt, submission)
        at = attempt.settled_at or now()
        remind_at = self.due(at, self.first_response)
        await note_sharing(session, self.staff_channel, submission, case, remind_at, at)
        if case is not None:
            await tell_staff(session, self.staff_channel, case)

    def _next_try(
        self, submission: Submission, diagnosis: Diagnosis | None, tries: int, at: datetime
    ) -> datetime | None:
        if diagnosis is None or diagnosis.verdict is not Verdict.COULD_NOT_TELL:
            return None
        return next_try(tries, submission.created_at, at, diagnosis.retry_after_s)

    async def _record(
        self,
        session: AsyncSession,
        attempt: Attempt,
        submission: Submission,
        diagnosis: Diagnosis | None,
        exhausted: bool,
        alarmed: bool,
    ) -> Case | None:
        case = await cases.record_attempt(
            session,
            attempt,
            submission,
            diagnosis,
            retries_exhausted=exhausted,
            alarmed=alarmed,
            remind_at=self.due(now(), self.first_response),
        )
        if case is not None:
            attempt.case_number = submission.case_number = case.number
        return case

    async def _tries_by_itself(self, session: AsyncSession, attempt: Attempt) -> int:
        if attempt.number == 1:
            return 0
        tried = await session.exec(
            select(Attempt.id).where(
                Attempt.submission_id == attempt.submission_id,
                Attempt.asked_by == "keydesk",
                col(Attempt.settled_at).is_not(None),
            )
        )
        return len(tried.all())

    async def abandon(self, attempt_id: int) -> None:
        """Our own error ended this test: settle it without a verdict and try anew in a minute."""
        async with self.db.writing_after() as session:
            attempt = await session.get_one(Attempt, attempt_id, with_for_update=True)
            if attempt.settled_at is not None:
                return
            submission = await session.get_one(Submission, attempt.submission_id)
            alarmed = await self.outages.heard(session, submission, None, now())
            attempt.settled_at, attempt.verdict = now(), Verdict.COULD_NOT_TELL
            tries = await self._tries_by_itself(session, attempt)
            next_at = next_try(tries, submission.created_at, now(), None)
            if submission.sealed is not None and next_at is not None:
                session.add(_follow_up(attempt, now(), next_at))
            case = await self._record(session, attempt, submission, None, True, alarmed)
            if attempt.asked_by != "keydesk" or next_at is None:
                await _tell_result(session, attempt, submission)
            if case is not None:
                await tell_staff(session, self.staff_channel, case)
            wakes = said(session)
        for conversation in wakes:
            self.wake(conversation)
        self._told(attempt, submission, None)

    # --- forgetting ----------------------------------------------------------------------

    async def forget(self, person: Person, submission_id: str) -> bool:
        """Forget a person's own keys now; what was to be tried again is settled without a word."""
        async with self.db.writing() as session:
            submission = await cases.submission_of(session, submission_id, person.team_id, person.user_id)
            if submission is None or submission.sealed is None:
                return False
            case = await forget_keys(session, submission, Forgotten.ASKED)
            if case is not None:
                await tell_staff(session, self.staff_channel, case)
        self.shred()
        self.wake(self.staff_channel)
        return True


def _enter(attempt: Attempt, diagnosis: Diagnosis | None, at: datetime) -> None:
    attempt.settled_at = at
    attempt.verdict = diagnosis.verdict if diagnosis else Verdict.COULD_NOT_TELL
    attempt.diagnosis = diagnosis.to_json() if diagnosis else None


async def _tell_result(session: AsyncSession, attempt: Attempt, submission: Submission) -> None:
    person = Person(submission.team_id, submission.user_id)
    about = {"attempt": attempt.id, "submission": submission.id}
    if attempt.case_number is not None:
        about["case"] = attempt.case_number
    await tell_client(session, person, "result", f"result:{attempt.id}", **about)


def _follow_up(attempt: Attempt, asked_at: datetime, due_at: datetime) -> Attempt:
    return Attempt(
        submission_id=attempt.submission_id,
        number=attempt.number + 1,
        asked_by="keydesk",
        asked_at=asked_at,
        due_at=due_at,
        case_number=attempt.case_number,
    )


def _is_told(attempt: Attempt, next_at: datetime | None) -> bool:
    """A try by itself that is still in doubt, with another to come, is told to nobody."""
    by_itself = attempt.asked_by == "keydesk"
    return not (by_itself and attempt.verdict is Verdict.COULD_NOT_TELL and next_at is not None)


async def _heed(session: AsyncSession, exchange: str, at: datetime, retry_after_s: float) -> None:
    """Every replica keeps away from the exchange until the moment it named."""
    limit = await session.get(VenueLimit, exchange) or VenueLimit(exchange=exchange, blocked_until=at)
    limit.blocked_until = max(limit.blocked_until, at + timedelta(seconds=retry_after_s))
    session.add(limit)

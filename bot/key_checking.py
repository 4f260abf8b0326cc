"""Asks an exchange about sealed keys. It only reads: asked twice, nothing is different there.

No session is open while we wait for the exchange.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from bot.columns import now
from bot.db import Database
from bot.log import get_logger
from bot.schema import Attempt, Submission, VenueLimit
from bot.vault import SealBroken, Vault
from bot.witness import Witness
from validators.diagnosis import Cause, Diagnosis, Finding, Requirement, Standing, State
from validators.exchange import Credentials, KeyChecker

log = get_logger(__name__)

SHORT_WAIT_S = 3.0
"""A limit of the exchange that ends sooner than this is no reason to give the client a doubt."""

Found = dict[str, Any]
"""A diagnosis as plain JSON."""


class Checking:
    """One for each process."""

    def __init__(
        self, db: Database, vault: Vault, checkers: Mapping[str, KeyChecker], witness: Witness
    ) -> None:
        self._db, self._vault, self._checkers, self._witness = db, vault, checkers, witness
        self._begun: dict[int, asyncio.Task[Found | None]] = {}

    def begin(self, attempt_id: int) -> None:
        """Ask now, for `found` to have the answer."""
        task = asyncio.create_task(self._check(attempt_id), name=f"check {attempt_id}")
        task.add_done_callback(_looked_at)
        self._begun[attempt_id] = task

    def stop(self, attempt_id: int) -> None:
        """Nobody here has asked for it, nor is going to: these keys are tested by somebody else."""
        task = self._begun.pop(attempt_id, None)
        if task is not None:
            task.cancel()

    async def found(self, attempt_id: int) -> Found | None:
        """The diagnosis of what was begun, or asked for now; None where the keys do not open any more.

        Whoever waits for it has it alone: `stop` cancels nothing that is waited for.
        """
        begun = self._begun.pop(attempt_id, None)
        return await begun if begun is not None else await self._check(attempt_id)

    async def _check(self, attempt_id: int) -> Found | None:
        async with self._db.reading() as session:
            attempt, submission, limit = (await session.exec(_all_of(attempt_id))).one()
        if attempt.settled_at is not None:
            return attempt.diagnosis
        wait_s = (limit.blocked_until - now()).total_seconds() if limit else 0.0
        if wait_s > SHORT_WAIT_S:
            return _asked_to_wait(submission, wait_s).to_json()
        try:
            credentials = self._opened(submission)
        except SealBroken as broken:
            log.warning("seal_broken", submission=submission.id, why=str(broken))
            return None
        with self._witness.span("check", attempt=attempt_id, submission=submission.id):
            diagnosis = await self._checkers[submission.exchange].check(credentials, submission.account)
        log.info("test_checked", submission=submission.id, took_ms=diagnosis.took_ms)
        return diagnosis.to_json()

    def _opened(self, submission: Submission) -> Credentials:
        if submission.sealed is None:
            raise SealBroken("the keys were forgotten")
        opened = self._vault.open(
            submission.sealed, table="submission", row_id=submission.id, column="sealed"
        )
        return Credentials.from_dict(opened)


def _all_of(attempt_id: int) -> Select[Attempt, Submission, VenueLimit]:
    """In one statement, for somebody waits; the limit is None where the exchange has set none."""
    return (
        select(Attempt, Submission, VenueLimit)
        .join(Submission, col(Submission.id) == col(Attempt.submission_id))
        .outerjoin(VenueLimit, col(VenueLimit.exchange) == col(Submission.exchange))
        .where(Attempt.id == attempt_id)
    )


def _looked_at(task: asyncio.Task[Any]) -> None:
    """Whoever waits for it has its exception, and there may be nobody."""
    if not task.cancelled():
        task.exception()


def _asked_to_wait(submission: Submission, wait_s: float) -> Diagnosis:
    """Nothing is sent while the exchange wants no requests: could not tell, tried again then."""
    return Diagnosis(
        exchange=submission.exchange,
        account=submission.account,
        findings=(Finding(Cause.RATE_LIMITED),),
        standings=tuple(
            Standing(requirement, State.UNKNOWN, Cause.RATE_LIMITED) for requirement in Requirement
        ),
        retry_after_s=wait_s,
    )

"""One outage, one alarm: the same "could not tell" for several clients is one message that counts up.

While an outage lasts, its doubts call nobody case by case. It ends with a real answer from the
exchange, or when nobody has met it for a while; then the tests that wait run again. Everything is
decided in the transaction that settles a test, so that no crash loses or doubles it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.columns import now
from bot.db import Database
from bot.outage_rows import counted, enter, hit_account, open_outages, waiting_tests
from bot.outbox import say_update
from bot.schema import Attempt, Doubt, Outage, Submission
from bot.telling import tell_channel
from bot.turns import in_turn
from validators.diagnosis import Diagnosis, Kind, Verdict

CLIENTS = 3
WINDOW = timedelta(minutes=10)
SILENT_AFTER = timedelta(minutes=30)
PROBE_EVERY = timedelta(minutes=10)
"""While the tests of an outage wait for their own time, one of them asks whether it is over."""
SPREAD_S = 0.5
"""Between two tests that run again, so that the exchange is not stormed as it comes back."""
KEEP_DOUBTS = timedelta(days=7)
OWN_ERROR = "own_error"
"""Stands for a cause where keydesk itself failed."""

ANSWERED, SILENT = "answered", "silent"


def doubt_of(diagnosis: Diagnosis | None) -> str | None:
    """Why a test could not tell; None where it could."""
    if diagnosis is None:
        return OWN_ERROR
    if diagnosis.verdict is not Verdict.COULD_NOT_TELL:
        return None
    doubts = (finding.cause.value for finding in diagnosis.findings if finding.kind is Kind.DOUBT)
    return next(doubts, None)


@dataclass(frozen=True)
class Outages:
    """Hears every test, and tells staff. One for each process; `round` is repeated."""

    db: Database
    staff_channel: str
    wake: Callable[[str], None]

    async def heard(
        self, session: AsyncSession, submission: Submission, diagnosis: Diagnosis | None, at: datetime
    ) -> bool:
        """Enter what a test heard, first of all in the transaction that settles it.

        Returns:
            Whether staff know of this doubt already, by the alarm of its outage.
        """
        cause = doubt_of(diagnosis)
        if cause is not None:
            return await self._doubted(session, submission, cause, at)
        if diagnosis is not None and diagnosis.verdict is not Verdict.COULD_NOT_TELL:
            await self._answered(session, submission, diagnosis, at)
        return False

    async def round(self) -> None:
        """End what nobody has met for long, and ask anew where tests wait."""
        async with self.db.reading() as session:
            lasting = [(outage.exchange, outage.cause) for outage in await open_outages(session)]
        for exchange, cause in lasting:
            async with self.db.writing() as session:
                await in_turn(session, _turn(exchange, cause))
                for outage in await open_outages(session, exchange, cause):
                    await self._look_after(session, outage, now())
            self.wake(self.staff_channel)

    async def forget_old(self) -> None:
        """Delete doubts that no outage counts any more."""
        async with self.db.writing() as session:
            await session.exec(delete(Doubt).where(col(Doubt.at) < now() - KEEP_DOUBTS))

    # --- a doubt -------------------------------------------------------------------------

    async def _doubted(self, session: AsyncSession, submission: Submission, cause: str, at: datetime) -> bool:
        await in_turn(session, _turn(submission.exchange, cause))
        await enter(session, submission, cause, at)
        outage = next(iter(await open_outages(session, submission.exchange, cause)), None)
        outage = outage or await self._begun(session, submission.exchange, cause, at)
        if outage is None:
            return False
        outage.last_at, outage.probe_at = at, at + PROBE_EVERY
        clients = (await counted(session, outage.exchange, cause, outage.opened_at)).clients
        if clients != outage.clients:
            outage.clients = clients
            await self._show(session, outage)
        session.add(outage)
        return True

    async def _begun(self, session: AsyncSession, exchange: str, cause: str, at: datetime) -> Outage | None:
        """A new outage, where enough clients have met it since the one before."""
        before = select(Outage.ended_at).where(Outage.exchange == exchange, Outage.cause == cause)
        last = (await session.exec(before.order_by(col(Outage.id).desc()).limit(1))).first()
        met = await counted(session, exchange, cause, max(at - WINDOW, last or at - WINDOW))
        if met.clients < CLIENTS or met.first_at is None:
            return None
        outage = Outage(
            exchange=exchange,
            cause=cause,
            opened_at=met.first_at,
            last_at=at,
            probe_at=at + PROBE_EVERY,
            clients=met.clients,
        )
        session.add(outage)
        await session.flush()
        await tell_channel(session, self.staff_channel, "outage", f"outage:{outage.id}", outage=outage.id)
        return outage

    async def _show(self, session: AsyncSession, outage: Outage) -> None:
        """Bring the alarm up to date; an update that waits already is enough."""
        await say_update(
            session,
            conversation=self.staff_channel,
            kind="outage_count",
            key=f"outage:{outage.id}:count",
            payload={"outage": outage.id},
        )

    # --- an answer -----------------------------------------------------------------------

    async def _answered(
        self, session: AsyncSession, submission: Submission, diagnosis: Diagnosis, at: datetime
    ) -> None:
        found = await open_outages(session, submission.exchange)
        over = [outage for outage in found if outage.cause not in diagnosis.causes]
        await in_turn(session, *(_turn(outage.exchange, outage.cause) for outage in over))
        for outage in over:
            # An exchange may answer for one kind of account while another is out of reach.
            if await hit_account(session, outage, submission.account):
                await self._end(session, outage, ANSWERED, at)

    async def _look_after(self, session: AsyncSession, outage: Outage, at: datetime) -> None:
        waiting = await waiting_tests(session, outage.exchange, at)
        if not waiting:
            if outage.last_at <= at - SILENT_AFTER:
                await self._end(session, outage, SILENT, at)
            return
        mine = await session.exec(
            update(Outage)
            .where(col(Outage.id) == outage.id, col(Outage.ended_at).is_(None), col(Outage.probe_at) <= at)
            .values(probe_at=at + PROBE_EVERY)
        )
        if mine.rowcount:
            await _bring_forward(session, waiting[0], at, at)

    async def _end(self, session: AsyncSession, outage: Outage, why: str, at: datetime) -> None:
        """Once: say that it is over, and let the tests that wait run again."""
        waiting = await waiting_tests(session, outage.exchange, at)
        ended = await session.exec(
            update(Outage)
            .where(col(Outage.id) == outage.id, col(Outage.ended_at).is_(None))
            .values(ended_at=at, ended_because=why, reruns=len(waiting))
        )
        if not ended.rowcount:
            return
        for place, attempt_id in enumerate(waiting):
            spread_s = SPREAD_S * (place + random.random()) if place else 0.0  # noqa: S311 - no secret
            await _bring_forward(session, attempt_id, at, at + timedelta(seconds=spread_s))
        await self._show(session, outage)
        await tell_channel(
            session, self.staff_channel, "outage_over", f"outage:{outage.id}:over", outage=outage.id
        )


async def _bring_forward(session: AsyncSession, attempt_id: int, at: datetime, due_at: datetime) -> None:
    await session.exec(
        update(Attempt)
        .where(col(Attempt.id) == attempt_id, col(Attempt.settled_at).is_(None), col(Attempt.due_at) > due_at)
        .values(due_at=due_at)
    )


def _turn(exchange: str, cause: str) -> str:
    return f"outage {exchange} {cause}"

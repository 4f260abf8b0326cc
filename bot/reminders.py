"""What time brings: staff reminded, clients nudged and in the end let go, snoozed cases woken.

Due times are columns, so they outlive any process. Every replica looks at what is due; each verb
of `bot.cases` acts once, whoever comes first, and what has to be said goes into the outbox in the
same transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.columns import now
from bot.db import Database
from bot.hours import BusinessHours
from bot.outbox import say
from bot.person import Person
from bot.schema import Case, CaseState
from bot.telling import tell_client, tell_staff

BATCH = 200
BY_MENTION, BY_MAIL = 1, 2
"""The two reminders of a case that nobody claims, in this order."""


@dataclass(frozen=True)
class Reminders:
    """Acts on what is due. One for each process; `round` is repeated.

    Attributes:
        first_response: The time that staff have, in business hours; twice that for the e-mail.
        by_mail: Whether an e-mail can be sent at all.
        wake: Makes the outbox look at a conversation at once.
    """

    db: Database
    staff_channel: str
    first_response: timedelta
    hours: BusinessHours
    by_mail: bool
    wake: Callable[[str], None]

    async def round(self) -> None:
        """Do everything that is due now.

        Clients are written to while support is there to hear their answer, so a nudge waits for
        the office to open.
        """
        at = now()
        await self._each(self._unsnooze, col(Case.snoozed_until), at, Case.state == CaseState.SNOOZED)
        await self._each(self._remind, col(Case.remind_at), at)
        if self.hours.is_open(at):
            # Closed first: who is let go need not be nudged as well.
            await self._each(self._close, col(Case.close_at), at)
            await self._each(self._nudge, col(Case.nudge_at), at)

    async def _each(
        self,
        act: Callable[[int], Awaitable[None]],
        due: Mapped[datetime | None],
        at: datetime,
        *more: ColumnElement[bool] | bool,
    ) -> None:
        # The longest due first: in the order of numbers SQLite would read every case there ever was.
        wanted = select(Case.number).where(due <= at, *more).order_by(due, col(Case.number)).limit(BATCH)
        async with self.db.reading() as session:
            numbers = [number for number in await session.exec(wanted) if number is not None]
        for number in numbers:
            await act(number)

    async def _unsnooze(self, number: int) -> None:
        remind_at = self.hours.due(now(), self.first_response)
        async with self.db.writing() as session:
            if await cases.unsnooze(session, number, remind_at=remind_at):
                await self._tell_staff(session, number)
        self._wake_desk(number)

    async def _remind(self, number: int) -> None:
        async with self.db.writing() as session:
            case = await cases.case_of(session, number)
            due_at, stage = case.remind_at, case.remind_stage + 1
            if due_at is None:
                return
            last = stage == BY_MAIL or not self.by_mail
            next_at = None if last else self.hours.due(due_at, self.first_response)
            if not await cases.reminded(session, number, stage, next_at):
                return
            await self._call_again(session, number, stage, due_at)
            await self._tell_staff(session, number)
        self._wake_desk(number)

    async def _call_again(self, session: AsyncSession, number: int, stage: int, due_at: datetime) -> None:
        """In the thread; the second time by e-mail, of which the thread is told."""
        # The moment it was due, so that a case that comes back to staff later is reminded of anew.
        key = f"{number}:{int(due_at.timestamp())}"
        await say(
            session,
            conversation=self.staff_channel,
            kind="mention",
            key=f"reminder:{key}",
            payload={"stage": "reminder" if stage == BY_MENTION else "mailed"},
            case_number=number,
        )
        if stage == BY_MAIL:
            await say(
                session,
                conversation=f"mail:case-{number}",
                kind="mail",
                key=f"mail:reminder:{key}",
                payload={"stage": "reminder"},
                case_number=number,
            )

    async def _nudge(self, number: int) -> None:
        await self._write_to_client(number, "nudge", cases.nudged)

    async def _close(self, number: int) -> None:
        await self._write_to_client(number, "closing", cases.close_unanswered)

    async def _write_to_client(
        self, number: int, kind: str, verb: Callable[[AsyncSession, int], Awaitable[bool]]
    ) -> None:
        async with self.db.writing() as session:
            if not await verb(session, number):
                return
            case = await self._tell_staff(session, number)
            key = f"{kind}:{number}:{int(now().timestamp())}"
            await tell_client(session, Person(case.team_id, case.user_id), kind, key, case=number)
        self.wake(case.user_id)
        self._wake_desk(number)

    async def _tell_staff(self, session: AsyncSession, number: int) -> Case:
        case = await cases.case_of(session, number)
        await tell_staff(session, self.staff_channel, case)
        return case

    def _wake_desk(self, number: int) -> None:
        self.wake(self.staff_channel)
        self.wake(f"mail:case-{number}")

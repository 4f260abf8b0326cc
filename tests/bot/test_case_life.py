"""The life of a case, in whatever order people, tests and time act: what always holds, holds."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.db import Database
from bot.escalation import Reason
from bot.refusal import Refusal
from bot.schema import Attempt, Case, CaseEvent, CaseState, Submission
from tests.bot.rows import DANGEROUS, FIXABLE, IN_DOUBT, NOON, PASSED
from validators.diagnosis import Diagnosis

SLA = timedelta(minutes=30)

staff = st.sampled_from(["S1", "S2"])
numbers = st.integers(1, 3)


class CaseLife(RuleBasedStateMachine):
    """One client, two staff, and a clock that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.at = NOON
        self.events_seen = 0
        self.numbers = itertools.count(1)

    @initialize()
    def begin(self) -> None:
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        url = f"sqlite:///{self.folder.name}/keydesk.db"
        self.db = await self.stack.enter_async_context(Database.open(url))
        await self.db.upgrade()

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    def act(self, verb: Callable[..., Awaitable[Any]], *given: object, **more: object) -> Any:
        """Do it in a transaction of its own; a refusal is an answer, and must change nothing."""

        async def do() -> Any:
            async with self.db.writing() as session:
                return await verb(session, *given, **more)

        before = self.rows()
        try:
            return self.runner.run(do())
        except Refusal as refusal:
            assert self.rows() == before, "a refusal changed something"
            return refusal

    def rows(self) -> tuple[list[dict[str, Any]], int]:
        async def read() -> tuple[list[dict[str, Any]], int]:
            async with self.db.reading() as session:
                found = (await session.exec(select(Case).order_by(col(Case.number)))).all()
                events = (await session.exec(select(CaseEvent.id))).all()
                return [case.model_dump() for case in found], len(events)

        return self.runner.run(read())

    @property
    def due(self) -> datetime:
        return self.at + SLA

    # --- what can happen -------------------------------------------------------------------

    @rule(hours=st.integers(1, 24 * 15))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(
        found=st.sampled_from([FIXABLE, DANGEROUS, IN_DOUBT, PASSED, None]),
        asked_by=st.sampled_from(["client", "keydesk"]),
        exhausted=st.booleans(),
    )
    def test_is_settled(self, found: Diagnosis | None, asked_by: str, exhausted: bool) -> None:
        async def settle(session: AsyncSession) -> Case | None:
            submission, attempt = self._given(asked_by)
            session.add(submission)
            await session.flush()
            session.add(attempt)
            await session.flush()
            return await cases.record_attempt(
                session,
                attempt,
                submission,
                found,
                retries_exhausted=exhausted,
                remind_at=self.due,
                at=self.at,
            )

        case = self.act(settle)
        assert (case is None or case.state is CaseState.CLOSED) == (found is PASSED)

    def _given(self, asked_by: str) -> tuple[Submission, Attempt]:
        submission = Submission(
            id=uuid.uuid4().hex,
            team_id="T1",
            user_id="U1",
            exchange="x",
            account="a",
            masked_key="6705…d3eb",
            key_mark="m",
            created_at=self.at,
        )
        number = next(self.numbers)
        attempt = Attempt(
            submission_id=submission.id, number=number, asked_by=asked_by, asked_at=self.at, due_at=self.at
        )
        return submission, attempt

    @rule(number=numbers, who=staff)
    def claim(self, number: int, who: str) -> None:
        done = self.act(cases.claim, number, who, at=self.at)
        if isinstance(done, Case):
            assert done.owner_id == who
        if isinstance(done, cases.CaseAlreadyClaimed):
            assert done.by != who

    @rule(number=numbers, who=staff, to=staff)
    def assign(self, number: int, who: str, to: str) -> None:
        self.act(cases.assign, number, who, to, at=self.at)

    @rule(number=numbers, who=staff)
    def release(self, number: int, who: str) -> None:
        self.act(cases.release, number, who, remind_at=self.due, at=self.at)

    @rule(number=numbers, who=staff, verb=st.sampled_from([cases.ask_retest, cases.retest_run]))
    def retest(self, number: int, who: str, verb: Callable[..., Awaitable[Case]]) -> None:
        self.act(verb, number, who, at=self.at)

    @rule(number=numbers, who=staff, verb=st.sampled_from([cases.reply_sent, cases.note]))
    def write(self, number: int, who: str, verb: Callable[..., Awaitable[Case]]) -> None:
        self.act(verb, number, who, "words", at=self.at)

    @rule(number=numbers, user=st.sampled_from(["U1", "U2"]))
    def client_writes(self, number: int, user: str) -> None:
        done = self.act(cases.client_replied, number, "T1", user, "words", remind_at=self.due, at=self.at)
        assert isinstance(done, Case | cases.NoSuchCase)
        if isinstance(done, Case):
            assert (user, done.state) == ("U1", CaseState.OPEN)

    @rule(number=numbers, who=staff)
    def resolve(self, number: int, who: str) -> None:
        self.act(cases.resolve, number, who, "done", at=self.at)

    @rule(number=numbers, who=staff)
    def reopen(self, number: int, who: str) -> None:
        self.act(cases.reopen, number, who, remind_at=self.due, at=self.at)

    @rule(number=numbers, who=staff, hours=st.integers(1, 48))
    def snooze(self, number: int, who: str, hours: int) -> None:
        self.act(cases.snooze, number, who, self.at + timedelta(hours=hours), "later", at=self.at)

    @rule(number=numbers, reason=st.sampled_from(Reason))
    def call_people(self, number: int, reason: Reason) -> None:
        first = self.act(cases.mark_needs_staff, number, reason, remind_at=self.due, at=self.at)
        again = self.act(cases.mark_needs_staff, number, reason, remind_at=self.due, at=self.at)
        assert isinstance(first, Refusal) or again is False

    @rule(number=numbers)
    def what_is_due_is_done(self, number: int) -> None:
        for verb in (cases.unsnooze, cases.nudged, cases.close_unanswered):
            self.act(verb, number, at=self.at)
            assert self.act(verb, number, at=self.at) is not True, "it was done a second time"
        self.act(cases.reminded, number, 1, None, at=self.at)

    # --- what always holds -----------------------------------------------------------------

    @invariant()
    def one_open_case_per_account(self) -> None:
        assert sum(case["state"] != "closed" for case in self.rows()[0]) <= 1

    @invariant()
    def what_is_due_fits_who_has_the_ball(self) -> None:
        for case in self.rows()[0]:
            waiting, snoozed = case["state"] == "waiting", case["state"] == "snoozed"
            assert (case["waiting_since"] is not None) == waiting
            assert (case["close_at"] is not None) == waiting
            assert (case["nudge_at"] is None) or waiting
            assert (case["snoozed_until"] is not None) == snoozed
            assert (case["closed_at"] is not None) == (case["state"] == "closed")
            assert (case["closed_because"] is not None) == (case["state"] == "closed")

    @invariant()
    def a_reminder_means_open_needed_and_unclaimed(self) -> None:
        for case in self.rows()[0]:
            wanted = case["state"] == "open" and case["needs_staff_since"] and not case["owner_id"]
            assert case["remind_at"] is None or wanted
            assert not wanted or case["remind_at"] is not None or case["remind_stage"] > 0

    @invariant()
    def the_history_only_grows_and_every_act_makes_the_card_old(self) -> None:
        found, events = self.rows()
        assert events >= self.events_seen
        self.events_seen = events
        assert events == sum(case["card_version"] for case in found)

    @invariant()
    def a_reason_stands_beside_its_moment(self) -> None:
        for case in self.rows()[0]:
            assert (case["needs_staff_since"] is None) == (case["needs_staff_because"] is None)


CaseLife.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestCaseLife = CaseLife.TestCase

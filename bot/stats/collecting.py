"""Asks the database for the numbers of a period. The database adds up; only totals come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, Row, Select, column, exists, false, func, select, true
from sqlalchemy import case as which
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.schema import CaseState
from bot.stats.numbers import Spread, Stats, periods_of
from validators.diagnosis import Requirement, State, Verdict

NO_STEP = "No step of the guide"

_ATTEMPT, _CASE, _SUBMISSION = (SQLModel.metadata.tables[name] for name in ("attempt", "case", "submission"))
_attempt, _case, _submission = _ATTEMPT.c, _CASE.c, _SUBMISSION.c

Condition = ColumnElement[bool]


async def collect(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    steps: Mapping[Requirement, str] | None = None,
    *,
    zone: tzinfo = UTC,
    exchange: str | None = None,
) -> Stats:
    """Add up what happened from *since* until before *until*. Only reads.

    Args:
        steps: The step of the guide that each requirement belongs to, in words.
        zone: Whose midnights begin a day.
        exchange: A slug, to count one exchange alone: each has a guide of its own.
    """
    asked = _Asked(session, since, until, exchange)
    periods = periods_of(since, until, zone)
    not_met = await asked.failures(periods, {requirement: requirement.value for requirement in Requirement})
    named = {requirement: (steps or {}).get(requirement, NO_STEP) for requirement in Requirement}
    return Stats(
        since=since,
        until=until,
        verdicts=await asked.verdicts(),
        clients=await asked.clients(),
        open_cases=await asked.open_cases(),
        unclaimed=await asked.unclaimed(),
        opened=await asked.opened(),
        first_response=await asked.first_response(),
        resolution=await asked.resolution(),
        periods=periods,
        by_requirement={Requirement(word): counts for word, counts in not_met.items()},
        by_step=await asked.failures(periods, named),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question to the database after another, all about the same period and exchange."""

    session: AsyncSession
    since: datetime
    until: datetime
    exchange: str | None

    async def verdicts(self) -> dict[Verdict, int]:
        counted = select(_attempt.verdict, func.count()).where(*self._tests()).group_by(_attempt.verdict)
        return await self._counts(counted)

    async def clients(self) -> int:
        tested = _submission.id.in_(select(_attempt.submission_id).where(*self._tests()))
        people = select(_submission.team_id, _submission.user_id).where(tested).distinct()
        return await self._one(select(func.count()).select_from(people.subquery()))

    async def open_cases(self) -> dict[CaseState, int]:
        counted = select(_case.state, func.count()).where(*self._open()).group_by(_case.state)
        return await self._counts(counted)

    async def unclaimed(self) -> int:
        waits = _case.needs_staff_since.is_not(None), _case.owner_id.is_(None)
        return await self._one(select(func.count()).where(*self._open(), *waits))

    async def opened(self) -> int:
        return await self._one(select(func.count()).where(*self._cases(_case.opened_at)))

    async def first_response(self) -> Spread:
        # Somebody may have answered before the case needed anybody.
        needed, answered = _case.needs_staff_since, _case.first_response_at
        return await self._spread(which((needed <= answered, needed), else_=_case.opened_at), answered)

    async def resolution(self) -> Spread:
        return await self._spread(_case.opened_at, _case.closed_at)

    async def failures(
        self, periods: Sequence[datetime], names: Mapping[Requirement, str]
    ) -> dict[str, tuple[int, ...]]:
        """Tests in which a requirement was not met, by its name and period; the most frequent first."""
        requirement, state, unfolded = self._standings()
        # A choice needs one case at least, also where there is one period alone.
        ends = [(false(), 0)] + [(_attempt.settled_at < end, place) for place, end in enumerate(periods[1:])]
        broken = (
            select(
                _attempt.id.label("test"),
                which(*((requirement == key.value, word) for key, word in names.items())).label("name"),
                which(*ends, else_=len(periods) - 1).label("period"),
            )
            .select_from(unfolded)
            .where(*self._tests(), state == State.BROKEN.value)
            .subquery()
        ).c
        counted = select(broken.name, broken.period, func.count(broken.test.distinct()))
        return _by_name(await self._all(counted.group_by(broken.name, broken.period)), len(periods))

    def _within(self, moment: ColumnElement[datetime]) -> list[Condition]:
        return [moment >= self.since, moment < self.until]

    def _cases(self, moment: ColumnElement[datetime]) -> list[Condition]:
        return [*self._within(moment), *self._of_exchange(_case.exchange)]

    def _open(self) -> list[Condition]:
        return [
            _case.state.in_([state for state in CaseState if state is not CaseState.CLOSED]),
            *self._of_exchange(_case.exchange),
        ]

    def _of_exchange(self, slug: ColumnElement[str]) -> list[Condition]:
        return [] if self.exchange is None else [slug == self.exchange]

    def _tests(self) -> list[Condition]:
        """Settled, and not tried again by itself: then the later try tells how the test ended."""
        again = _ATTEMPT.alias().c
        same = again.submission_id == _attempt.submission_id, again.number == _attempt.number + 1
        tests = [*self._within(_attempt.settled_at), ~exists().where(*same, again.asked_by == "keydesk")]
        if self.exchange is not None:
            # Asked of each test of the period: as a list it would be made of every test there ever was.
            of_this_test = _submission.id == _attempt.submission_id
            tests.append(exists().where(of_this_test, *self._of_exchange(_submission.exchange)))
        return tests

    def _standings(self) -> tuple[ColumnElement[str], ColumnElement[str], FromClause]:
        """Requirement and state of every line of every test's checklist, and where they come from."""
        unfold = func.json_each if self._on_sqlite else func.json_array_elements
        line = unfold(_attempt.diagnosis["standings"]).table_valued(column("value", JSON))
        value: Any = line.c.value
        return value["requirement"].as_string(), value["state"].as_string(), _ATTEMPT.join(line, true())

    async def _spread(self, began: ColumnElement[datetime], ended: ColumnElement[datetime]) -> Spread:
        """By nearest rank, so that both values really happened."""
        seconds = self._seconds(began, ended)
        place, count = func.row_number().over(order_by=seconds), func.count().over()
        labelled = seconds.label("seconds"), place.label("place"), count.label("total")
        ranked = select(*labelled).where(*self._cases(ended)).subquery().c
        half, most = (ranked.total + 1) // 2, (ranked.total * 9 + 9) // 10
        wanted = select(ranked.seconds, ranked.total).where(ranked.place.in_([half, most]))
        found = await self._all(wanted.order_by(ranked.place))
        if not found:
            return Spread()
        median, ninetieth = (timedelta(seconds=round(float(row[0]))) for row in (found[0], found[-1]))
        return Spread(found[0][1], median, ninetieth)

    def _seconds(self, began: ColumnElement[datetime], ended: ColumnElement[datetime]) -> ColumnElement[Any]:
        if self._on_sqlite:
            return (func.julianday(ended) - func.julianday(began)) * 86_400
        return func.extract("epoch", ended - began)

    @property
    def _on_sqlite(self) -> bool:
        return bool(self.session.get_bind().dialect.name == "sqlite")

    async def _counts(self, question: Select[Any, int]) -> dict[Any, int]:
        return {row[0]: row[1] for row in await self._all(question)}

    async def _one(self, question: Select[Any]) -> int:
        return int((await self._all(question))[0][0])

    async def _all(self, question: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        connection = await self.session.connection()
        return (await connection.execute(question)).all()


def _by_name(found: Sequence[Row[*tuple[Any, ...]]], periods: int) -> dict[str, tuple[int, ...]]:
    counts: dict[str, list[int]] = {}
    for name, period, count in found:
        counts.setdefault(name, [0] * periods)[period] = count
    most_first = sorted(counts, key=lambda name: (-sum(counts[name]), name))
    return {name: tuple(counts[name]) for name in most_first}

"""What there is to read about cases: staff see the queue, a client their own and nobody else's."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as each
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.db import Database
from bot.schema import Case
from tests.bot.case_steps import opened, settled
from tests.bot.conftest import Given
from tests.bot.rows import FIXABLE, IN_DOUBT, PASSED, later


@pytest.fixture
async def queue(db: Database, given: Given) -> Database:
    """Twelve cases, of U0 to U11: the third and fourth are S1's, the fifth S2's, the last is closed."""
    for number in range(12):
        found = IN_DOUBT if number < 2 else FIXABLE
        await settled(db, given, found, user=f"U{number}", minutes=12 - number)
    async with db.writing() as session:
        for number, staff in ((3, "S1"), (4, "S1"), (5, "S2")):
            await cases.claim(session, number, staff)
        await cases.reply_sent(session, 3, "S1", "hello")
        await cases.resolve(session, 12, "S1")
    return db


async def listed(db: Database, which: cases.Which, limit: int = 20, offset: int = 0) -> list[int | None]:
    async with db.reading() as session:
        page, total = await cases.open_cases(session, which, "S1", limit, offset)
    assert len(page) == min(limit, max(total - offset, 0))
    return [case.number for case in page]


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        ("all", [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ("mine", [4, 3]),
        ("unclaimed", [11, 10, 9, 8, 7, 6, 2, 1]),
        ("waiting", [11, 10, 9, 8, 7, 6, 5, 4, 3]),
    ],
)
async def test_the_queue_is_what_is_open_oldest_first(
    queue: Database, which: cases.Which, numbers: list[int]
) -> None:
    assert await listed(queue, which) == numbers


async def test_the_queue_is_read_page_by_page(queue: Database) -> None:
    pages = [await listed(queue, "all", limit=4, offset=offset) for offset in (0, 4, 8, 12)]
    assert [len(page) for page in pages] == [4, 4, 3, 0]
    assert list(itertools.chain(*pages)) == await listed(queue, "all")


async def test_a_history_is_everything_in_order(db: Database, given: Given) -> None:
    await opened(db, given)
    await settled(db, given, PASSED)
    await settled(db, given, FIXABLE, user="U2")
    async with db.reading() as session:
        history = await cases.case_with_history(session, 1)

    assert history.case.number == 1
    assert [event.act for event in history.events] == ["opened", "attempt", "attempt", "closed"]
    assert [submission.user_id for _, submission in history.attempts] == ["U1", "U1"]


async def test_a_clients_own_are_newest_first_and_bounded(db: Database, given: Given) -> None:
    for minute in range(4):
        await settled(db, given, FIXABLE, account=f"a{minute}", minutes=minute)
    async with db.reading() as session:
        assert [c.number for c in await cases.cases_of(session, "T1", "U1", limit=3)] == [4, 3, 2]
        tests = await cases.attempts_of(session, "T1", "U1", limit=2)
    assert [attempt.asked_at for attempt, _ in tests] == [later(minutes=3), later(minutes=2)]


# --- nobody sees anybody else's ----------------------------------------------------------------

people = st.tuples(st.sampled_from(["T1", "T2"]), st.sampled_from(["U1", "U2", "T1"]))


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture
def template(tmp_path: Path, runner: asyncio.Runner) -> str:
    """A migrated file; each example writes into it and undoes that."""
    url = f"sqlite:///{tmp_path / 'two_teams.db'}"

    async def make() -> None:
        async with Database.open(url) as db:
            await db.upgrade()

    runner.run(make())
    return url


class Undo(Exception):  # noqa: N818 - it ends an example.
    """Ends an example without a trace in the database."""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@each(tested=st.lists(people, min_size=1, max_size=8), asking=people)
def test_a_client_sees_their_own_and_nobody_elses(
    runner: asyncio.Runner,
    template: str,
    given: Given,
    tested: list[tuple[str, str]],
    asking: tuple[str, str],
) -> None:
    async def example() -> None:
        async with Database.open(template) as db, db.writing() as session:
            owners: dict[int, tuple[str, str]] = {}
            for team, user in tested:
                submission, attempt = await given(session, team=team, user=user)
                case = await cases.record_attempt(session, attempt, submission, FIXABLE)
                assert isinstance(case, Case)
                owners[case.number or 0] = (team, user)
            await sees_only_own(session, owners, tested, asking)
            raise Undo

    with pytest.raises(Undo):
        runner.run(example())


async def sees_only_own(
    session: AsyncSession,
    owners: dict[int, tuple[str, str]],
    tested: list[tuple[str, str]],
    asking: tuple[str, str],
) -> None:
    own = [number for number, owner in owners.items() if owner == asking]
    assert sorted(c.number or 0 for c in await cases.cases_of(session, *asking)) == sorted(own)

    seen = await cases.attempts_of(session, *asking)
    assert len(seen) == tested.count(asking)
    assert {(s.team_id, s.user_id) for _, s in seen} <= {asking}

    for number, owner in owners.items():
        if owner == asking:
            assert (await cases.client_case(session, number, *asking)).number == number
            continue
        with pytest.raises(cases.NoSuchCase):
            await cases.client_case(session, number, *asking)
        with pytest.raises(cases.NoSuchCase):
            await cases.client_replied(session, number, *asking, "hello")
    for owner in set(tested) - {asking}:
        for _, submission in await cases.attempts_of(session, *owner):
            assert await cases.submission_of(session, submission.id, *asking) is None
            assert await cases.submission_of(session, submission.id, *owner) is not None

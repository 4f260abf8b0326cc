"""How much one person, and one key, may be tested: else the bot would tell thieves which keys work.

Counted in the database, so that the limits hold over replicas and restarts. Only what clients ask
for counts; the retries of keydesk and of staff do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.refusal import Refusal
from bot.schema import Attempt, Submission
from bot.turns import in_turn

WINDOW = timedelta(hours=1)
MOST_OTHERS = 5
"""More people with the same key make it no clearer."""
MOST_BUSY = 5
ALL_TESTS_PER_HOUR = 600
"""By everybody together. A busy day brings some dozens; whoever steers many accounts at once, to sift a
list of stolen keys, would need months for the 100,000 that leaked from 3Commas in 2022. Counted without
a lock, so as many more get through as ask in the same moment."""


class TooManyTests(Refusal):
    """It works again at `again_at`."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"too many tests, again at {again_at.isoformat()}")
        self.again_at = again_at


class TooManyOverall(TooManyTests):
    """Of everybody together, not of this person."""


class TooManyKeys(Refusal):
    """Another key may be tested at `again_at`."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"too many different keys, again at {again_at.isoformat()}")
        self.again_at = again_at


async def check_limits(
    session: AsyncSession,
    *,
    team: str,
    user: str,
    key_mark: str,
    now: datetime,
    tests_per_hour: int,
    keys_per_hour: int,
    all_tests_per_hour: int = ALL_TESTS_PER_HOUR,
) -> None:
    """Whether one more test of this key by this person is within the limits.

    To be called in the transaction that writes the test, before it is written.

    Raises:
        TooManyTests: of this person; or of this key, by whomever.
        TooManyKeys: of this person, were this key tested too.
        TooManyOverall: of everybody.
    """
    # Two replicas could count at the same moment and both find room for one.
    await in_turn(session, f"person {team} {user}", f"key {key_mark}")
    person = (col(Submission.team_id) == team, col(Submission.user_id) == user)
    for whose in (person, (col(Submission.key_mark) == key_mark,)):
        asked = await _tests_since(session, now - WINDOW, *whose)
        if len(asked) >= tests_per_hour:
            raise TooManyTests(asked[-tests_per_hour] + WINDOW)
    last_seen = await _keys_since(session, now - WINDOW, *person)
    others = sorted(at for mark, at in last_seen if mark != key_mark)
    if len(others) >= keys_per_hour and len(others) == len(last_seen):
        raise TooManyKeys(others[-keys_per_hour] + WINDOW)
    asked_at = await _asked_so_many_ago(session, all_tests_per_hour, now - WINDOW)
    if asked_at is not None:
        raise TooManyOverall(asked_at + WINDOW)


async def others_with_key(
    session: AsyncSession, key_mark: str, team: str, user: str, most: int = MOST_OTHERS
) -> list[tuple[str, str]]:
    """Who else has given this same key: team and user, for staff alone. At most *most* of them."""
    given = select(Submission.team_id, Submission.user_id).where(
        Submission.key_mark == key_mark,
        or_(col(Submission.team_id) != team, col(Submission.user_id) != user),
    )
    people = (await session.exec(given.distinct().limit(most))).all()
    return sorted((t, u) for t, u in people)


async def busiest(session: AsyncSession, since: datetime, most: int = MOST_BUSY) -> list[tuple[str, int]]:
    """Who asked for most tests since then, with how many, for staff alone: user ids, the busiest first."""
    count = func.count()
    asked = (
        select(Submission.user_id, count)
        .join(Attempt, col(Attempt.submission_id) == col(Submission.id))
        .where(Attempt.asked_by == "client", Attempt.asked_at > since)
        .group_by(col(Submission.user_id))
        .order_by(count.desc(), col(Submission.user_id))
    )
    return [(user, number) for user, number in await session.exec(asked.limit(most))]


async def _tests_since(
    session: AsyncSession, since: datetime, *whose: ColumnElement[bool]
) -> Sequence[datetime]:
    asked = (
        select(Attempt.asked_at)
        .join(Submission, col(Submission.id) == col(Attempt.submission_id))
        .where(*whose, Attempt.asked_by == "client", Attempt.asked_at > since)
    )
    return (await session.exec(asked.order_by(col(Attempt.asked_at)))).all()


async def _asked_so_many_ago(session: AsyncSession, count: int, since: datetime) -> datetime | None:
    """When the test was asked for that was *count* tests ago; None where that was not after *since*.

    First the row so many back is looked at, whoever asked: on all but the busiest days that is long ago
    already, and nothing has to be counted.
    """
    newest = select(func.max(col(Attempt.id))).scalar_subquery()
    asked = select(Attempt.asked_at).order_by(col(Attempt.id).desc()).limit(1)
    by_anybody = asked.where(col(Attempt.id) <= newest - (count - 1))
    by_clients = asked.where(Attempt.asked_by == "client").offset(count - 1)
    for so_many_ago in (by_anybody, by_clients):
        asked_at = (await session.exec(so_many_ago)).first()
        if asked_at is None or asked_at <= since:
            return None
    return asked_at


async def _keys_since(
    session: AsyncSession, since: datetime, *whose: ColumnElement[bool]
) -> Sequence[tuple[str, datetime]]:
    given = (
        select(Submission.key_mark, func.max(Submission.created_at))
        .where(*whose, Submission.created_at > since)
        .group_by(col(Submission.key_mark))
    )
    return (await session.exec(given)).all()

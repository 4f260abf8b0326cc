"""Whose keys were held in a period: every overlap, nobody else, and words that say what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.db import Database
from bot.incident import MOST_NAMED, held_between, message, read_moment, report, reported, tell_all
from bot.schema import OutboxMessage
from bot.vault import purge_due
from tests.bot.conftest import Given
from tests.bot.rows import NOON, later

START, END = later(hours=1), later(hours=2)


async def held(db: Database, given: Given, since: datetime, until: datetime | None, user: str = "U1") -> None:
    async with db.writing() as session:
        await given(session, user=user, at=since, sealed=b"sealed", purge_at=until)
    if until is not None:
        await purge_due(db, until)


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [
        (NOON, later(minutes=59), False),
        (NOON, START, True),
        (NOON, later(minutes=90), True),
        (NOON, later(hours=9), True),
        (NOON, None, True),
        (later(minutes=70), later(minutes=80), True),
        (later(minutes=119), later(hours=9), True),
        (END, None, False),
        (later(hours=3), later(hours=4), False),
    ],
)
async def test_a_key_counts_if_it_was_held_at_any_moment_of_the_period(
    db: Database, given: Given, since: datetime, until: datetime | None, counts: bool
) -> None:
    await held(db, given, since, until)

    async with db.reading() as session:
        assert bool(await held_between(session, START, END)) is counts


async def test_the_report_names_every_client_once_with_each_key_and_the_message(
    db: Database, given: Given
) -> None:
    for user in ("U1", "U2", "U1"):
        await held(db, given, NOON, later(hours=1, seconds=1.4), user)
    await held(db, given, NOON, None, "U3")
    async with db.reading() as session:
        found = await held_between(session, START, END)

    text = report(found, START, END, "help@example.com")

    assert "4 keys of 3 clients" in text
    assert [text.count(f"Client U{n} of team T1") for n in (1, 2, 3)] == [1, 1, 1]
    assert text.count("held 2026") == 4
    assert "(time_over)" in text
    assert text.count("STILL HELD") == 1
    assert "Delete the key at your exchange" in text
    assert "help@example.com" in text


async def test_the_message_names_each_key_once_by_its_mask(db: Database, given: Given) -> None:
    for _ in range(2):
        await held(db, given, NOON, None)
    async with db.reading() as session:
        words = message(await held_between(session, START, END), "help@example.com")

    assert words.count("6705…d3eb") == 1


async def test_what_to_do_is_never_cut_off_behind_a_long_list_of_keys(db: Database, given: Given) -> None:
    for day in range(MOST_NAMED + 5):
        await held(db, given, NOON - timedelta(days=day), None)
    async with db.reading() as session:
        words = message(await held_between(session, START, END), "help@example.com")

    assert words.count("6705…d3eb") == MOST_NAMED
    assert f"(given on {NOON:%d %b %Y}), 5 more." in words, "the newest are named"
    assert len(words) < 2000
    assert words.endswith("write to help@example.com.")


async def test_nobody_held_is_a_report_too(db: Database) -> None:
    assert "0 keys of 0 clients" in await reported(db, START, END, "help@example.com", tell=True)


async def test_telling_twice_tells_once(db: Database, given: Given) -> None:
    for user in ("U1", "U2"):
        await held(db, given, NOON, None, user)
    for end in (END, END, END + timedelta(seconds=1)):
        async with db.writing() as session:
            assert await tell_all(session, await held_between(session, START, end), START, end) == 2

    assert await told(db) == ["U1", "U2"]


async def test_whoever_gave_another_key_since_is_told_of_that_too(db: Database, given: Given) -> None:
    for user in ("U1", "U2"):
        await held(db, given, NOON, None, user)
    async with db.writing() as session:
        await tell_all(session, await held_between(session, START, END), START, END)
    await held(db, given, START, None, "U2")
    async with db.writing() as session:
        await tell_all(session, await held_between(session, START, END), START, END)

    assert await told(db) == ["U1", "U2", "U2"]


async def told(db: Database) -> list[str]:
    """Whom a message is for, once for each message."""
    async with db.reading() as session:
        return sorted(await session.exec(select(OutboxMessage.conversation)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22 14:30", datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
        (" 2026-11-22T14:30:05Z ", datetime(2026, 11, 22, 14, 30, 5, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_operators_write_it(text: str, moment: datetime) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "22.11.2026", "2026-13-01", "2026-11-22T25:00"])
def test_any_other_way_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is written"):
        read_moment(text)


def test_now_is_now() -> None:
    assert abs(read_moment("now") - datetime.now(UTC)) < timedelta(minutes=1)

"""What staff do to a case: who has it, what was said, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.db import Database
from bot.refusal import Refusal
from bot.schema import Case, CaseEvent, CaseState
from tests.bot.case_steps import SOON, acts, current, opened, settled
from tests.bot.conftest import Given
from tests.bot.rows import DANGEROUS, FIXABLE, NOON, PASSED, later

Verb = Callable[[AsyncSession, int], Awaitable[object]]

LATE = later(hours=5)
HOSTILE = "=1+1 <!channel> \u202e \x00 \ud800"

ON_OPEN: dict[str, Verb] = {
    "claim": lambda session, number: cases.claim(session, number, "S1"),
    "assign": lambda session, number: cases.assign(session, number, "S1", "S2"),
    "release": lambda session, number: cases.release(session, number, "S1"),
    "reply": lambda session, number: cases.reply_sent(session, number, "S1", "hello"),
    "ask for retest": lambda session, number: cases.ask_retest(session, number, "S1"),
    "run the test": lambda session, number: cases.retest_run(session, number, "S1"),
    "resolve": lambda session, number: cases.resolve(session, number, "S1"),
    "snooze": lambda session, number: cases.snooze(session, number, "S1", later(hours=1)),
}
ON_ANY: dict[str, Verb] = {
    "note": lambda session, number: cases.note(session, number, "S1", "hm"),
    "reopen": lambda session, number: cases.reopen(session, number, "S1"),
    "show": cases.case_with_history,
}


async def refused(db: Database, verb: Verb, kind: type[Refusal], number: int = 1) -> Refusal:
    """The verb is refused, and nothing is written down."""
    before = await acts(db, number)
    with pytest.raises(kind) as error:
        await done(db, verb, number)
    assert await acts(db, number) == before
    return error.value


async def done(db: Database, verb: Verb, number: int = 1) -> None:
    async with db.writing() as session:
        await verb(session, number)


@pytest.mark.parametrize("verb", [*ON_OPEN.values(), *ON_ANY.values()], ids=[*ON_OPEN, *ON_ANY])
async def test_an_unknown_number_is_told(db: Database, verb: Verb) -> None:
    refusal = await refused(db, verb, cases.NoSuchCase, 404)
    assert isinstance(refusal, cases.CaseRefusal)
    assert refusal.number == 404


@pytest.mark.parametrize("verb", ON_OPEN.values(), ids=ON_OPEN)
async def test_a_closed_case_is_told_and_works_once_reopened(db: Database, given: Given, verb: Verb) -> None:
    await opened(db, given)
    await done(db, ON_OPEN["resolve"])
    await refused(db, verb, cases.CaseClosed)
    await done(db, ON_ANY["reopen"])
    await done(db, verb)


@pytest.mark.parametrize("verb", [*ON_OPEN.values(), ON_ANY["note"]], ids=[*ON_OPEN, "note"])
async def test_each_act_is_written_down_with_its_actor(db: Database, given: Given, verb: Verb) -> None:
    await opened(db, given)
    await done(db, ON_OPEN["claim"])
    before = await current(db)
    events = len(await acts(db))
    await done(db, verb)

    after = await current(db)
    changed = verb is not ON_OPEN["claim"]
    assert (after.card_version > before.card_version) is changed
    async with db.reading() as session:
        new = (await session.exec(select(CaseEvent).offset(events))).all()
    assert [event.actor for event in new] == (["S1"] if changed else [])


# --- who has it ------------------------------------------------------------------------------


async def test_claiming_gives_an_owner_and_stops_the_reminder(db: Database, given: Given) -> None:
    assert (await opened(db, given, DANGEROUS)).remind_at == SOON
    await done(db, ON_OPEN["claim"])

    case = await current(db)
    assert (case.owner_id, case.remind_at, case.state) == ("S1", None, CaseState.OPEN)


async def test_somebody_elses_case_is_not_taken_silently(db: Database, given: Given) -> None:
    await opened(db, given)
    await done(db, lambda session, number: cases.claim(session, number, "S2"))

    refusal = await refused(db, ON_OPEN["claim"], cases.CaseAlreadyClaimed)
    assert isinstance(refusal, cases.CaseAlreadyClaimed)
    assert refusal.by == "S2"
    other = await refused(db, ON_OPEN["release"], cases.NotYourCase)
    assert isinstance(other, cases.NotYourCase)
    assert other.by == "S2"


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(
    db: Database, given: Given
) -> None:
    await opened(db, given)

    async def claim(who: str) -> str:
        async with db.writing() as session:
            try:
                await cases.claim(session, 1, who)
            except cases.CaseAlreadyClaimed as refusal:
                return refusal.by
        return who

    told = await asyncio.gather(*(claim(f"S{number}") for number in range(8)))
    assert set(told) == {(await current(db)).owner_id}
    assert (await acts(db)).count("claimed") == 1


async def test_assigning_says_who_had_it(db: Database, given: Given) -> None:
    await opened(db, given)
    await done(db, ON_OPEN["claim"])
    await done(db, ON_OPEN["assign"])
    async with db.reading() as session:
        event = (await session.exec(select(CaseEvent).where(CaseEvent.act == "assigned"))).one()
    assert event.changes == {"to": "S2", "before": "S1"}
    assert (await current(db)).owner_id == "S2"


async def test_assigning_stops_the_reminder_and_releasing_starts_it_again(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    await done(db, lambda session, number: cases.assign(session, number, "S2", "S1"))
    assert (await current(db)).remind_at is None
    await done(db, lambda session, number: cases.release(session, number, "S1", remind_at=LATE))

    case = await current(db)
    assert (case.owner_id, case.remind_at, case.remind_stage) == (None, LATE, 0)


async def test_releasing_what_nobody_has_changes_nothing(db: Database, given: Given) -> None:
    await opened(db, given)
    await done(db, ON_OPEN["release"])
    assert await acts(db) == ["opened", "attempt"]


# --- what was said -----------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["reply", "ask for retest"])
async def test_an_answer_waits_for_the_client_and_stops_the_clock(
    db: Database, given: Given, verb: str
) -> None:
    await opened(db, given, DANGEROUS)
    await done(db, ON_OPEN[verb])

    case = await current(db)
    assert (case.state, case.remind_at) == (CaseState.WAITING, None)
    assert case.waiting_since is not None
    assert case.first_response_at == case.waiting_since
    assert case.nudge_at is not None
    assert (case.nudge_at - case.waiting_since).days == 3
    assert case.close_at is not None
    assert (case.close_at - case.waiting_since).days == 14


async def test_only_the_first_answer_is_the_first_response(db: Database, given: Given) -> None:
    await opened(db, given)
    for minute in (1, 2):
        async with db.writing() as session:
            await cases.reply_sent(session, 1, "S1", "hello", at=later(minutes=minute))
    case = await current(db)
    assert (case.first_response_at, case.waiting_since) == (later(minutes=1), later(minutes=2))


async def test_a_note_is_kept_and_changes_nothing_else(db: Database, given: Given) -> None:
    before = await opened(db, given, DANGEROUS)
    await done(db, lambda session, number: cases.note(session, number, "S1", HOSTILE))

    after = await current(db)
    assert (after.state, after.remind_at, after.first_response_at) == (before.state, before.remind_at, None)
    async with db.reading() as session:
        event = (await session.exec(select(CaseEvent).where(CaseEvent.act == "note"))).one()
    assert event.changes == {"text": HOSTILE}


# --- how it ends -------------------------------------------------------------------------------


async def test_resolving_closes_with_its_reason_and_nothing_is_due(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    async with db.writing() as session:
        await cases.resolve(session, 1, "S1", "x" * 500, at=LATE)

    case = await current(db)
    assert (case.state, case.closed_at, case.closed_because) == (CaseState.CLOSED, LATE, "x" * 300)
    assert (case.remind_at, case.nudge_at, case.close_at, case.snoozed_until) == (None,) * 4


async def test_a_hostile_reason_is_kept_as_far_as_it_is_text(db: Database, given: Given) -> None:
    await opened(db, given)
    await done(db, lambda session, number: cases.resolve(session, number, "S1", HOSTILE))
    assert (await current(db)).closed_because == "=1+1 <!channel> \u202e  "


async def test_only_a_closed_case_is_reopened_and_its_owner_stays(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    await done(db, ON_OPEN["claim"])
    await refused(db, ON_ANY["reopen"], cases.CaseNotClosed)
    await done(db, ON_OPEN["resolve"])
    await done(db, ON_ANY["reopen"])

    case = await current(db)
    assert (case.state, case.owner_id, case.closed_at) == (CaseState.OPEN, "S1", None)
    assert (case.closed_because, case.failures_in_row) == (None, 0)


async def test_an_unclaimed_case_that_is_reopened_is_reminded_of(db: Database, given: Given) -> None:
    await opened(db, given, DANGEROUS)
    await done(db, ON_OPEN["resolve"])
    await done(db, lambda session, number: cases.reopen(session, number, "S1", remind_at=LATE))
    assert (await current(db)).remind_at == LATE


async def test_a_case_is_not_reopened_beside_a_newer_one(db: Database, given: Given) -> None:
    await opened(db, given)
    await settled(db, given, PASSED)
    await settled(db, given, FIXABLE)

    refusal = await refused(db, ON_ANY["reopen"], cases.AnotherCaseOpen)
    assert isinstance(refusal, cases.AnotherCaseOpen)
    assert (refusal.number, refusal.other) == (1, 2)
    assert (await current(db)).closed_because == "passed"


async def test_a_refusal_holds_numbers_and_ids_but_nothing_that_was_typed(db: Database, given: Given) -> None:
    await opened(db, given)
    await done(db, ON_OPEN["resolve"])
    refusal = await refused(
        db, lambda session, number: cases.reply_sent(session, number, "S1", "canary"), cases.CaseClosed
    )
    assert "case 1" in str(refusal)
    assert "canary" not in str(refusal) + repr(vars(refusal))


async def test_a_case_by_itself_keeps_its_opening_time(db: Database, given: Given) -> None:
    case: Case = await opened(db, given)
    for verb in ("claim", "reply", "resolve"):
        await done(db, ON_OPEN[verb])
    assert (await current(db)).opened_at == case.opened_at == NOON

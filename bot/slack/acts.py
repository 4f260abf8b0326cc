"""What staff do to a case, the same from a command, a button and the Home tab.

Each act is one transaction: the verb, and everything that has to be said about it. Whoever calls
has asked `staff_only` just before, for authority is checked at the moment of use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.log import get_logger
from bot.person import Person
from bot.schema import Case, CaseEvent, CaseState, OutboxMessage, Submission
from bot.slack.errors import NotStaff
from bot.slack.kit import Kit
from bot.telling import tell_client, tell_staff

log = get_logger(__name__)

Verb = Callable[[AsyncSession], Awaitable[Case]]


async def staff_only(kit: Kit, person: Person) -> None:
    """Go on only for staff.

    Raises:
        NotStaff, AuthorityUnknown
    """
    if not await kit.staff.includes(person):
        log.info("refused_as_no_staff", team=person.team_id, user=person.user_id)
        raise NotStaff("not on the support team")


async def done(kit: Kit, verb: Verb) -> Case:
    """Do *verb*, have staff told, and send it."""
    async with kit.db.writing() as session:
        case = await verb(session)
        await tell_staff(session, kit.settings.staff_channel, case)
    kit.wake_desk(case)
    return case


async def claim(kit: Kit, number: int, staff_id: str) -> Case:
    """Raises: NoSuchCase, CaseClosed, CaseAlreadyClaimed."""
    return await done(kit, lambda session: cases.claim(session, number, staff_id))


async def assign(kit: Kit, number: int, staff_id: str, to: str) -> Case:
    """Raises: NoSuchCase, CaseClosed."""
    return await done(kit, lambda session: cases.assign(session, number, staff_id, to))


async def release(kit: Kit, number: int, staff_id: str) -> Case:
    """Raises: NoSuchCase, CaseClosed, NotYourCase."""
    due = kit.first_response_due()
    return await done(kit, lambda session: cases.release(session, number, staff_id, remind_at=due))


async def note(kit: Kit, number: int, staff_id: str, text: str) -> Case:
    """Raises: NoSuchCase."""
    return await done(kit, lambda session: cases.note(session, number, staff_id, text))


async def resolve(kit: Kit, number: int, staff_id: str, reason: str = "") -> Case:
    """Raises: NoSuchCase, CaseClosed."""
    return await done(kit, lambda session: cases.resolve(session, number, staff_id, reason))


async def reopen(kit: Kit, number: int, staff_id: str) -> Case:
    """Raises: NoSuchCase, CaseNotClosed, AnotherCaseOpen."""
    due = kit.first_response_due()
    return await done(kit, lambda session: cases.reopen(session, number, staff_id, remind_at=due))


async def snooze(kit: Kit, number: int, staff_id: str, until: datetime, reason: str = "") -> Case:
    """Raises: NoSuchCase, CaseClosed."""
    return await done(kit, lambda session: cases.snooze(session, number, staff_id, until, reason))


async def reply(kit: Kit, number: int, staff_id: str, text: str, key: str) -> Case:
    """Write to the client. A second time with the same *key* changes nothing.

    Raises:
        NoSuchCase, CaseClosed
    """
    signed = await signature(kit, staff_id)
    told = f"relay:{key}"

    async def verb(session: AsyncSession) -> Case:
        if await _is_said(session, told):
            return await cases.case_of(session, number)
        case = await cases.reply_sent(session, number, staff_id, text)
        event = await _last_event(session, case, "reply")
        await tell_client(session, _client(case), "relay", told, event=event, signed=signed)
        return case

    case = await done(kit, verb)
    kit.outbox.wake(case.user_id)
    return case


async def ask_retest(kit: Kit, number: int, staff_id: str) -> Case:
    """Ask the client to test again.

    Raises:
        NoSuchCase, CaseClosed
    """

    async def verb(session: AsyncSession) -> Case:
        case = await cases.ask_retest(session, number, staff_id)
        event = await _last_event(session, case, "retest_asked")
        await tell_client(session, _client(case), "retest", f"retest:{event}", event=event)
        return case

    case = await done(kit, verb)
    kit.outbox.wake(case.user_id)
    return case


async def run_retest(kit: Kit, number: int, staff_id: str) -> bool:
    """Test the client's newest keys again where they are still held. False where none are.

    Raises:
        NoSuchCase, CaseClosed, AlreadyTesting
    """
    async with kit.db.reading() as session:
        case = await cases.case_of(session, number)
        held = await _newest_held(session, case)
    if case.state is CaseState.CLOSED:
        raise cases.CaseClosed(number)
    if held is None:
        return False
    promise = await kit.key_tests.again(_client(case), held, None, asked_by="staff")
    with suppress(cases.CaseClosed):  # a replica was quick: the test has passed, and closed it
        await done(kit, lambda session: cases.retest_run(session, number, staff_id))
    kit.underway.start(kit.key_tests.begin(promise))
    return True


async def signature(kit: Kit, staff_id: str) -> str:
    """What a reply is signed with: a first name, or "Support", as the setting says."""
    return "Support" if kit.settings.reply_signed == "support" else await kit.staff.first_name(staff_id)


def _client(case: Case) -> Person:
    return Person(case.team_id, case.user_id)


async def _is_said(session: AsyncSession, key: str) -> bool:
    return (await session.exec(select(OutboxMessage.id).where(OutboxMessage.key == key))).first() is not None


async def _last_event(session: AsyncSession, case: Case, act: str) -> int:
    """The id of what was just written down; the case is locked, so nobody was faster."""
    await session.flush()
    events = select(CaseEvent.id).where(CaseEvent.case_number == case.number, CaseEvent.act == act)
    return (await session.exec(events.order_by(col(CaseEvent.id).desc()).limit(1))).one() or 0


async def _newest_held(session: AsyncSession, case: Case) -> str | None:
    held = (
        select(Submission.id)
        .where(
            Submission.team_id == case.team_id,
            Submission.user_id == case.user_id,
            Submission.exchange == case.exchange,
            Submission.account == case.account,
            col(Submission.sealed).is_not(None),
        )
        .order_by(col(Submission.created_at).desc())
    )
    return (await session.exec(held.limit(1))).first()

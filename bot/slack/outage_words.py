"""An outage as staff read it: one alarm that counts up in place, and one all-clear."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.outage_rows import cases_of_outage
from bot.outages import OWN_ERROR, SILENT, SILENT_AFTER
from bot.outbox import Overtaken
from bot.schema import Case, CaseState, Outage, OutboxMessage
from bot.slack.blocks import escape, section, when
from bot.slack.history import called
from bot.slack.kit import Composed, Kit
from validators.diagnosis import Cause

LISTED = 20
OWN_WORDS = "keydesk itself failed during these tests: please have its log looked at."
NOBODYS_FAULT = (
    "No key is to blame, and there is nothing to do case by case: the tests are tried again by "
    "themselves, and run again as soon as it is over."
)


async def compose(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The alarm, which notifies staff once."""
    outage = await _outage_of(session, message)
    text = await _alarm(kit, session, outage)
    return Composed(message.conversation, text, [section(text)])


async def compose_count(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The same alarm as things are now, in its place."""
    outage = await _outage_of(session, message)
    alarms = await session.exec(select(OutboxMessage).where(OutboxMessage.key == f"outage:{outage.id}"))
    alarm = alarms.first()
    if alarm is None or alarm.ts is None or alarm.channel is None:
        raise Overtaken("the alarm was not posted yet, and will be as things are then")
    text = await _alarm(kit, session, outage)
    return Composed(alarm.channel, text, [section(text)], update_ts=alarm.ts)


async def compose_over(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The all-clear: how long, for how many, and what happens now."""
    outage = await _outage_of(session, message)
    title = escape(kit.exchange_of(outage.exchange).title)
    text = " ".join(
        [
            f"*{_all_clear(outage, title)}*",
            f"{clients_of(outage)} could not be told, from {when(outage.opened_at)} "
            f"to {when(outage.ended_at or outage.last_at)}.",
            _reruns(outage),
            *_given_up(await cases_of_outage(session, outage)),
        ]
    )
    return Composed(message.conversation, text, [section(text)])


async def _outage_of(session: AsyncSession, message: OutboxMessage) -> Outage:
    return await session.get_one(Outage, int(message.payload["outage"]))


async def _alarm(kit: Kit, session: AsyncSession, outage: Outage) -> str:
    title = escape(kit.exchange_of(outage.exchange).title)
    facts = f"{escape(words_of(kit, outage))} {clients_of(outage)} since {when(outage.opened_at)}"
    if outage.ended_at is not None:
        return f"*{title}: “Could not tell” for many. Over.* {facts}, until {when(outage.ended_at)}."
    listed = _listed(await cases_of_outage(session, outage))
    return f"{called(kit)} *{title}: “Could not tell” for many.* {facts}: {listed}. {NOBODYS_FAULT}"


def words_of(kit: Kit, outage: Outage) -> str:
    """What is the matter, one plain sentence."""
    if outage.cause == OWN_ERROR:
        return OWN_WORDS
    return kit.exchange_of(outage.exchange).guide.headline(Cause(outage.cause))


def _all_clear(outage: Outage, title: str) -> str:
    if outage.ended_because == SILENT:
        minutes = int(SILENT_AFTER.total_seconds() // 60)
        return f"{title}: no “Could not tell” of this kind for {minutes} minutes, so it counts as over."
    return f"{title}: tests get an answer again."


def clients_of(outage: Outage) -> str:
    """How many met it: "3 clients"."""
    return "1 client" if outage.clients == 1 else f"{outage.clients} clients"


def _reruns(outage: Outage) -> str:
    if outage.reruns == 0:
        return "No test waits."
    runs = "1 test that waited runs" if outage.reruns == 1 else f"{outage.reruns} tests that waited run"
    return f"{runs} again now, and each client hears the result."


def _given_up(cases: Sequence[Case]) -> list[str]:
    """Those whose keys are gone: only their clients can go on."""
    gone = [case for case in cases if case.state is CaseState.WAITING]
    if not gone:
        return []
    return [f"Their keys are forgotten, so these clients have to test anew: {_listed(gone)}."]


def _listed(cases: Sequence[Case]) -> str:
    numbers = [str(case.number) for case in cases]
    if not numbers:
        return "no open case"
    more = f" and {len(numbers) - LISTED} more" if len(numbers) > LISTED else ""
    return f"{'case' if len(numbers) == 1 else 'cases'} {', '.join(numbers[:LISTED])}{more}"

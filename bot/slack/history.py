"""The thread under a card: each attempt, each act of a person, each reply; and the call for people."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import QUOTED, fact_words, sentence_of
from bot.limits import WINDOW, busiest, others_with_key
from bot.outbox import Overtaken
from bot.person import KEYDESK
from bot.schema import Case, CaseEvent, CaseState, OutboxMessage, Submission
from bot.slack.blocks import Block, escape, literal, paragraphs, quoted, section, when
from bot.slack.case_words import reason_of
from bot.slack.kit import Composed, Kit

PERSON_FIELDS = frozenset({"to", "before"})
MENTIONS = {
    "needs_staff": "{called} Case {number} needs you. {reason}",
    "reminder": "{called} Case {number} still needs you, and nobody has claimed it yet. {reason}",
    "mailed": "Nobody has claimed case {number} yet, so keydesk has now reminded support by e-mail.",
}
REMINDERS = frozenset({"reminder", "mailed"})
LONGEST = 10_000
"""Characters of what somebody wrote: nothing that we take is longer, so nothing is cut."""


async def compose_event(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """One act, as a line in the card's thread, with what was written in full.

    Raises:
        Overtaken: the card was deleted by hand. A new one comes; `/triage show` tells the rest.
    """
    case = await session.get_one(Case, message.case_number)
    if case.card_channel != message.conversation:
        raise Overtaken("the card is gone, and its thread with it")
    event = await session.get_one(CaseEvent, int(message.payload["event"]))
    if event.act == "unsnoozed" and case.owner_id is not None:
        # A line in a thread notifies nobody, and whoever put the case off counts on being told.
        text = f"<@{escape(case.owner_id)}> {event_text(event)}"
        return _in_thread(message, case, text, [section(text)])
    return _in_thread(message, case, event_text(event), event_blocks(event))


async def compose_mention(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The call for people, by its stage: when a case needs them, and again when nobody claims it."""
    case = await session.get_one(Case, message.case_number)
    stage = message.payload.get("stage")
    if stage in REMINDERS and (case.state is CaseState.CLOSED or case.owner_id is not None):
        raise Overtaken("somebody claimed it meanwhile")
    text = MENTIONS.get(str(stage), MENTIONS["needs_staff"]).format(
        called=called(kit), number=case.number, reason=escape(reason_of(case))
    )
    return _in_thread(message, case, text, [section(text)])


def called(kit: Kit) -> str:
    """What notifies staff: their user group, or whoever is here."""
    group = kit.settings.staff_usergroup
    return f"<!subteam^{group}>" if group else "<!here>"


async def compose_limit(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """A note to staff: somebody tests more keys than anybody should."""
    who, what = f"<@{escape(str(message.payload.get('user')))}>", message.payload.get("what")
    text = (
        f"{who} was refused: too many {'different keys' if what == 'TooManyKeys' else 'tests'} in one hour. "
        "Please check that these are the client's own keys."
    )
    if what == "TooManyOverall":
        text = (
            f"Nobody can test just now: there were more tests in an hour than is usual. {who} was refused "
            f"first. Most tests were asked for by {await _busiest(session, message)}. Please see that "
            "these are clients with keys of their own."
        )
    return Composed(message.conversation, text, [section(text)])


async def _busiest(session: AsyncSession, message: OutboxMessage) -> str:
    people = await busiest(session, message.created_at - WINDOW)
    return ", ".join(f"<@{escape(user)}> ({number})" for user, number in people)


async def compose_shared(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """A note to staff: several people have given one key, and no case of it is open."""
    submission = await session.get_one(Submission, str(message.payload["submission"]))
    team, user = submission.team_id, submission.user_id
    others = await others_with_key(session, submission.key_mark, team, user)
    named = ", ".join(f"<@{escape(other)}>" for _, other in others)
    text = (
        f"<@{escape(user)}> tested the key {literal(submission.masked_key)}, which {named} gave too. "
        "Please check whose key it is."
    )
    return Composed(message.conversation, text, [section(text)])


def event_text(event: CaseEvent) -> str:
    """An act in words: who, what, and what was written."""
    return "\n".join([act_line(event), *([quoted(_written(event), LONGEST)] if _written(event) else [])])


def event_blocks(event: CaseEvent) -> list[Block]:
    """The same in blocks."""
    return [section(act_line(event)), *paragraphs(_written(event), quote=True)]


def act_line(event: CaseEvent) -> str:
    """Who did what, without what was written: "Sue replied to the client:"."""
    actor = "keydesk" if event.actor == KEYDESK else f"<@{escape(event.actor)}>"
    known = {name: _shown(name, value) for name, value in event.changes.items() if name != "text"}
    return sentence_of(event.act, actor, known)


def dated_line(event: CaseEvent) -> str:
    """The same with the moment at which it was."""
    return f"{when(event.at)}: {act_line(event)}"


def _written(event: CaseEvent) -> str:
    return str(event.changes.get("text") or "") if event.act in QUOTED else ""


def _shown(name: str, value: object) -> str:
    if name in PERSON_FIELDS:
        return f"<@{escape(str(value))}>"
    if name == "until":
        return when(datetime.fromisoformat(str(value)))
    return literal(fact_words(name, value))


def _in_thread(message: OutboxMessage, case: Case, text: str, blocks: list[Block]) -> Composed:
    in_channel = case.card_channel == message.conversation
    return Composed(message.conversation, text, blocks, thread_ts=case.card_ts if in_channel else None)

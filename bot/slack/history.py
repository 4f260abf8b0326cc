"""The thread under a card: each attempt, each act of a person, each reply; and the call for people."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.escalation import Reason
from bot.person import KEYDESK
from bot.schema import Case, CaseEvent, OutboxMessage
from bot.slack.blocks import escape, literal, quoted, section
from bot.slack.kit import Composed, Kit

SENTENCES = {
    "opened": "opened the case.",
    "attempt": "tested the key: {verdict}.",
    "claimed": "claimed the case.",
    "assigned": "assigned the case to {to}.",
    "released": "released the case.",
    "note": "noted:",
    "reply": "replied to the client:",
    "client_reply": "wrote to support:",
    "asked_support": "asked support for help.",
    "needs_staff": "The case needs people: {reason}",
    "retest_asked": "asked the client for a retest.",
    "retest_run": "ran the test again with the keys that are still held.",
    "resolved": "resolved the case. {reason}",
    "closed": "closed the case: {reason}.",
    "reopened": "reopened the case.",
    "snoozed": "snoozed the case until {until}. {reason}",
    "unsnoozed": "The snooze is over.",
    "nudged": "reminded the client.",
    "reminded": "reminded the team.",
    "forgot_keys": "had the keys forgotten.",
}
QUOTED = frozenset({"note", "reply", "client_reply"})


async def compose_event(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """One act, as a line in the card's thread."""
    case = await session.get_one(Case, message.case_number)
    event = await session.get_one(CaseEvent, int(message.payload["event"]))
    return _in_thread(message, case, event_text(event))


async def compose_mention(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The call for people: it mentions the user group, or whoever is here."""
    case = await session.get_one(Case, message.case_number)
    group = kit.settings.staff_usergroup
    called = f"<!subteam^{group}>" if group else "<!here>"
    try:
        why = Reason(case.needs_staff_because or "").sentence
    except ValueError:
        why = case.needs_staff_because or ""
    text = f"{called} Case {case.number} needs you. {escape(why)}"
    return _in_thread(message, case, text)


async def compose_limit(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """A note to staff: somebody tests more keys than anybody should."""
    many = "different keys" if message.payload.get("what") == "TooManyKeys" else "tests"
    text = (
        f"<@{escape(str(message.payload.get('user')))}> was refused: too many {many} in one hour. "
        "Please check that these are the client's own keys."
    )
    return Composed(message.conversation, text, [section(text)])


def event_text(event: CaseEvent) -> str:
    """An act in words: who, what, and what was written."""
    changes = event.changes
    actor = "keydesk" if event.actor == KEYDESK else f"<@{escape(event.actor)}>"
    known = {name: _shown(name, value) for name, value in changes.items() if name != "text"}
    sentence = SENTENCES.get(event.act, escape(event.act.replace("_", " ")) + ".")
    said = sentence.format_map(_Blank(known)).strip()
    line = said if sentence[0].isupper() else f"{actor} {said}"
    if event.act in QUOTED and changes.get("text"):
        line += "\n" + quoted(str(changes["text"]))
    return line


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _shown(name: str, value: object) -> str:
    if name == "to":
        return f"<@{escape(str(value))}>"
    if name == "reason":
        try:
            return escape(Reason(str(value)).sentence)
        except ValueError:
            return literal(str(value))
    return literal(str(value).replace("_", " "))


def _in_thread(message: OutboxMessage, case: Case, text: str) -> Composed:
    in_channel = case.card_channel == message.conversation
    return Composed(
        message.conversation, text, [section(text)], thread_ts=case.card_ts if in_channel else None
    )

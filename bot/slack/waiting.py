"""What a client hears while a case waits for them: a nudge, and in the end a kind word and a way back."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.outbox import Overtaken
from bot.schema import Attempt, Case, CaseEvent, CaseState, OutboxMessage, Submission
from bot.slack.blocks import Block, actions, button, context, escape, section, when
from bot.slack.case_words import subject_of
from bot.slack.greeting import start_button
from bot.slack.kit import Composed, Kit
from validators.diagnosis import Verdict

STUCK = "If you are stuck, press “Ask support”: we are glad to help."
ASKED = ("reply", "retest_asked")
"""Acts of staff upon which the client is waited for."""


async def compose_nudge(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """After three days: what is waited for, and what to press."""
    case = await _case_of(session, message)
    if case.state is not CaseState.WAITING:
        raise Overtaken("the client is no longer waited for")
    asked = await _asked_last(session, case)
    subject = escape(subject_of(kit, case))
    if asked is not None and asked.act == "reply":
        text = (
            f"Our support team wrote to you about your {subject} key {when(asked.at)}, and waits for your "
            "answer. Press “Reply” to write to them, or “Test an API key” once you have made the change."
        )
    else:
        text = f"{await _standing(session, case, subject)} {STUCK}"
    return _to_client(message, case, text, [start_button(), *await _ways(session, case, asked)])


async def compose_closing(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """After fourteen days: the case is closed, nothing is lost."""
    case = await _case_of(session, message)
    if case.closed_because != "no_answer":
        raise Overtaken("the case was taken up again")
    text = (
        f"We have not heard from you for two weeks, so we closed case {case.number} about your "
        f"{escape(subject_of(kit, case))} key. That is no problem: press “Test an API key” whenever you "
        "are ready, or “Reply” if you would like us to take the case up again."
    )
    return _to_client(message, case, text, [start_button(), _reply_button(case)])


async def _standing(session: AsyncSession, case: Case, subject: str) -> str:
    """How the key stands by its last test, and what to do."""
    verdicts = select(Attempt.verdict).where(
        Attempt.case_number == case.number, col(Attempt.settled_at).is_not(None)
    )
    last = (await session.exec(verdicts.order_by(col(Attempt.id).desc()).limit(1))).first()
    if last is Verdict.COULD_NOT_TELL:
        return (
            f"Your {subject} key could not be tested yet, and the keys that you gave are forgotten. "
            "To test it again, press “Test an API key”."
        )
    return (
        f"Your {subject} key still needs a fix. The result above says what to do. When you have done it, "
        "press “Test an API key”."
    )


async def _case_of(session: AsyncSession, message: OutboxMessage) -> Case:
    return await session.get_one(Case, int(message.payload["case"]))


async def _asked_last(session: AsyncSession, case: Case) -> CaseEvent | None:
    """The last wish of staff; None where the test alone is waited for."""
    asked = select(CaseEvent).where(CaseEvent.case_number == case.number, col(CaseEvent.act).in_(ASKED))
    return (await session.exec(asked.order_by(col(CaseEvent.id).desc()).limit(1))).first()


async def _ways(session: AsyncSession, case: Case, asked: CaseEvent | None) -> list[Block]:
    """To people: "Reply" where they have written, else "Ask support"."""
    if asked is not None:
        return [_reply_button(case)]
    tested = select(Submission.id).where(Submission.case_number == case.number)
    last = (await session.exec(tested.order_by(col(Submission.created_at).desc()).limit(1))).first()
    return [button("Ask support", "ask_support", last)] if last else []


def _reply_button(case: Case) -> Block:
    return button(
        "Reply", "client_reply", str(case.number), says=f"Reply to support about case {case.number}"
    )


def _to_client(message: OutboxMessage, case: Case, text: str, buttons: list[Block]) -> Composed:
    footer = context(f"Case {case.number}. Please never send a key, secret or passphrase in a message.")
    return Composed(message.conversation, text, [section(text), *actions(buttons), footer])

"""The card of a case in the staff channel: one message, updated in place, always as the rows are now.

It arrives already diagnosed: what was found, with the guide's step, the exchange's own code and
words, and what the client was told. Staff see no key, only its first and last four characters.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.person import KEYDESK
from bot.schema import Attempt, Case, CaseEvent, CaseState, OutboxMessage, Submission
from bot.slack.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    header,
    literal,
    section,
    shortened,
    when,
)
from bot.slack.case_words import Names, client_of, standing_of, subject_of
from bot.slack.history import act_line
from bot.slack.kit import Composed, Kit
from validators.diagnosis import Diagnosis, Evidence
from validators.guide import Explanation

EVIDENCE_SHOWN = 6


async def compose(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The card of the message's case; an update where the case has one in this channel already."""
    case = await session.get_one(Case, message.case_number)
    blocks = await card_blocks(kit, session, case)
    in_place = case.card_ts if case.card_channel == message.conversation else None
    return Composed(message.conversation, await card_text(kit, session, case), blocks, update_ts=in_place)


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a card is made of, read from the rows."""

    case: Case
    attempt: Attempt | None
    submission: Submission | None
    tests: int
    last_act: str = ""

    @property
    def diagnosis(self) -> Diagnosis | None:
        return (
            Diagnosis.from_json(self.attempt.diagnosis) if self.attempt and self.attempt.diagnosis else None
        )


async def card_blocks(kit: Kit, session: AsyncSession, case: Case) -> list[Block]:
    return shown_blocks(kit, await _read(session, case))


def shown_blocks(names: Names, card: Card) -> list[Block]:
    """The card, from its rows alone."""
    diagnosis, explanation = card.diagnosis, _explained(names, card)
    shown = [
        header(_title(names, card.case, explanation)),
        section(_facts(names, card)),
    ]
    if explanation is not None and diagnosis is not None:
        shown.append(section(_findings(explanation)))
        shown.append(context(_evidence(diagnosis.evidence)))
        shown.append(context(_told(explanation)))
    shown.append(context(standing_of(card.case)))
    if card.last_act:
        shown.append(context(card.last_act))
    return [*shown, *card_buttons(card.case)]


async def card_text(kit: Kit, session: AsyncSession, case: Case) -> str:
    """The card for screen readers and notifications."""
    card = await _read(session, case)
    diagnosis, explanation = card.diagnosis, _explained(kit, card)
    parts = [_title(kit, case, explanation), _facts(kit, card)]
    # Before what was found: a long list must not cut off whose case it is.
    parts += [standing_of(case), card.last_act]
    if explanation is not None and diagnosis is not None:
        parts += [_findings(explanation), _evidence(diagnosis.evidence)]
    return shortened("\n".join(part for part in parts if part), 4000)


def card_buttons(case: Case) -> list[Block]:
    """What staff can still do; a closed case has no buttons."""
    if case.state is CaseState.CLOSED:
        return []
    number = str(case.number)
    sure = confirm(
        f"Resolve case {number}?", "The case is closed. The client is not told by this.", "Resolve"
    )
    claim = [] if case.owner_id else [button("Claim", "case_claim", number, style="primary")]
    return actions(
        [
            *claim,
            button("Reply to client", "case_reply", number),
            button("Ask for retest", "case_retest", number),
            button("Resolve", "case_resolve", number, confirm=sure),
        ],
        block_id=f"case:{number}",
    )


async def _read(session: AsyncSession, case: Case) -> Card:
    attempts = (
        await session.exec(
            select(Attempt)
            .where(Attempt.case_number == case.number, col(Attempt.settled_at).is_not(None))
            .order_by(col(Attempt.id).desc())
        )
    ).all()
    last = attempts[0] if attempts else None
    submission = await session.get(Submission, last.submission_id) if last else None
    return Card(case, last, submission, len(attempts), await _last_act(session, case))


def _explained(names: Names, card: Card) -> Explanation | None:
    diagnosis = card.diagnosis
    return names.exchange_of(card.case.exchange).guide.explain(diagnosis) if diagnosis else None


async def _last_act(session: AsyncSession, case: Case) -> str:
    """Who did what last: a person's act, for what keydesk did stands in the card anyway."""
    acts = (
        select(CaseEvent)
        .where(CaseEvent.case_number == case.number, CaseEvent.actor != KEYDESK)
        .order_by(col(CaseEvent.id).desc())
    )
    last = (await session.exec(acts.limit(1))).first()
    return f"Last act: {act_line(last).rstrip('.:')} · {when(last.at)}" if last else ""


def _title(names: Names, case: Case, explanation: Explanation | None) -> str:
    word = explanation.word if explanation else "Could not tell"
    if case.state is CaseState.CLOSED and case.closed_because == "passed":
        word = "Passed"
    return f"Case {case.number}: {word} · {subject_of(names, case)}"


def _facts(names: Names, card: Card) -> str:
    lines = [f"*Client:* {client_of(names, card.case)}"]
    if card.submission is not None:
        lines.append(f"*Key:* {literal(card.submission.masked_key)}")
    lines.append(f"*Tests:* {card.tests} (failed in a row: {card.case.failures_in_row})")
    return "\n".join(lines)


def _findings(explanation: Explanation) -> str:
    lines = []
    for advice in explanation.advice:
        step = f" ({advice.step})" if advice.step else ""
        lines.append(
            f"• *{literal(advice.headline, 400)}*{step}\n   _For support:_ {literal(advice.staff, 500)}"
        )
    broken = [line for line in explanation.checklist if line.mark != "✓"]
    lines += [
        f"{line.mark} {literal(line.text)}" + (f": {literal(line.note)}" if line.note else "")
        for line in broken
    ]
    return "\n".join(lines) or "Nothing was found to be wrong."


def _evidence(evidence: tuple[Evidence, ...]) -> str:
    lines = []
    for answer in evidence[:EVIDENCE_SHOWN]:
        said = answer.code or ("no answer" if answer.http_status is None else f"status {answer.http_status}")
        words = f" “{literal(answer.words)}”" if answer.words else ""
        lines.append(f"{literal(answer.request)}: {literal(said)}{words}")
    return "\n".join(lines) or "Nothing was asked."


def _told(explanation: Explanation) -> str:
    fixes = [sentence for advice in explanation.advice for sentence in advice.do]
    return "The client was told: " + literal(" ".join([explanation.opening, *fixes]), 1500)

"""A diagnosis as the client reads it, in the dialog and as a direct message, and its buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import key_attempts
from bot.audit import span_words
from bot.key_fate import Forgotten
from bot.outbox import Overtaken
from bot.reference import reference_of
from bot.schema import Attempt, OutboxMessage, Submission
from bot.slack import blocks as kit_blocks
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    divider,
    header,
    literal,
    section,
    shortened,
    when,
)
from bot.slack.kit import Composed, Kit
from validators.diagnosis import Diagnosis, Verdict
from validators.exchange import Exchange
from validators.guide import Advice, Explanation

TITLE = "Test your API keys"
ADVICE_BLOCKS = 30
"""A message holds 50 blocks; what a check can find at once stays well below."""

FORGOTTEN_WORDS = {
    Forgotten.PASSED: "Your keys are forgotten",
    Forgotten.DANGEROUS: "Your keys are forgotten, because they can do more than read",
    Forgotten.NOT_HELD: "Your keys are forgotten",
    Forgotten.TIME_OVER: "Your keys are forgotten, because their time is over",
    Forgotten.ASKED: "Your keys are forgotten, as you asked",
    Forgotten.REPLACED: "These keys are forgotten, because you entered them again",
    Forgotten.GAVE_UP: "Your keys are forgotten, because we could not test them for 24 hours",
    Forgotten.BROKEN: "Your keys could not be opened any more and are forgotten. Please enter them again",
    Forgotten.PURGED: "Your keys are forgotten, because our staff cleared all keys",
}


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a result is made of, read from the rows."""

    exchange: Exchange
    attempt: Attempt
    submission: Submission
    next_try: datetime | None

    @property
    def diagnosis(self) -> Diagnosis | None:
        stored = self.attempt.diagnosis
        return Diagnosis.from_json(stored) if stored else None

    @property
    def subject(self) -> str:
        return f"{self.exchange.title} {self.exchange.account_label(self.submission.account)}"


async def read_result(kit: Kit, session: AsyncSession, attempt_id: int) -> Result:
    """The rows of one settled attempt.

    Raises:
        NoResultFound: there is no such attempt.
    """
    attempt = await session.get_one(Attempt, attempt_id)
    submission = await session.get_one(Submission, attempt.submission_id)
    follow_up = await key_attempts.next_try_of(session, submission.id)
    return Result(kit.exchange_of(submission.exchange), attempt, submission, follow_up)


async def compose(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The direct message that tells a result, and stays."""
    result = await read_result(kit, session, int(message.payload["attempt"]))
    text, shown = result_text(result), result_blocks(result)
    return Composed(channel=message.conversation, text=text, blocks=shown)


async def compose_again(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The same message as it is now: keys that were forgotten take their buttons with them."""
    result = await read_result(kit, session, int(message.payload["attempt"]))
    told = await session.exec(select(OutboxMessage).where(OutboxMessage.key == f"result:{result.attempt.id}"))
    first = told.first()
    if first is None or first.ts is None or first.channel is None:
        raise Overtaken("the result was not told yet, and will be as it is now")
    return Composed(first.channel, result_text(result), result_blocks(result), update_ts=first.ts)


def result_view(result: Result, dialog_id: str) -> Block:
    """The same in the dialog."""
    return kit_blocks.modal(TITLE, result_blocks(result), close="Close", external_id=dialog_id)


def result_blocks(result: Result) -> list[Block]:
    """Header, opening, checklist, fixes, what comes next, fate of the keys, buttons."""
    explanation = _explained(result)
    if explanation is None:
        return [
            header(f"Could not tell: {result.subject}"),
            section(_no_keys_sentence(result)),
            context(_foot(result)),
            *result_buttons(result),
        ]
    shown = [
        header(f"{explanation.word}: {result.subject}"),
        section(literal(explanation.opening, 2000)),
        *([section(_advice(explanation))] if explanation.advice else []),
        divider(),
        section(_checklist(explanation)),
    ]
    if explanation.notes:
        shown.append(section("\n".join(f"*Note:* {literal(note, 600)}" for note in explanation.notes)))
    if coming := _coming_next(explanation, result):
        shown.append(section(coming))
    return [*shown, context(_foot(result)), *result_buttons(result)]


def result_text(result: Result) -> str:
    """The whole result for screen readers and notifications, which do not read blocks."""
    explanation = _explained(result)
    if explanation is None:
        parts = [f"Could not tell: {result.subject}", _no_keys_sentence(result)]
    else:
        parts = [
            f"{explanation.word}: {result.subject}",
            literal(explanation.opening, 1000),
            _advice(explanation),
            _checklist(explanation),
            *(literal(note, 600) for note in explanation.notes),
            _coming_next(explanation, result),
        ]
    foot = _foot(result)
    room = kit_blocks.MESSAGE_CHARS - len(foot) - 2
    return shortened("\n".join(part for part in parts if part), room) + "\n" + foot


def _foot(result: Result) -> str:
    """What became of the keys, and what leads support to this very test."""
    return f"{fate_sentence(result)}\nReference of this test: {reference_of(result.submission.id)}"


def fate_sentence(result: Result) -> str:
    """What became of the keys: forgotten and when, or held and until when."""
    submission = result.submission
    if submission.sealed is None:
        why = Forgotten(submission.purged_because or Forgotten.ASKED)
        gone = submission.purged_at or submission.created_at
        held_s = (gone - submission.created_at).total_seconds()
        return f"{FORGOTTEN_WORDS[why]}. Held {span_words(held_s)}, forgotten {when(gone)}."
    until = when(submission.purge_at or submission.created_at)
    if result.attempt.verdict is Verdict.COULD_NOT_TELL:
        return f"Your keys stay sealed until this is settled, {until} at the latest. Nobody can read them."
    return (
        f"Your keys stay sealed until {until}, so that “Test again” needs no typing. "
        "Then they are forgotten. Nobody can read them."
    )


def result_buttons(result: Result) -> list[Block]:
    """Only what can still be done: "Test again" and "Forget my keys" need keys that are held."""
    submission_id = result.submission.id
    if result.attempt.verdict is Verdict.PASSED:
        return actions(
            [
                button("Test an API key", "test_keys", result.exchange.slug),
                button("Ask support", "ask_support", submission_id),
            ]
        )
    held = result.submission.sealed is not None
    return actions(
        [
            *([button("Test again", "test_again", submission_id, style="primary")] if held else []),
            button("Enter keys again", "enter_keys_again", result.exchange.slug),
            *([button("Forget my keys", "forget_keys", submission_id)] if held else []),
            button("Ask support", "ask_support", submission_id),
        ]
    )


def _explained(result: Result) -> Explanation | None:
    diagnosis = result.diagnosis
    return result.exchange.guide.explain(diagnosis) if diagnosis else None


def _no_keys_sentence(result: Result) -> str:
    if result.submission.sealed is not None:
        return "Something went wrong on our side. Your key is not to blame. " + _tried_again(result)
    return "We no longer hold these keys, so we could not test them. Please press “Enter keys again”."


def _tried_again(result: Result) -> str:
    if result.next_try is None:
        return "Our support team has been told."
    return f"We will try again by ourselves {when(result.next_try)} and tell you the result here."


def _advice(explanation: Explanation) -> str:
    return "\n\n".join(_one_advice(advice) for advice in explanation.advice)


def _one_advice(advice: Advice) -> str:
    step = f" ({advice.step})" if advice.step else ""
    lines = [f"*{literal(advice.headline, 400)}*{step}"]
    lines += [f"• {literal(sentence, 400)}" for sentence in advice.do]
    return "\n".join(lines)


def _checklist(explanation: Explanation) -> str:
    return "\n".join(_line(line.mark, line.text, line.note, line.step) for line in explanation.checklist)


def _line(mark: str, text: str, note: str, step: str) -> str:
    said = f"{mark} {literal(text)}"
    if note:
        said += f": {literal(note)}"
    return f"{said} ({step})" if step else said


def _coming_next(explanation: Explanation, result: Result) -> str:
    lines = [literal(line, 600) for line in explanation.coming_next]
    if explanation.verdict is Verdict.COULD_NOT_TELL:
        lines.append(_tried_again(result))
    return "\n".join(f"• {line}" for line in lines)

"""What went wrong → what a person is told: a refusal has its sentence, the unexpected a reference.

The reference leads to the log's lines and, where a test is concerned, to its story (``keydesk audit``);
none of them holds what was typed.
"""

from __future__ import annotations

from bot.cases import (
    AnotherCaseOpen,
    CaseAlreadyClaimed,
    CaseClosed,
    CaseNotClosed,
    CaseRefusal,
    NoSuchCase,
    NotYourCase,
)
from bot.db import StorageUnavailable
from bot.key_attempts import AlreadyTesting, KeysForgotten
from bot.limits import TooManyKeys, TooManyOverall, TooManyTests
from bot.log import get_logger
from bot.reference import reference_or_new
from bot.refusal import Refusal, Told
from bot.slack.blocks import Block, escape, literal, modal, section, when
from bot.slack.key_dialog import CALLBACK_ID
from bot.slack.kit import Gesture
from bot.slack.people import AuthorityUnknown
from bot.slack.result import TITLE

log = get_logger(__name__)

NOT_STARTED = (
    "We could not start this just now: our own storage did not answer. Nothing was kept. "
    "Please try again in a few minutes. Your key is not to blame."
)

TEST_NOT_CONFIRMED = (
    "Our own storage is too slow just now, so we cannot say whether your test has started. If no result "
    "comes to you in the next two minutes, please test again. Your key is not to blame."
)
NOT_CONFIRMED = (
    "We are slow just now, so we cannot say yet whether this was done. If you see nothing of it in the "
    "next two minutes, please do it again."
)


class NotStaff(Refusal):
    """This person may not triage."""


async def tell(gesture: Gesture, error: Exception) -> None:
    """Tell the person what *error* means for them. Never raises."""
    text = sentence(error)
    if text is None:
        text = _unexpected(error, gesture)
    if gesture.body.get("type") == "view_submission" and not gesture.acked:
        await gesture.ack(response_action="update", view=_view(gesture, text))
        return
    await gesture.ack()
    await gesture.tell(text)


async def tell_late(gesture: Gesture) -> None:
    """Answer without knowing: Slack waits no longer, and the work goes on. Never raises."""
    if gesture.body.get("type") == "view_submission":
        tested = gesture.view.get("callback_id") == CALLBACK_ID
        text = TEST_NOT_CONFIRMED if tested else NOT_CONFIRMED
        await gesture.ack(response_action="update", view=_view(gesture, text))
        return
    await gesture.ack()


def sentence(error: Exception) -> str | None:
    """The sentence for a refusal, as mrkdwn; None for what nobody expected."""
    match error:
        case Told():
            return str(error)
        case TooManyOverall(again_at=again_at):
            return (
                "So many keys are being tested just now that yours has to wait, and nothing was kept. "
                f"You can test {when(again_at)}."
            )
        case TooManyTests(again_at=again_at):
            return f"That was many tests in one hour. You can test again {when(again_at)}."
        case TooManyKeys(again_at=again_at):
            return f"That was many different keys in one hour. You can test another one {when(again_at)}."
        case KeysForgotten():
            return "We no longer hold these keys. Please press “Enter keys again”."
        case AlreadyTesting():
            return "A test of these keys is already running. The result comes to you as a direct message."
        case NotStaff():
            return (
                "This is for our support team. To test a key, type `/test-keys` or press “Test an API key”."
            )
        case AuthorityUnknown():
            return (
                "Slack could not tell us who is on the support team, so nothing was done. Please try again."
            )
        case StorageUnavailable():
            return NOT_STARTED
        case CaseRefusal():
            return _case_sentence(error)
        case _:
            return None


def _case_sentence(refusal: CaseRefusal) -> str | None:
    match refusal:
        case NoSuchCase(number=number):
            return f"There is no case {number}. `/triage` lists the open ones."
        case CaseClosed(number=number):
            return f"Case {number} is closed. `/triage reopen {number}` opens it again."
        case CaseNotClosed(number=number):
            return f"Case {number} is open already. `/triage show {number}` shows it."
        case CaseAlreadyClaimed(number=number, by=by):
            return f"<@{escape(by)}> already works on case {number}."
        case NotYourCase(number=number, by=by):
            return (
                f"<@{escape(by)}> works on case {number}, so only they can release it. "
                f"`/triage assign {number} @person` gives it to somebody else."
            )
        case AnotherCaseOpen(number=number, other=other):
            return (
                f"Case {number} stays closed: the client has case {other} open for the same account. "
                f"`/triage show {other}` shows it."
            )
        case _:
            return None


def _unexpected(error: Exception, gesture: Gesture) -> str:
    # The buttons under a result carry the submission that they are about.
    reference = reference_or_new(gesture.value)
    log.error("unexpected", ref=reference, error=type(error).__name__, exc_info=error)
    return (
        "Something went wrong on our side, and nothing was changed. Please try again. "
        f"If it happens once more, tell our support team this reference: {literal(reference)}."
    )


def _view(gesture: Gesture, text: str) -> Block:
    title = (gesture.view.get("title") or {}).get("text") or TITLE
    return modal(title[:24], [section(text)], close="Close")

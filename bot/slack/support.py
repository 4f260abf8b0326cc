"""The client's side of the desk: "Ask support", and words to support."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.key_attempts import KeysForgotten
from bot.schema import Case, Submission
from bot.slack.blocks import Block, modal, section, text_input
from bot.slack.greeting import could_be_secret
from bot.slack.kit import Gesture, Kit
from bot.slack.typed import LONGEST_TEXT, storable
from bot.telling import tell_staff

CALLBACK_ID = "ask_support"
TITLE = "Ask support"
KEY_IN_TEXT = "This looks like an API key. Please take it out: support never needs it, and never asks for it."


async def ask(kit: Kit, gesture: Gesture) -> None:
    """Call support at once, and ask for words that may help them."""
    opened = await gesture.open_dialog(_words_view(gesture.value))
    await gesture.ack()
    await gesture.first_time()
    await _call_support(kit, gesture)
    if not opened:
        await gesture.tell("Our support team has been told and will write to you here.")


async def sent(kit: Kit, gesture: Gesture) -> None:
    """Pass the client's words on to the case's thread; a key among them is stopped here."""
    text = storable(gesture.view["state"]["values"]["text"]["text"].get("value") or "").strip()
    if could_be_secret(kit, text):
        await gesture.ack(response_action="errors", errors={"text": KEY_IN_TEXT})
        return
    if text:
        await _pass_on(kit, gesture, text)
    await gesture.ack(response_action="update", view=_thanks_view())


async def _call_support(kit: Kit, gesture: Gesture) -> None:
    async with kit.db.writing() as session:
        submission = await _own(session, gesture, gesture.value)
        case = await cases.ask_support(session, submission, remind_at=kit.first_response_due())
        await tell_staff(session, kit.settings.staff_channel, case)
    kit.wake_desk(case)


async def _pass_on(kit: Kit, gesture: Gesture, text: str) -> None:
    async with kit.db.writing() as session:
        submission = await _own(session, gesture, str(gesture.view.get("private_metadata") or ""))
        case = await _entered(kit, session, submission, text)
        await tell_staff(session, kit.settings.staff_channel, case)
    kit.wake_desk(case)


async def _entered(kit: Kit, session: AsyncSession, submission: Submission, text: str) -> Case:
    """The words in the case of these keys; without one, the call for support failed and is made up for."""
    number, due = submission.case_number, kit.first_response_due()
    if number is None:
        return await cases.ask_support(session, submission, text, remind_at=due)
    return await cases.client_replied(
        session, number, submission.team_id, submission.user_id, text, remind_at=due
    )


async def _own(session: AsyncSession, gesture: Gesture, submission_id: str) -> Submission:
    person = gesture.person
    submission = await cases.submission_of(session, submission_id, person.team_id, person.user_id)
    if submission is None:
        raise KeysForgotten("no such test of this person")
    return submission


def _words_view(submission_id: str) -> Block:
    return modal(
        TITLE,
        [
            section("*Our support team has been told* and sees what your test found, but never your keys."),
            text_input(
                "Message to support",
                "text",
                multiline=True,
                max_length=LONGEST_TEXT,
                optional=True,
                hint="Anything that may help. Please never write a key, secret or passphrase here.",
            ),
        ],
        submit="Send",
        close="Close",
        callback_id=CALLBACK_ID,
        private_metadata=submission_id,
    )


def _thanks_view() -> Block:
    return modal(
        TITLE, [section("Thank you. Support will write to you here, in a direct message.")], close="Close"
    )

"""Words between staff and a client: a direct message with "Reply" there, the case's thread here.

Nothing that is said in a channel or thread is ever passed on: both sides write in a dialog that
says who will read it. A key in either is stopped at the field, before anything is stored.
"""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import cases
from bot.refusal import Told
from bot.schema import Case, CaseEvent, OutboxMessage
from bot.slack.acts import done
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    escape,
    literal,
    modal,
    paragraphs,
    section,
    text_input,
)
from bot.slack.case_words import subject_of
from bot.slack.greeting import could_be_secret, start_button
from bot.slack.kit import Composed, Gesture, Kit
from bot.slack.typed import LONGEST_TEXT, storable

CALLBACK_ID = "client_reply"
TITLE = "Reply to support"
FIELD = "text"
KEY_IN_TEXT = (
    "This looks like an API key. Please take it out: a key belongs in the dialog “Test an API key” alone."
)
NOT_YOURS = "This button belongs to somebody else's conversation, so nothing was sent."


# --- to the client -------------------------------------------------------------------------


async def compose_reply(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """What staff wrote, as the client reads it."""
    event = await session.get_one(CaseEvent, int(message.payload["event"]))
    case = await session.get_one(Case, event.case_number)
    written = str(event.changes.get("text", ""))
    opening = f"*{literal(_sender(message))}* writes about your {escape(subject_of(kit, case))} key:"
    return Composed(
        message.conversation,
        f"{opening}\n{literal(written, LONGEST_TEXT)}\nPress “Reply” to answer (case {case.number}).",
        [section(opening), *paragraphs(written), *_buttons(case), _footer(case)],
    )


async def compose_retest(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
    """The wish for another test."""
    event = await session.get_one(CaseEvent, int(message.payload["event"]))
    case = await session.get_one(Case, event.case_number)
    text = (
        f"Our support team asks you to test your {escape(subject_of(kit, case))} key again. "
        "Press “Test an API key” when you have made the change, or a new key. Only you see the dialog."
    )
    return Composed(message.conversation, text, [section(text), *_buttons(case, retest=True), _footer(case)])


def _sender(message: OutboxMessage) -> str:
    signed = str(message.payload.get("signed") or "Support")
    return signed if signed == "Support" else f"{signed} from support"


def _buttons(case: Case, *, retest: bool = False) -> list[Block]:
    number = str(case.number)
    reply = button("Reply", "client_reply", number, says=f"Reply to support about case {number}")
    return actions([start_button(), reply] if retest else [reply])


def _footer(case: Case) -> Block:
    return context(f"Case {case.number}. Please never send a key, secret or passphrase in a message.")


# --- to staff ------------------------------------------------------------------------------


async def reply_pressed(kit: Kit, gesture: Gesture) -> None:
    """Open the client's dialog, before anything else."""
    opened = await gesture.open_dialog(_reply_view(_number(gesture.value)))
    await gesture.ack()
    if not opened:
        await gesture.tell("The dialog could not be opened in time. Please press “Reply” again.")


async def reply_sent(kit: Kit, gesture: Gesture) -> None:
    """Pass the client's words on to the thread of their own case; a closed one is reopened."""
    text = typed_text(gesture)
    if fault := fault_of(kit, text):
        await gesture.ack(response_action="errors", errors={FIELD: fault})
        return
    number = _number(str(gesture.view.get("private_metadata") or ""))
    person, due = gesture.person, kit.first_response_due()
    try:
        await done(
            kit,
            lambda session: cases.client_replied(
                session, number, person.team_id, person.user_id, text, remind_at=due
            ),
        )
    except cases.NoSuchCase:
        raise Told(NOT_YOURS) from None
    await gesture.ack(response_action="update", view=_thanks_view())


def typed_text(gesture: Gesture) -> str:
    """What stands in the dialog's field."""
    return storable(gesture.view["state"]["values"][FIELD][FIELD].get("value") or "").strip()


def fault_of(kit: Kit, text: str) -> str | None:
    """Why these words are not passed on, at their field; None where they are."""
    if could_be_secret(kit, text):
        return KEY_IN_TEXT
    return None if text else "Please write something."


def text_field(label: str, hint: str) -> Block:
    """The one field of either dialog."""
    return text_input(label, FIELD, multiline=True, max_length=LONGEST_TEXT, hint=hint)


def _number(value: str) -> int:
    """Raises: Told, where no button of ours says so."""
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Told(NOT_YOURS)
    return int(value)


def _reply_view(number: int) -> Block:
    return modal(
        TITLE,
        [
            section(f"Our support team reads this, in case {number}. Nobody else does."),
            text_field("Your message", "Please never write a key, secret or passphrase here."),
        ],
        submit="Send",
        close="Cancel",
        callback_id=CALLBACK_ID,
        private_metadata=str(number),
    )


def _thanks_view() -> Block:
    return modal(
        TITLE, [section("*Sent.* Support will answer you here, in a direct message.")], close="Close"
    )

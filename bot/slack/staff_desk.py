"""The buttons of staff: on the card, in lists and on the Home tab.

What a button carries is only a number, and anybody may send any: who presses is asked of Slack
each time, and what may be done is asked of the case.
"""

from __future__ import annotations

import asyncio
import uuid

from bot import cases
from bot.db import StorageUnavailable
from bot.refusal import Refusal, Told
from bot.schema import Case, CaseState
from bot.slack import acts
from bot.slack.blocks import Block, context, escape, modal, section
from bot.slack.case_view import case_text_and_blocks
from bot.slack.case_words import client_of, subject_of
from bot.slack.errors import sentence
from bot.slack.home import show_home
from bot.slack.key_dialog import put_into_dialog
from bot.slack.kit import Gesture, Kit
from bot.slack.people import AuthorityUnknown
from bot.slack.queue import queue_page, which_of
from bot.slack.relay import FIELD, fault_of, text_field, typed_text

CALLBACK_ID = "case_reply"
TITLE = "Reply to client"
STAFF_WITHIN_S = 2.0
"""A submitted dialog is answered within 3 seconds, so Slack gets no longer to say who is staff."""
OLD_BUTTON = "This button is no longer of use. `/triage` lists the open cases."


# --- one press, one act --------------------------------------------------------------------


async def claim(kit: Kit, gesture: Gesture) -> None:
    """Make whoever presses the owner; a second one is told who was first."""
    number = await _number_for_staff(kit, gesture)
    case = await acts.claim(kit, number, gesture.person.user_id)
    await _confirm(kit, gesture, case, f"Case {number} is yours.")


async def retest(kit: Kit, gesture: Gesture) -> None:
    """Ask the client for another test."""
    number = await _number_for_staff(kit, gesture)
    case = await acts.ask_retest(kit, number, gesture.person.user_id)
    await _confirm(kit, gesture, case, f"{client_of(kit, case)} was asked to test again (case {number}).")


async def resolve(kit: Kit, gesture: Gesture) -> None:
    """Close the case; Slack has asked first."""
    number = await _number_for_staff(kit, gesture)
    case = await acts.resolve(kit, number, gesture.person.user_id)
    await _confirm(kit, gesture, case, f"Case {number} is closed. `/triage reopen {number}` opens it again.")


async def show(kit: Kit, gesture: Gesture) -> None:
    """The case with its history, to whoever presses alone; in a dialog where it was the Home tab."""
    if gesture.view.get("type") == "home":
        await _show_in_dialog(kit, gesture)
        return
    number = await _number_for_staff(kit, gesture)
    async with kit.db.reading() as session:
        text, blocks = await case_text_and_blocks(kit, session, number)
    await gesture.tell(text, blocks)


async def _show_in_dialog(kit: Kit, gesture: Gesture) -> None:
    """A Home tab shows no answers, and its trigger lives 3 seconds: open first, then ask who it is."""
    number, dialog_id = _number(gesture.value), uuid.uuid4().hex
    title = f"Case {number}"
    opened = await gesture.open_dialog(
        modal(title, [section("One moment…")], close="Close", external_id=dialog_id)
    )
    await gesture.ack()
    if opened:
        shown = await _shown_case(kit, gesture, number)
        await put_into_dialog(kit, dialog_id, modal(title, shown, close="Close", external_id=dialog_id))


async def _shown_case(kit: Kit, gesture: Gesture, number: int) -> list[Block]:
    """The case without its buttons, which stand on the Home tab and on the card; or what is in the way."""
    try:
        await acts.staff_only(kit, gesture.person)
        async with kit.db.reading() as session:
            _, blocks = await case_text_and_blocks(kit, session, number)
    except (Refusal, StorageUnavailable) as trouble:
        return [section(sentence(trouble) or OLD_BUTTON)]
    return [block for block in blocks if block["type"] != "actions"]


async def turn_page(kit: Kit, gesture: Gesture) -> None:
    """Another page of the list."""
    await gesture.ack()
    await acts.staff_only(kit, gesture.person)
    name, _, offset = gesture.value.partition(":")
    which = which_of(name)
    if which is None or not (offset.isascii() and offset.isdigit() and len(offset) < 7):
        raise Told(OLD_BUTTON)
    async with kit.db.reading() as session:
        text, blocks = await queue_page(kit, session, which, gesture.person.user_id, int(offset))
    await gesture.replace(text, blocks)


async def _number_for_staff(kit: Kit, gesture: Gesture) -> int:
    """Acknowledge, then read the case number.

    Raises:
        NotStaff, AuthorityUnknown, Told
    """
    await gesture.ack()
    await acts.staff_only(kit, gesture.person)
    return _number(gesture.value)


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Told(OLD_BUTTON)
    return int(value)


async def _confirm(kit: Kit, gesture: Gesture, case: Case, text: str) -> None:
    """Say what was done where the card does not show it: in a list, or on the Home tab."""
    if gesture.view.get("type") == "home":
        await show_home(kit, gesture.person)
        return
    pressed_ts = (gesture.body.get("container") or {}).get("message_ts")
    if pressed_ts != case.card_ts:
        await gesture.tell(text)


# --- a reply to the client -----------------------------------------------------------------


async def reply_pressed(kit: Kit, gesture: Gesture) -> None:
    """Open the dialog before anything else; then say to whom it goes, or why it cannot."""
    number, dialog_id = _number(gesture.value), uuid.uuid4().hex
    opened = await gesture.open_dialog(_reply_view(number, dialog_id, "the client"))
    await gesture.ack()
    if not opened:
        raise Told("The dialog could not be opened in time. Please press “Reply to client” again.")
    await put_into_dialog(kit, dialog_id, await _view_for(kit, gesture, number, dialog_id))


async def _view_for(kit: Kit, gesture: Gesture, number: int, dialog_id: str) -> Block:
    """The dialog with the client's name in it, or what is in the way."""
    try:
        await acts.staff_only(kit, gesture.person)
        async with kit.db.reading() as session:
            case = await cases.case_of(session, number)
        if case.state is CaseState.CLOSED:
            raise cases.CaseClosed(number)
        signed = await acts.signature(kit, gesture.person.user_id)
    except (Refusal, StorageUnavailable) as trouble:
        return modal(TITLE, [section(sentence(trouble) or OLD_BUTTON)], close="Close")
    about = f"{client_of(kit, case)}, about {escape(subject_of(kit, case))}"
    return _reply_view(number, dialog_id, about, signed)


async def reply_sent(kit: Kit, gesture: Gesture) -> None:
    """Send it; whatever is in the way is told at the field, so that the text is not lost."""
    text = typed_text(gesture)
    fault = fault_of(kit, text) or await _sent(kit, gesture, text)
    if fault:
        await gesture.ack(response_action="errors", errors={FIELD: fault})
        return
    shown = "*On its way.* The client can answer; the answer arrives in the thread of the case."
    await gesture.ack(response_action="update", view=modal(TITLE, [section(shown)], close="Close"))


async def _sent(kit: Kit, gesture: Gesture, text: str) -> str | None:
    """None where it was sent, else why not, as plain text."""
    number = _number(str(gesture.view.get("private_metadata") or ""))
    try:
        async with asyncio.timeout(STAFF_WITHIN_S):
            await acts.staff_only(kit, gesture.person)
        await acts.reply(kit, number, gesture.person.user_id, text, str(gesture.view["id"]))
    except TimeoutError:
        return _plain(AuthorityUnknown())
    except (Refusal, StorageUnavailable) as trouble:
        return _plain(trouble)
    return None


def _plain(trouble: Exception) -> str:
    return (sentence(trouble) or "This could not be sent. Please try again.").replace("`", "")


def _reply_view(number: int, dialog_id: str, whom: str, signed: str = "") -> Block:
    signature = f" It is signed “{escape(signed)}”." if signed else ""
    return modal(
        TITLE,
        [
            section(f"*The client will see this.* It goes to {whom} (case {number}).{signature}"),
            text_field("Message to the client", "Never ask for a key, secret or passphrase here."),
            context("For a note that only staff see, use `/triage note`, or write in the card's thread."),
        ],
        submit="Send",
        close="Cancel",
        callback_id=CALLBACK_ID,
        private_metadata=str(number),
        external_id=dialog_id,
    )

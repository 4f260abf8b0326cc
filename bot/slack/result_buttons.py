"""What the buttons under a result do: test again, enter again, forget, ask support."""

from __future__ import annotations

import uuid

from bot.db import StorageUnavailable
from bot.key_attempts import KeysForgotten
from bot.key_forgetting import tell_forgotten
from bot.limits import TooManyTests
from bot.refusal import Refusal
from bot.schema import Submission
from bot.slack.blocks import modal, section
from bot.slack.errors import NOT_STARTED, sentence
from bot.slack.home import show_home
from bot.slack.key_dialog import chosen_exchange, key_view, put_into_dialog, testing_view
from bot.slack.kit import Gesture, Kit
from bot.slack.result import TITLE

FORGOTTEN = "Your keys are forgotten. To test again, press “Enter keys again”."


async def again(kit: Kit, gesture: Gesture) -> None:
    """Test the keys that are still held, without typing."""
    dialog_id = uuid.uuid4().hex
    opened = await gesture.open_dialog(testing_view(dialog_id))
    await gesture.ack()
    try:
        await gesture.first_time()
        promise = await kit.key_tests.again(gesture.person, gesture.value, dialog_id)
    except (Refusal, StorageUnavailable) as trouble:
        if isinstance(trouble, TooManyTests):
            kit.underway.start(kit.key_tests.note_refused_by_limit(gesture.person, trouble))
        await _say(kit, gesture, dialog_id, sentence(trouble) or NOT_STARTED, opened)
    else:
        kit.underway.start(kit.key_tests.begin(promise))


async def enter_again(kit: Kit, gesture: Gesture) -> None:
    """The dialog anew, empty."""
    await gesture.open_dialog(key_view(kit, chosen_exchange(kit, gesture.value)))
    await gesture.ack()


async def forget(kit: Kit, gesture: Gesture) -> None:
    """Forget the held keys now, and take the buttons that need them away."""
    await gesture.ack()
    if not await kit.key_tests.settling.forget(gesture.person, gesture.value):
        raise KeysForgotten("not held for this person")
    await _refresh(kit, gesture)
    if gesture.dialog_view is not None:
        await gesture.open_dialog(modal(TITLE, [section(FORGOTTEN)], close="Close"))
    elif gesture.view.get("type") == "home":
        await show_home(kit, gesture.person)
    else:
        await gesture.tell(FORGOTTEN)


async def _refresh(kit: Kit, gesture: Gesture) -> None:
    """Every result message of these keys says from now on that they are forgotten."""
    async with kit.db.writing() as session:
        await tell_forgotten(session, await session.get_one(Submission, gesture.value))
    kit.outbox.wake(gesture.person.user_id)


async def _say(kit: Kit, gesture: Gesture, dialog_id: str, text: str, opened: bool) -> None:
    shown = opened and await put_into_dialog(
        kit, dialog_id, modal(TITLE, [section(text)], close="Close", external_id=dialog_id)
    )
    if not shown:
        await gesture.tell(text)

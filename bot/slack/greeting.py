"""Every way in: the command, the shortcut, the Home tab, a direct message, the invite.

None of them takes a key as text: what looks like one is never processed, and its writer is warned
in private without an echo.
"""

from __future__ import annotations

from bot.person import Person
from bot.slack.blocks import Block, actions, button, context, header, section
from bot.slack.home import show_home
from bot.slack.key_dialog import open_dialog
from bot.slack.kit import Composed, Gesture, Kit
from bot.telling import tell_client

GREETING = (
    "Hello! I test exchange API keys, only by reading, and tell you what to fix. "
    "Press “Test an API key” to start. Please never send me a key as a message."
)
KEY_SEEN = (
    "That looked like an API key. I did not read or keep it, but whoever sees the text can use it. "
    "To be safe, delete the message, delete that key at your exchange and make a new one "
    "(Guide, Step Three). Then press “Test an API key” and enter it there."
)
INVITATION = (
    "Test your exchange API key here before you enter it in the Client Portal. "
    "Only you see the dialog and the result."
)


async def by_command(kit: Kit, gesture: Gesture) -> None:
    """`/test-keys`: the dialog; any text after it is ignored, and a key there is warned about."""
    await open_dialog(kit, gesture)
    if could_be_secret(kit, str(gesture.body.get("text") or "")):
        await gesture.first_time()
        await gesture.tell(KEY_SEEN, key_seen_blocks())


async def by_press(kit: Kit, gesture: Gesture) -> None:
    """The shortcut or a button: the dialog."""
    await open_dialog(kit, gesture)


async def answer_direct_message(kit: Kit, person: Person, which: str) -> None:
    """A direct message without a key in it (`bot.slack.leak_guard`): a short answer with the button.

    Args:
        which: Channel and time of the message.
    """
    async with kit.db.writing() as session:
        await tell_client(session, person, "greeting", f"greeting:{which}")
    kit.outbox.wake(person.user_id)


async def home_opened(kit: Kit, gesture: Gesture) -> None:
    """Show this person's own Home tab."""
    if gesture.body["event"].get("tab") != "home":
        return
    await show_home(kit, gesture.person)


def looks_like_key(kit: Kit, text: str) -> bool:
    """Whether any exchange's key or secret seems to stand in *text*."""
    return any(exchange.looks_like_key(text) for exchange in kit.exchanges.values())


def could_be_secret(kit: Kit, text: str) -> bool:
    """The same for what a client writes to us alone, where a bare UUID is most likely a secret."""
    return any(exchange.could_be_secret(text) for exchange in kit.exchanges.values())


def start_button() -> Block:
    return button("Test an API key", "test_keys", style="primary")


def greeting_message(conversation: str) -> Composed:
    return Composed(conversation, GREETING, [section(GREETING), *actions([start_button()])])


def key_seen_blocks() -> list[Block]:
    return [section(KEY_SEEN), *actions([start_button()])]


def key_seen_message(conversation: str) -> Composed:
    return Composed(conversation, KEY_SEEN, key_seen_blocks())


def invitation_message(conversation: str) -> Composed:
    return Composed(conversation, INVITATION, invitation_blocks())


def invitation_blocks() -> list[Block]:
    """What `/triage invite` posts into a channel: everybody can press it, other companies too."""
    return [
        header("Test your API keys"),
        section(INVITATION),
        *actions([start_button()]),
        context("Nothing about your test ever appears in this channel."),
    ]

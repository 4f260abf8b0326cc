"""What a person does on stage, in a few words: for the story, the tour and the tests."""

from __future__ import annotations

from bot.demo.kucoin import IssuedKey
from bot.demo.stage import Stage
from bot.demo.workspace import Answered, ChannelRecord, Dialog, Message, Person

RESULT_WORDS = ("Passed:", "Needs a fix:", "Could not tell:")


async def opens_dialog(person: Person) -> Dialog:
    """Type /test-keys and wait for the dialog."""
    shown = await person.command("/test-keys")
    if shown.error:
        raise AssertionError(f"{person.name} sees an error: {shown.error}")
    return await person.dialog()


def fills(dialog: Dialog, key: str, secret: str, passphrase: str, account: str = "Spot/Margin") -> None:
    """Choose the account and type the three parts."""
    dialog.choose("Account", account)
    dialog.fill("API Key", key)
    dialog.fill("API Secret", secret)
    dialog.fill("API Passphrase", passphrase)


async def submits(person: Person, key: IssuedKey, account: str = "Spot/Margin") -> Answered:
    """Open the dialog, fill it and press "Test Keys"."""
    dialog = await opens_dialog(person)
    fills(dialog, key.key, key.secret, key.passphrase, account)
    return await dialog.submit()


async def checks_key(person: Person, key: IssuedKey, account: str = "Spot/Margin") -> Dialog:
    """Test a key and wait until the dialog shows the result."""
    await submits(person, key, account)
    return await sees_result(person)


async def sees_result(person: Person) -> Dialog:
    """The open dialog, once it shows a result."""
    dialog = await person.dialog()
    await dialog.until(lambda shown: any(word in shown.words for word in RESULT_WORDS))
    return dialog


def results(person: Person) -> list[Message]:
    """The results that this person got as direct messages, oldest first."""
    return [m for m in person.direct_messages if m.by_bot and m.text.startswith(RESULT_WORDS)]


async def gets_result(stage: Stage, person: Person, count: int = 1) -> Message:
    """The *count*-th result that this person gets as a direct message."""
    await stage.slack.until(lambda: len(results(person)) >= count)
    return results(person)[count - 1]


def cards(stage: Stage, channel: ChannelRecord | None = None) -> list[Message]:
    """The cards in the staff channel, as staff see them, oldest first."""
    seen = stage.cast.sue.sees(channel or stage.staff_channel)
    return [message for message in seen if message.by_bot and message.text.startswith("Case ")]


async def card_of(stage: Stage, number: int, holding: str = "") -> Message:
    """The card of a case, once it is there and says *holding*."""

    def found() -> Message | None:
        wanted = (card for card in cards(stage) if card.text.startswith(f"Case {number}:"))
        return next((card for card in wanted if holding in card.words), None)

    await stage.slack.until(found)
    card = found()
    if card is None:
        raise AssertionError(f"the card of case {number} is gone")
    return card

"""What support and clients do at the desk, in a few words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.app import Tempo
from bot.cases import case_with_history
from bot.columns import now
from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import ChannelRecord, Dialog, Message, Person
from bot.demo.workspace.records import FileRecord
from bot.schema import Case, CaseState

FREE: dict[str, Any] = {
    "tempo": Tempo(pace_s=0.01, sweep_s=0.1, farewell_s=0.3),
    "tests_per_hour": 1000,
    "keys_per_hour": 1000,
}
"""A stage without pauses and limits, which have tests of their own."""
KEY = "670c42f1a1b2c3d4e5f60718"
SECRET = "f03a5284-5c39-4aaa-9b20-dea10bdcf8e3"


async def triage(
    stage: Stage, person: Person, text: str = "", channel: ChannelRecord | None = None
) -> Message:
    """Type `/triage …`, in the staff channel unless told otherwise; the answer, which only they see."""
    place = channel or stage.staff_channel
    before = len(private(person, place))
    shown = await person.command("/triage", text, channel=place)
    assert shown.error is None
    await stage.slack.until(lambda: len(private(person, place)) > before)
    return private(person, place)[-1]


def private(person: Person, channel: ChannelRecord) -> list[Message]:
    """What only this person sees in a channel."""
    return [message for message in person.sees(channel) if message.ephemeral]


async def opens_case(
    stage: Stage,
    client: Person,
    preset: str = "ip_restricted",
    account: str = "Spot/Margin",
    number: int = 1,
) -> Message:
    """A client's test that fails; the card of the case."""
    await acting.checks_key(client, stage.kucoin.issue(preset), account)
    card = await acting.card_of(stage, number)
    await (await client.dialog()).close()
    return card


async def given_cases(stage: Stage, count: int, **columns: Any) -> None:
    """Open cases of as many clients, an hour apart, the oldest first."""
    async with stage.bot.app.db.writing() as session:
        for place in range(count):
            client = {"team_id": stage.slack.team_id, "user_id": f"UCLIENT{place}"}
            tested = {"exchange": "kucoin", "account": "spot_margin"}
            opened_at = now() - timedelta(hours=count - place)
            session.add(Case(opened_at=opened_at, **(client | tested | columns)))


async def stands(stage: Stage, number: int = 1) -> Case:
    """The case as it is in the database."""
    async with stage.bot.app.db.reading() as session:
        return await session.get_one(Case, number)


async def acts_of(stage: Stage, number: int = 1) -> list[str]:
    """What was done to the case, oldest first."""
    async with stage.bot.app.db.reading() as session:
        history = await case_with_history(session, number)
    return [event.act for event in history.events]


async def is_closed(stage: Stage, number: int = 1) -> bool:
    return (await stands(stage, number)).state is CaseState.CLOSED


async def in_thread(stage: Stage, card: Message, words: str) -> Message:
    """The line of the card's thread that says so."""

    def found() -> list[Message]:
        return [line for line in card.thread if words in line.words]

    await stage.slack.until(found, timeout=5)
    return found()[0]


async def hears(stage: Stage, person: Person, words: str) -> Message:
    """The direct message of the bot that says so."""

    def found() -> list[Message]:
        return [message for message in person.direct_messages if message.by_bot and words in message.words]

    await stage.slack.until(found, timeout=5)
    return found()[-1]


async def opens_reply(card: Message, staff: Person) -> Dialog:
    """Press "Reply to client" and wait until the dialog says whom it goes to."""
    await card.press("Reply to client", by=staff)
    dialog = await staff.dialog()
    await dialog.until(lambda shown: "signed" in shown.words)
    return dialog


def content(stage: Stage, message: Message) -> bytes:
    """The bytes of the file that a message carries."""
    file: FileRecord = stage.slack._core.world.files[message.files[0]["id"]]
    return file.content


def with_file(person: Person) -> list[Message]:
    return [message for message in person.direct_messages if message.files]

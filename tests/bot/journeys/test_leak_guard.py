"""A key pasted where it should not be: its writer is warned in private, staff are told without the text."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml

from bot.columns import now
from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import ChannelRecord, Message, Person
from bot.manifest import manifest_text
from bot.slack.leak_guard import MOST_ALARMS
from tests.bot.slack.desk import FREE, KEY, SECRET

LEAK = f"my key is {KEY} and the secret {SECRET}, can you look?"


@pytest.fixture(params=["socket", "http"])
async def guarded(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """The app as the manifest with the leak guard makes it."""
    async with staged(mode=request.param, start=False, **FREE) as stage:
        stage.slack.install(yaml.safe_load(manifest_text(leak_guard=True)))
        await stage.start()
        yield stage


def told(person: Person) -> list[Message]:
    return [message for message in person.direct_messages if message.by_bot]


def alarms(stage: Stage) -> list[Message]:
    seen = stage.cast.sue.sees(stage.staff_channel)
    return [message for message in seen if "looks like an API key" in message.text]


async def everything_heard(stage: Stage, person: Person) -> None:
    """Wait until whatever was said before has been acted on, for deliveries of a person keep their order."""
    before = len(told(person))
    await person.direct_message("hello?")
    await stage.slack.until(lambda: len(told(person)) > before)


async def test_whoever_writes_a_key_into_a_channel_is_warned_in_private_with_what_to_do(
    guarded: Stage,
) -> None:
    ann = guarded.cast.ann
    await ann.says(guarded.general, LEAK)

    await guarded.slack.until(lambda: told(ann))
    warning = told(ann)[0]
    for words in ("Delete the message", "Delete that key", "Step Three", "only you see that dialog"):
        assert words in warning.text
    assert f"<#{guarded.general.id}>" in warning.text
    assert warning.buttons == ["Test an API key"]
    assert [m for m in guarded.cast.ben.sees(guarded.general) if m.by_bot] == []


async def test_staff_hear_who_and_where_and_never_what(guarded: Stage) -> None:
    await guarded.cast.ann.says(guarded.general, LEAK)

    await guarded.slack.until(lambda: alarms(guarded))
    (alarm,) = alarms(guarded)
    assert f"<@{guarded.cast.ann.user_id}>" in alarm.text
    assert f"<#{guarded.general.id}>" in alarm.text
    assert not any(part in repr(guarded.slack.calls) for part in (KEY, SECRET))


async def test_somebody_of_another_company_is_warned_as_well(guarded: Stage) -> None:
    eve = guarded.cast.external
    await eve.says(guarded.shared, LEAK)

    await guarded.slack.until(lambda: told(eve) and alarms(guarded))
    assert "another company" in alarms(guarded)[0].text


@pytest.mark.parametrize("private", [False, True])
async def test_a_key_that_is_added_by_an_edit_is_noticed(guarded: Stage, private: bool) -> None:
    ann = guarded.cast.ann
    place = guarded.slack.add_channel("project", private=private, members=[ann, guarded.cast.sue])
    message = await ann.says(place, "just a moment")
    await ann.edits(message, LEAK)

    await guarded.slack.until(lambda: told(ann) and alarms(guarded))


async def test_one_message_is_one_warning_however_often_it_is_edited_or_delivered(guarded: Stage) -> None:
    ann = guarded.cast.ann
    message = await ann.says(guarded.general, LEAK)
    await guarded.slack.until(lambda: told(ann) and alarms(guarded))
    await ann.edits(message, LEAK + " please")
    posted = next(d for d in guarded.slack.deliveries if d.payload.get("event", {}).get("text") == LEAK)
    await guarded.slack.redeliver(posted)
    await ann.deletes(message)

    await everything_heard(guarded, ann)
    assert len([m for m in told(ann) if "looks like" in m.text]) == 1
    assert len(alarms(guarded)) == 1


async def test_nothing_of_the_message_is_stored(guarded: Stage) -> None:
    await guarded.cast.ann.says(guarded.general, LEAK)
    await guarded.slack.until(lambda: alarms(guarded))
    place = guarded.general.id.encode()
    await guarded.stop()

    stored = b"".join(file.read_bytes() for file in guarded.folder.iterdir())
    assert place in stored, "where it was has to be found"
    assert KEY.encode() not in stored
    assert SECRET.encode() not in stored


@pytest.mark.parametrize(
    "talk",
    [
        "The deploy of 9cad498a6d1f2b3c4d5e6f708192a3b4c5d6e7f8 is done",
        "ticket f03a5284-5c39-4aaa-9b20-dea10bdcf8e3 is still open",
        "Where do I find the passphrase, and is the secret shown only once?",
    ],
)
async def test_ordinary_talk_is_left_alone_and_answered_by_nobody(guarded: Stage, talk: str) -> None:
    ann = guarded.cast.ann
    await ann.says(guarded.general, talk)

    await everything_heard(guarded, ann)
    assert len(told(ann)) == 1, "the greeting, and no warning"
    assert alarms(guarded) == []


async def test_what_bots_write_and_who_joins_is_left_alone(guarded: Stage) -> None:
    ann = guarded.cast.ann
    place: ChannelRecord = guarded.general
    payload: dict[str, Any] = _event(guarded, place, {"text": LEAK, "bot_id": "B1", "user": "U9"})
    joined = _event(guarded, place, {"text": LEAK, "subtype": "channel_join", "user": ann.user_id})
    for one in (payload, joined):
        await guarded.slack.deliver("events_api", one)

    await everything_heard(guarded, ann)
    assert alarms(guarded) == []


def _event(stage: Stage, place: ChannelRecord, said: dict[str, Any]) -> dict[str, Any]:
    event = {"type": "message", "channel": place.id, "channel_type": "channel", "ts": "1.000001", **said}
    team = stage.slack.team_id
    return {"type": "event_callback", "team_id": team, "event_id": f"Ev{uuid.uuid4().hex}", "event": event}


@pytest.mark.parametrize(
    "more",
    [
        {"attachments": [{"text": LEAK, "is_share": True}]},
        {"attachments": [None, {"title": LEAK}]},
        {"subtype": "file_share", "files": [{"mode": "snippet", "preview": LEAK}]},
        {"subtype": "file_share", "files": ["x", {"title": LEAK}]},
    ],
)
async def test_a_key_that_was_forwarded_or_put_into_a_snippet_is_noticed_too(
    guarded: Stage, more: dict[str, Any]
) -> None:
    ann = guarded.cast.ann
    said = {"text": "look", "user": ann.user_id, **more}
    await guarded.slack.deliver("events_api", _event(guarded, guarded.general, said))

    await guarded.slack.until(lambda: told(ann) and alarms(guarded))


async def test_a_key_in_a_direct_message_is_told_to_staff_as_well(stage: Stage) -> None:
    ann = stage.cast.ann
    await ann.direct_message(LEAK)

    await stage.slack.until(lambda: told(ann) and alarms(stage))
    assert "delete that key" in told(ann)[0].text
    assert "in a direct message to me" in alarms(stage)[0].text
    assert not any(part in repr(stage.slack.calls) for part in (KEY, SECRET))


async def test_nobody_buries_the_staff_channel_under_alarms_and_others_are_still_told_of(
    stage: Stage,
) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    hours = {now().hour}
    for count in range(1, MOST_ALARMS + 3):
        await ann.direct_message(LEAK)
        await stage.slack.until(lambda count=count: len(told(ann)) >= count)  # type: ignore[misc]  # its own count
    await ben.direct_message(LEAK)

    await stage.slack.until(lambda: any(f"<@{ben.user_id}>" in m.text for m in alarms(stage)))
    hours.add(now().hour)
    assert MOST_ALARMS < len(alarms(stage)) <= MOST_ALARMS * len(hours) + 1
    assert len(told(ann)) == MOST_ALARMS + 2, "whoever wrote it is warned each time"


async def test_a_bare_secret_written_to_us_alone_is_warned_about_or_stopped_at_its_field(
    stage: Stage,
) -> None:
    ann = stage.cast.ann
    await ann.direct_message(SECRET)
    await stage.slack.until(lambda: told(ann) and alarms(stage))
    assert "delete that key" in told(ann)[0].text

    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    await (await ann.dialog()).close()
    await (await acting.gets_result(stage, ann)).press("Ask support")
    dialog = await ann.dialog()
    await dialog.until(lambda shown: "Message to support" in shown.labels)
    dialog.fill("Message to support", f"I entered {SECRET}, is it right?")
    assert "looks like an API key" in (await dialog.submit()).errors["Message to support"]

    assert SECRET not in repr(stage.slack.calls)
    await stage.stop()
    assert not any(SECRET.encode() in file.read_bytes() for file in stage.folder.iterdir())


async def test_as_delivered_no_channel_is_heard_at_all(stage: Stage) -> None:
    ann = stage.cast.ann
    await ann.says(stage.general, LEAK)

    await everything_heard(stage, ann)
    assert [d.payload["event"]["channel_type"] for d in stage.slack.deliveries if "event" in d.payload] == [
        "im"
    ]
    assert alarms(stage) == []

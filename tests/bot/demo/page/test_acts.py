"""What a person does on the page is done in the workspace, as theirs, or refused in words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.demo.page.acts import ACTS, act
from bot.demo.workspace import Workspace
from tests.bot.demo.page.conftest import Site
from tests.bot.demo.workspace.kit import actions, button, home, modal, section, text_input
from tests.bot.demo.workspace.listening import Receiver


@pytest.fixture
async def receiver(slack: Workspace) -> Any:
    """A request URL that keeps what it gets."""
    made = Receiver()
    slack.events_url = await made.start()
    yield made
    await made.stop()


async def test_a_message_is_said_where_one_is(site: Site) -> None:
    assert await site.does(site.ann, act="say", text="Hello @Ben Baker", place=site.general.id) == {}
    (message,) = site.ben.sees(site.general)
    assert (message.author, message.words) == (site.ann.user_id, "Hello @Ben Baker")


async def test_a_reply_goes_into_the_thread(site: Site) -> None:
    first = await site.ann.says(site.general, "A question")
    await site.does(site.ben, act="say", text="An answer", place=site.general.id, thread=first.ts)
    assert [reply.text for reply in first.thread] == ["An answer"]


async def test_a_command_reaches_the_app_with_its_text(site: Site, receiver: Receiver) -> None:
    answer = await site.does(site.ann, act="say", text="/hello  big world ", place=site.general.id)
    assert answer == {"error": None, "command": "/hello"}
    (command,) = receiver.acts
    assert (command["text"], command["channel_id"]) == ("big world", site.general.id)


async def test_a_command_nobody_made_is_told_in_slack_s_word(site: Site) -> None:
    answer = await site.does(site.ann, act="say", text="/nonsense", place=site.general.id)
    assert answer["error"] == "unknown_command"


async def test_an_app_that_is_not_there_is_told_in_slack_s_word(site: Site) -> None:
    answer = await site.does(site.ann, act="say", text="/hello", place=site.general.id)
    assert answer["error"] == "dispatch_failed"


async def test_a_press_on_a_message_names_the_very_button(site: Site, receiver: Receiver) -> None:
    core = site.slack._core
    blocks = [actions(button("Show", "show", value=str(n)), block_id=f"row{n}") for n in (1, 2)]
    first = await site.ann.says(site.general, "buttons")
    core.world.channels[site.general.id].messages[0].blocks = blocks
    told = {"act": "touch", "ts": first.ts, "place": site.general.id, "action": "show"}
    assert (await site.does(site.ben, **told, block="row2"))["error"] is None
    assert [one["value"] for one in receiver.acts[0]["actions"]] == ["2"]
    gone = await site.does(site.ben, **told, block="row3")
    assert gone == {"refused": "what was pressed is no longer there"}


async def test_a_press_on_the_home_tab_reaches_the_app(site: Site, receiver: Receiver) -> None:
    core = site.slack._core
    core.stacks.publish(site.ann.record, home(actions(button("Go", "go"), block_id="b")), None)
    await site.does(site.ann, act="touch", home=True, block="b", action="go")
    assert receiver.acts[0]["actions"][0]["action_id"] == "go"
    empty = await site.does(site.ben, act="touch", home=True, block="b", action="go")
    assert "refused" in empty


async def test_a_dialog_is_filled_sent_and_closed(site: Site, receiver: Receiver) -> None:
    view = site.slack._core.stacks.open(site.ann.record, modal(text_input("Name")))
    told = {"dialog": view.view_id, "values": {"b\na": "Ann", "gone\nfield": "x"}}
    await site.does(site.ann, act="fill", **told)
    assert (await site.sees(site.ann))["dialogs"][0]["inputs"]["b\na"]["value"] == "Ann"
    answer = await site.does(site.ann, act="submit", **told)
    assert answer == {"error": None, "closed": True}
    assert receiver.acts[0]["view"]["state"]["values"]["b"]["a"]["value"] == "Ann"
    assert await site.does(site.ann, act="close", dialog=view.view_id) == {"refused": "this dialog is closed"}


async def test_what_is_missing_in_a_dialog_stands_at_its_field_and_is_not_sent(
    site: Site, receiver: Receiver
) -> None:
    view = site.slack._core.stacks.open(site.ann.record, modal(text_input("Name")))
    await site.does(site.ann, act="submit", dialog=view.view_id, values={"b\na": ""})
    assert list((await site.sees(site.ann))["dialogs"][0]["errors"]) == ["b"]
    assert receiver.acts == []


async def test_nobody_presses_in_the_dialog_of_somebody_else(site: Site) -> None:
    view = site.slack._core.stacks.open(site.ann.record, modal(section("Mine")))
    assert "refused" in await site.does(site.ben, act="close", dialog=view.view_id)
    assert not view.closed
    assert await site.does(site.ann, act="close", dialog=view.view_id) == {}
    assert view.closed


async def test_only_the_writer_takes_a_message_back(site: Site) -> None:
    message = await site.ann.says(site.general, "Oops")
    told = {"act": "delete", "ts": message.ts, "place": site.general.id}
    assert "did not write this" in (await site.does(site.ben, **told))["refused"]
    assert await site.does(site.ann, **told) == {}
    assert message.deleted


async def test_a_stranger_cannot_write_to_the_app(site: Site) -> None:
    stranger = next(one for one in site.slack.people if one.name.startswith("Stan"))
    assert "shares no channel" in (await site.does(stranger, act="say", text="hi"))["refused"]


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{", b"\xff"])
async def test_what_is_no_object_is_refused(site: Site, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with site.session.post(site.url("/api/act"), data=body, headers=headers) as response:
        assert response.status == 400


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=12),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("text", "place", "thread", "ts", "block", "action", "dialog", "values", "home", "shortcut", "all")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=some.sampled_from([*ACTS, "nonsense"]), told=some.dictionaries(some.sampled_from(NAMES), JSON))
async def test_whatever_is_sent_is_done_or_refused(site: Site, name: str, told: dict[str, Any]) -> None:
    try:
        answer = await act(site.slack, site.ann, {**told, "act": name})
    except ValueError:
        return
    assert isinstance(answer, dict)


MENU = {"type": "external_select", "action_id": "a", "min_query_length": 0}
FILES = {"type": "file_input", "action_id": "f"}
OPTION = {"text": {"type": "plain_text", "text": "Tart"}, "value": "tart"}


def _opened(site: Site) -> Any:
    """A dialog with a menu that the app fills, and a field for files."""
    label = {"type": "plain_text", "text": "Cake"}
    fields = [
        {"type": "input", "block_id": "menu", "label": label, "element": MENU},
        {"type": "input", "block_id": "file", "label": label, "element": FILES},
    ]
    site.slack._core.stacks.open(site.ann.record, modal(*fields))
    return site.ann.dialogs[-1]


async def test_what_the_app_offers_is_told_and_can_be_chosen(site: Site, receiver: Receiver) -> None:
    dialog = _opened(site)
    receiver.says({"options": [OPTION]})
    asked = {"dialog": dialog.view_id, "block": "menu", "action": "a", "value": "ta"}

    told = await site.does(site.ann, act="suggest", **asked)
    await site.does(site.ann, act="fill", dialog=dialog.view_id, values={"menu\na": "tart"})

    assert told == {"error": None, "notice": "", "options": [OPTION]}
    assert receiver.acts[-1]["value"] == "ta"
    values = site.slack._core.payloads.view(dialog._record)["state"]["values"]
    assert values["menu"]["a"]["selected_option"] == OPTION


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"block": "nowhere", "action": "a"}, "no longer there"),
        ({"block": "file", "action": "f"}, "options of its own"),
    ],
)
async def test_only_a_menu_of_the_app_s_is_asked(site: Site, told: dict[str, str], refused: str) -> None:
    dialog = _opened(site)

    answer = await site.does(site.ann, act="suggest", dialog=dialog.view_id, value="", **told)

    assert refused in answer["refused"]


@pytest.mark.parametrize(
    ("content", "answer"), [("ZmxvdXI=", {}), ("no base 64!", {"refused": "content is not in base 64"})]
)
async def test_a_file_is_put_into_its_field(site: Site, content: str, answer: dict[str, str]) -> None:
    dialog = _opened(site)
    told = {"dialog": dialog.view_id, "block": "file", "action": "f", "name": "cake.txt"}

    assert await site.does(site.ann, act="attach", content=content, **told) == answer

    assert [file.content for file in site.slack.files] == ([] if answer else [b"flour"])


async def test_an_entry_of_a_message_s_menu_names_the_message(site: Site, receiver: Receiver) -> None:
    message = await site.ann.says(site.general, "two eggs")

    told = {"place": site.general.id, "ts": message.ts, "shortcut": "bake"}
    assert (await site.does(site.ann, act="shortcut", **told))["error"] is None

    assert receiver.acts[-1]["type"] == "message_action"
    assert receiver.acts[-1]["message_ts"] == message.ts


async def test_an_app_that_does_not_answer_in_time_is_told_in_slack_s_word(
    site: Site, receiver: Receiver
) -> None:
    receiver.is_silent()

    asked = asyncio.ensure_future(site.does(site.ann, act="say", text="/hello", place=site.general.id))
    await receiver.arrived.wait()
    site.slack.clock.advance(3)

    assert await asked == {"error": "operation_timeout", "command": "/hello"}

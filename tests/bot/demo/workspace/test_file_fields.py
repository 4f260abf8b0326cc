"""File fields of dialogs: what they take, what the app is handed, and how it reads the bytes."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.demo.workspace import Person, Workspace
from tests.bot.demo.workspace.kit import modal, plain
from tests.bot.demo.workspace.listening import Call, Opens, Receiver

JSON = dict[str, Any]


def asking(**more: Any) -> JSON:
    element = {"type": "file_input", "action_id": "a", **more}
    return modal({"type": "input", "block_id": "b", "label": plain("Recipe"), "element": element})


async def submitted(opens: Opens, receiver: Receiver, **more: Any) -> list[JSON]:
    """The files of a submission with one recipe."""
    dialog = await opens(asking(**more))
    dialog.attach("Recipe", "Sponge cake.TXT", b"flour")
    await dialog.submit()
    files: list[JSON] = receiver.acts[-1]["view"]["state"]["values"]["b"]["a"]["files"]
    return files


async def test_a_submission_carries_the_files(ann: Person, opens: Opens, receiver: Receiver) -> None:
    (file,) = await submitted(opens, receiver, filetypes=["txt", "pdf"])

    told = {key: file[key] for key in ("name", "title", "filetype", "mimetype", "size", "mode", "user")}
    assert told == {
        "name": "Sponge cake.TXT",
        "title": "Sponge cake.TXT",
        "filetype": "txt",
        "mimetype": "text/plain",
        "size": 5,
        "mode": "hosted",
        "user": ann.user_id,
    }


async def test_the_app_reads_the_bytes_with_its_token_alone(
    slack: Workspace, opens: Opens, receiver: Receiver, session: aiohttp.ClientSession
) -> None:
    (file,) = await submitted(opens, receiver)
    asked = [{"Authorization": f"Bearer {slack.bot_token}"}, {"Authorization": "Bearer xoxb-other"}, {}]

    answers = []
    for headers in asked:
        for address in (file["url_private"], file["url_private_download"]):
            async with session.get(address, headers=headers) as response:
                answers.append((response.status, response.content_type, b"flour" in await response.read()))

    # Whoever is not the app gets a page for people and the status 200, as at Slack.
    assert answers == [(200, "application/octet-stream", True)] * 2 + [(200, "text/html", False)] * 4


async def test_the_app_finds_the_file_again(call: Call, opens: Opens, receiver: Receiver) -> None:
    (file,) = await submitted(opens, receiver)

    assert (await call("files.info", file=file["id"]))["file"] == file


@pytest.mark.parametrize(
    ("element", "name", "content", "words"),
    [
        ({"filetypes": ["pdf", "docx"]}, "recipe.txt", b"", "pdf, docx"),
        ({}, "recipe.txt", bytes(10 * 1024 * 1024 + 1), "10 MB"),
    ],
    ids=["kind", "size"],
)
async def test_slack_itself_refuses_some_files(
    opens: Opens, element: JSON, name: str, content: bytes, words: str
) -> None:
    dialog = await opens(asking(**element))

    with pytest.raises(LookupError, match=words):
        dialog.attach("Recipe", name, content)
    assert dialog.values["Recipe"] == []


@pytest.mark.parametrize(("element", "most"), [({}, 10), ({"max_files": 2}, 2)])
async def test_a_field_takes_so_many(opens: Opens, element: JSON, most: int) -> None:
    dialog = await opens(asking(**element))
    for number in range(most):
        dialog.attach("Recipe", f"{number}.txt", b"flour")

    with pytest.raises(LookupError, match=f"no more than {most}"):
        dialog.attach("Recipe", "one more.txt", b"flour")


async def test_a_file_that_must_be_there_is_asked_for(opens: Opens, receiver: Receiver) -> None:
    dialog = await opens(asking())
    before = len(receiver.acts)

    assert (await dialog.submit()).errors == {"Recipe": "Please complete this required field."}
    assert len(receiver.acts) == before


async def test_only_a_file_field_takes_files_and_only_by_themselves(opens: Opens) -> None:
    dialog = await opens(asking())
    (field,) = dialog.labels
    dialog.fill_in({"b\na": [{"id": "F1", "name": "forged.txt"}]})
    assert dialog.values[field] == []

    element = {"type": "plain_text_input", "action_id": "a"}
    other = await opens(modal({"type": "input", "label": plain("Name"), "element": element}))
    with pytest.raises(LookupError, match="takes no files"):
        other.attach("Name", "recipe.txt", b"flour")


@pytest.mark.parametrize(("scopes", "ok"), [([], False), (["files:read"], True)])
async def test_file_fields_need_their_scope(
    slack: Workspace, call: Call, trigger: Any, scopes: list[str], ok: bool
) -> None:
    trigger_id = await trigger()
    slack.install({"oauth_config": {"scopes": {"bot": scopes}}})

    answer = await call("views.open", trigger_id=trigger_id, view=asking())

    assert answer["ok"] is ok
    if not ok:
        assert (answer["error"], answer["needed"]) == ("missing_scope", "files:read")


@pytest.mark.parametrize("action", ["update", "push"])
async def test_nor_does_an_answer_to_a_submission_get_round_it(
    slack: Workspace, opens: Opens, receiver: Receiver, action: str
) -> None:
    dialog = await opens(modal())
    slack.install({"settings": {"interactivity": {"is_enabled": True}}})
    receiver.says({"response_action": action, "view": asking()})

    assert (await dialog.submit()).error == "missing_scope"
    assert dialog.labels == []

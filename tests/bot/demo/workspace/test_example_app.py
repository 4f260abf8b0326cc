"""One of Bolt's own example shapes (slash command, dialog, action) passes over both transports."""

from __future__ import annotations

import pytest

from bot.demo.workspace import Workspace

pytestmark = pytest.mark.usefixtures("connected")


async def test_a_command_opens_a_dialog_whose_answer_comes_as_a_direct_message(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")

    shown = await ann.command("/hello", "there")
    dialog = await ann.dialog()
    dialog.fill("Name on it", "Bea")
    dialog.choose("Size", "Large")
    answered = await dialog.submit()

    assert shown.error is None
    assert (dialog.title, dialog.submit_text, dialog.callback_id) == ("Order a cake", "Order", "order")
    assert dialog.labels == ["Name on it", "Size"]
    assert answered.closed
    assert not answered.errors
    await slack.until(lambda: ann.direct_messages)
    assert [message.text for message in ann.direct_messages] == ["A cake for Bea, size l"]


async def test_errors_stand_under_their_labels(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    assert (await ann.shortcut("hello")).error is None
    dialog = await ann.dialog()
    dialog.fill("Name on it", "bad")
    dialog.choose("Size", "Small")

    answered = await dialog.submit()

    assert answered.errors == {"Name on it": "Not that one"} == dialog.errors
    assert not answered.closed
    assert "Not that one" in dialog.words


async def test_a_direct_message_is_answered_with_a_button_that_works(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    await ann.direct_message("hi")
    await slack.until(lambda: len(ann.direct_messages) == 2)
    greeting = ann.direct_messages[1]

    answered = await greeting.press("Press me")

    assert greeting.buttons == ["Press me"]
    assert answered.error is None
    await slack.until(lambda: len(ann.direct_messages) == 3)
    assert ann.direct_messages[2].ephemeral
    assert ann.direct_messages[2].text == "You pressed it"


async def test_the_home_tab_is_published_and_its_button_works(slack: Workspace) -> None:
    ann = slack.add_person("Ann Archer")
    home = await ann.opens_home()
    await home.until(lambda surface: "Press me" in surface.words)

    await home.press("Press me")

    await slack.until(lambda: ann.direct_messages)
    assert ann.direct_messages[0].text == "You pressed it"

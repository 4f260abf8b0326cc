"""Dialogs: triggers, the stack, ids and hashes, what stays filled in, and the answers to a submission."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.demo.workspace import Answered, Person, Workspace
from tests.bot.demo.workspace.kit import actions, button, home, modal, plain, section, text_input
from tests.bot.demo.workspace.listening import BareSocket, Call, Opens, Receiver


async def test_a_trigger_opens_once(call: Call, trigger: Callable[[], Awaitable[str]]) -> None:
    trigger_id = await trigger()

    first = await call("views.open", trigger_id=trigger_id, view=modal())
    second = await call("views.open", trigger_id=trigger_id, view=modal())

    assert first["ok"]
    assert second["error"] == "exchanged_trigger_id"


@pytest.mark.parametrize(("age_s", "error"), [(2.5, None), (3.5, "expired_trigger_id")])
async def test_a_trigger_lives_three_seconds(
    slack: Workspace, call: Call, trigger: Callable[[], Awaitable[str]], age_s: float, error: str | None
) -> None:
    trigger_id = await trigger()
    slack.clock.advance(age_s)

    assert (await call("views.open", trigger_id=trigger_id, view=modal())).get("error") == error


async def test_an_invented_trigger_opens_nothing(call: Call) -> None:
    assert (await call("views.open", trigger_id="1.2.3", view=modal()))["error"] == "invalid_trigger_id"


async def test_a_view_that_breaks_a_rule_is_refused_whole(
    ann: Person, call: Call, trigger: Callable[[], Awaitable[str]]
) -> None:
    trigger_id = await trigger()
    view = modal() | {"title": plain("This title is longer than 24")}

    refused = await call("views.open", trigger_id=trigger_id, view=view)

    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert not ann.dialogs
    assert (await call("views.open", trigger_id=trigger_id, view=modal()))["ok"], "the trigger is not used up"


async def test_three_dialogs_lie_on_each_other_and_no_fourth(
    ann: Person, receiver: Receiver, call: Call, opens: Opens
) -> None:
    await opens(modal(actions(button("Deeper")), callback_id="1"))
    for number in ("2", "3"):
        await (await ann.dialog()).press("Deeper")
        view = modal(actions(button("Deeper")), callback_id=number)
        pushed = await call("views.push", trigger_id=receiver.acts[-1]["trigger_id"], view=view)
        assert pushed["ok"]
    await (await ann.dialog()).press("Deeper")
    fourth = await call("views.push", trigger_id=receiver.acts[-1]["trigger_id"], view=modal())

    assert fourth["error"] == "push_limit_reached"
    assert [dialog.callback_id for dialog in ann.dialogs] == ["1", "2", "3"]
    views = [dialog.view_id for dialog in ann.dialogs]
    assert (pushed["view"]["root_view_id"], pushed["view"]["previous_view_id"]) == (views[0], views[1])


async def test_an_update_goes_by_view_id_or_external_id_but_not_both(call: Call, opens: Opens) -> None:
    dialog = await opens(modal(external_id="mine"))

    by_id = await call("views.update", view_id=dialog.view_id, view=modal(section("One"), external_id="mine"))
    by_name = await call("views.update", external_id="mine", view=modal(section("Two")))
    both = await call("views.update", external_id="mine", view_id=dialog.view_id, view=modal())
    neither = await call("views.update", view=modal())

    assert by_id["ok"]
    assert by_name["ok"]
    assert "Two" in dialog.words
    assert both["error"] == neither["error"] == "invalid_arguments"


async def test_an_old_hash_is_refused(call: Call, opens: Opens) -> None:
    dialog = await opens(modal())
    first = await call("views.update", view_id=dialog.view_id, view=modal(section("One")))
    good = await call(
        "views.update", view_id=dialog.view_id, view=modal(section("Two")), hash=first["view"]["hash"]
    )
    old = await call(
        "views.update", view_id=dialog.view_id, view=modal(section("Three")), hash=first["view"]["hash"]
    )

    assert good["ok"]
    assert old["error"] == "hash_conflict"
    assert "Two" in dialog.words


async def test_an_external_id_is_unique_while_its_view_is_open(
    slack: Workspace, call: Call, opens: Opens, receiver: Receiver
) -> None:
    dialog = await opens(modal(external_id="mine"))
    ben = slack.add_person("Ben Baker")
    await ben.shortcut("anything")
    trigger_id = receiver.acts[-1]["trigger_id"]

    taken = await call("views.open", trigger_id=trigger_id, view=modal(external_id="mine"))
    await dialog.close()
    free = await call("views.open", trigger_id=trigger_id, view=modal(external_id="mine"))

    assert taken["error"] == "duplicate_external_id"
    assert free["ok"]


async def test_a_closed_dialog_cannot_be_updated(call: Call, opens: Opens) -> None:
    dialog = await opens(modal(external_id="mine"))
    await dialog.close()

    by_id = await call("views.update", view_id=dialog.view_id, view=modal())
    by_name = await call("views.update", external_id="mine", view=modal())
    unknown = await call("views.update", view_id="V0", view=modal())

    assert [answer["error"] for answer in (by_id, by_name, unknown)] == ["not_found"] * 3


@pytest.mark.parametrize("wants_to_know", [True, False])
async def test_the_app_hears_of_a_closed_dialog_if_it_asked_to(
    receiver: Receiver, opens: Opens, wants_to_know: bool
) -> None:
    dialog = await opens(modal(text_input("Name"), notify_on_close=wants_to_know))
    dialog.fill("Name", "half a word")
    heard = len(receiver.received)

    await dialog.close()

    assert dialog.closed
    assert len(receiver.received) - heard == int(wants_to_know)
    if wants_to_know:
        payload = receiver.acts[-1]
        assert payload["type"] == "view_closed"
        assert payload["is_cleared"] is False
        assert payload["view"]["state"] == {"values": {}}
        assert "half a word" not in receiver.received[-1].raw


async def test_the_cross_closes_the_whole_stack(
    ann: Person, receiver: Receiver, call: Call, opens: Opens
) -> None:
    root = await opens(modal(actions(button("Deeper")), notify_on_close=True))
    await root.press("Deeper")
    await call("views.push", trigger_id=receiver.acts[-1]["trigger_id"], view=modal())

    await (await ann.dialog()).close(all_of_them=True)

    payload = receiver.acts[-1]
    assert not ann.dialogs
    assert payload["view"]["id"] == root.view_id
    assert payload["is_cleared"] is True


async def test_fields_keep_what_was_typed_where_block_and_action_stay(call: Call, opens: Opens) -> None:
    dialog = await opens(modal(text_input("Kept", "b1", "a"), text_input("Lost", "b2", "a")))
    dialog.fill("Kept", "still here")
    dialog.fill("Lost", "gone")

    view = modal(text_input("Kept", "b1", "a"), text_input("Lost", "b2", "other"))
    await call("views.update", view_id=dialog.view_id, view=view)

    assert dialog.values == {"Kept": "still here", "Lost": None}


async def test_a_submission_carries_what_was_filled_in(receiver: Receiver, opens: Opens) -> None:
    dialog = await opens(modal(text_input("Name", "b1", "a1"), text_input("Note", "b2", "a2", optional=True)))
    dialog.fill("Name", "Ann")

    answered = await dialog.submit()

    payload = receiver.acts[-1]
    assert payload["type"] == "view_submission"
    assert payload["view"]["state"]["values"] == {
        "b1": {"a1": {"type": "plain_text_input", "value": "Ann"}},
        "b2": {"a2": {"type": "plain_text_input", "value": None}},
    }
    assert payload["response_urls"] == []
    assert answered == Answered(closed=True)


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ({}, "", "Please complete this required field."),
        ({"optional": True}, "", None),
        ({"min_length": 3}, "ab", "Please enter between 3 and 3000 characters."),
        ({"max_length": 3}, "abcd", "Please enter between 0 and 3 characters."),
        ({"type": "email_text_input"}, "nobody", "Please enter a valid email address."),
        ({"type": "email_text_input"}, "a@b.cd", None),
    ],
    ids=["empty", "optional", "short", "long", "no email", "email"],
)
async def test_slack_itself_refuses_what_a_field_does_not_take(
    receiver: Receiver, opens: Opens, field: dict[str, Any], typed: str, error: str | None
) -> None:
    dialog = await opens(modal(text_input("Name", **field)))
    dialog.fill("Name", typed)
    heard = len(receiver.received)

    answered = await dialog.submit()

    assert answered.errors == ({"Name": error} if error else {})
    assert len(receiver.received) - heard == (0 if error else 1)


ANSWERS = {
    "nothing": (None, True, ["1"]),
    "an empty object": ({}, True, ["1"]),
    "clear": ({"response_action": "clear"}, True, []),
    "update": ({"response_action": "update", "view": modal(callback_id="new")}, False, ["1", "new"]),
    "push": ({"response_action": "push", "view": modal(callback_id="new")}, False, ["1", "2", "new"]),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_the_answer_to_a_submission_moves_the_stack(
    ann: Person, receiver: Receiver, call: Call, opens: Opens, answer: str
) -> None:
    await (await opens(modal(actions(button("Deeper")), callback_id="1"))).press("Deeper")
    trigger_id = receiver.acts[-1]["trigger_id"]
    await call("views.push", trigger_id=trigger_id, view=modal(callback_id="2"))
    body, closed, left = ANSWERS[answer]
    if body is not None:
        receiver.says(body)

    answered = await (await ann.dialog()).submit()

    assert answered == Answered(closed=closed)
    assert [dialog.callback_id for dialog in ann.dialogs] == left


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "explode"},
        {"response_action": "errors", "errors": {"no_such_block": "x"}},
        {"response_action": "errors"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"text": "not for a dialog"},
        ["nonsense"],
    ],
    ids=["unknown", "wrong block", "no errors", "broken view", "text", "list"],
)
async def test_a_malformed_answer_is_an_error_that_the_person_sees(
    receiver: Receiver, opens: Opens, answer: Any
) -> None:
    dialog = await opens(modal(text_input("Name", "b1"), callback_id="1"))
    dialog.fill("Name", "Ann")
    receiver.says(answer)

    answered = await dialog.submit()

    assert answered.error == "invalid_response"
    assert not answered.closed


async def test_a_dialog_whose_answer_never_comes_stays_open(
    slack: Workspace, receiver: Receiver, opens: Opens
) -> None:
    dialog = await opens(modal())
    receiver.is_silent()
    receiver.arrived.clear()

    asked = asyncio.ensure_future(dialog.submit())
    await receiver.arrived.wait()
    slack.clock.advance(3)

    assert (await asked).error == "operation_timeout"
    assert not dialog.closed


async def test_an_external_id_of_an_answer_resolves_only_once_the_answer_is_there(
    slack: Workspace, ann: Person, wire: BareSocket, call: Call
) -> None:
    """The ordering barrier: what comes before the acknowledgement is refused, not overwritten."""
    asked = asyncio.ensure_future(ann.shortcut("anything"))
    envelope = await wire.next()
    await wire.ack(envelope)
    await asked
    await call("views.open", trigger_id=envelope["payload"]["trigger_id"], view=modal(section("Ask")))
    dialog = await ann.dialog()
    submitted = asyncio.ensure_future(dialog.submit())
    envelope = await wire.next()
    result = modal(section("Result"))

    early = await call("views.update", external_id="later", view=result)
    working = {"response_action": "update", "view": modal(section("Working"), external_id="later")}
    await wire.ack(envelope, working)
    await submitted
    in_order = await call("views.update", external_id="later", view=result)

    assert early["error"] == "not_found"
    assert in_order["ok"]
    assert "Result" in dialog.words


async def test_an_update_by_view_id_before_the_answer_is_overwritten_by_it(
    slack: Workspace, ann: Person, wire: BareSocket, call: Call
) -> None:
    asked = asyncio.ensure_future(ann.shortcut("anything"))
    envelope = await wire.next()
    await wire.ack(envelope)
    await asked
    await call("views.open", trigger_id=envelope["payload"]["trigger_id"], view=modal(section("Ask")))
    dialog = await ann.dialog()
    submitted = asyncio.ensure_future(dialog.submit())
    envelope = await wire.next()

    early = await call("views.update", view_id=dialog.view_id, view=modal(section("Result")))
    await wire.ack(envelope, {"response_action": "update", "view": modal(section("Working"))})
    await submitted

    assert early["ok"]
    assert "Working" in dialog.words
    assert "Result" not in dialog.words
    assert slack.sockets == 1


async def test_a_dialog_closed_while_it_is_sent_stays_closed(
    ann: Person, wire: BareSocket, call: Call
) -> None:
    asked = asyncio.ensure_future(ann.shortcut("anything"))
    envelope = await wire.next()
    await wire.ack(envelope)
    await asked
    await call("views.open", trigger_id=envelope["payload"]["trigger_id"], view=modal())
    dialog = await ann.dialog()
    submitted = asyncio.ensure_future(dialog.submit())
    envelope = await wire.next()

    await dialog.close()
    await wire.ack(envelope, {"response_action": "update", "view": modal(external_id="later")})
    answered = await submitted
    late = await call("views.update", external_id="later", view=modal())

    assert answered.closed
    assert not ann.dialogs
    assert late["error"] == "not_found"


async def test_only_the_dialog_in_front_can_be_used(
    ann: Person, receiver: Receiver, call: Call, opens: Opens
) -> None:
    below = await opens(modal(actions(button("Deeper"))))
    await below.press("Deeper")
    await call("views.push", trigger_id=receiver.acts[-1]["trigger_id"], view=modal())

    with pytest.raises(LookupError, match="not in front"):
        await below.submit()

    await (await ann.dialog()).close()
    assert (await below.submit()).error is None


async def test_a_dialog_that_says_nothing_to_send_has_no_main_button(opens: Opens) -> None:
    view = modal(section("Read this."))
    del view["submit"]
    dialog = await opens(view)

    with pytest.raises(LookupError, match="no main button"):
        await dialog.submit()
    assert dialog.close_text == "Cancel"


async def test_a_choice_that_dispatches_is_told_at_once(
    slack: Workspace, receiver: Receiver, opens: Opens
) -> None:
    options = [{"text": plain("Tea"), "value": "t"}, {"text": plain("Coffee"), "value": "c"}]
    radio = {"type": "radio_buttons", "action_id": "drink", "options": options}
    field = {
        "type": "input",
        "block_id": "b",
        "label": plain("Drink"),
        "element": radio,
        "dispatch_action": True,
    }
    dialog = await opens(modal(field))
    heard = len(receiver.received)

    dialog.choose("Drink", "Coffee")
    await slack.until(lambda: len(receiver.received) > heard)

    (action,) = receiver.acts[-1]["actions"]
    assert action["action_id"] == "drink"
    assert action["selected_option"]["value"] == "c"
    assert dialog.values == {"Drink": "Coffee"}


async def test_labels_and_options_are_found_by_their_words_only(opens: Opens) -> None:
    dialog = await opens(modal(text_input("Name")))

    with pytest.raises(LookupError, match="there are \\['Name'\\]"):
        dialog.fill("name", "x")
    with pytest.raises(LookupError, match="no button 'Go'"):
        await dialog.press("Go")


async def test_a_home_tab_is_published_with_its_hash(slack: Workspace, ann: Person, call: Call) -> None:
    first = await call("views.publish", user_id=ann.user_id, view=home(section("One")))
    same = await call(
        "views.publish", user_id=ann.user_id, view=home(section("Two")), hash=first["view"]["hash"]
    )
    old = await call(
        "views.publish", user_id=ann.user_id, view=home(section("Three")), hash=first["view"]["hash"]
    )
    wrong = await call("views.publish", user_id=ann.user_id, view=modal())

    assert first["ok"]
    assert same["ok"]
    assert old["error"] == "hash_conflict"
    assert wrong["error"] == "invalid_arguments"
    assert ann.home.words == "Two"
    slack.install({"features": {"app_home": {"home_tab_enabled": False}}})
    off = await call("views.publish", user_id=ann.user_id, view=home())
    assert off["error"] == "not_enabled"

"""What Slack takes as a message, and what it refuses, from both sides of each bound."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.demo.workspace.rules import message_faults
from bot.demo.workspace.rules_fault import Fault

JSON = dict[str, Any]


def section(text: str = "hello", **more: Any) -> JSON:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def pointers(faults: list[Fault]) -> list[str]:
    return [fault.pointer for fault in faults]


def words(faults: list[Fault]) -> str:
    return "; ".join(fault.message for fault in faults)


def test_an_ordinary_message_is_taken() -> None:
    message = {
        "channel": "C1",
        "text": "Your key passed.",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Passed"}},
            section(),
            {"type": "divider"},
        ],
        "metadata": {"event_type": "keydesk_message", "event_payload": {"key": "a1"}},
        "thread_ts": "1.2",
        "unfurl_links": False,
    }

    assert message_faults(message, "chat.postMessage") == []


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral", "chat.update"])
def test_a_method_asks_for_its_own_arguments(method: str) -> None:
    absent = {fault.field for fault in message_faults({"text": "hi"}, method)}

    wanted = {"channel", "user", "ts"} & absent
    assert (
        wanted
        == {
            "chat.postMessage": {"channel"},
            "chat.postEphemeral": {"channel", "user"},
            "chat.update": {"channel", "ts"},
        }[method]
    )
    assert message_faults({"text": "hi"} | dict.fromkeys(wanted, "X1"), method) == []


def test_without_a_method_the_message_alone_is_judged() -> None:
    assert message_faults({"text": "hi", "blocks": [section()]}) == []


@pytest.mark.parametrize(
    ("method", "argument"),
    [
        ("chat.postEphemeral", {"metadata": {"event_type": "a", "event_payload": {}}}),
        ("chat.postEphemeral", {"unfurl_links": False}),
        ("chat.update", {"thread_ts": "1.2"}),
        ("chat.update", {"unfurl_links": False}),
        ("chat.postMessage", {"ts": "1.2"}),
        ("chat.postMessage", {"client_msg_id": "4c1a"}),
        (None, {"bloks": []}),
    ],
)
def test_an_argument_that_the_method_does_not_have_is_a_fault(method: str | None, argument: JSON) -> None:
    needed = {"chat.postEphemeral": {"user": "U1"}, "chat.update": {"ts": "1.2"}}
    message = {"channel": "C1", "text": "hi"} | needed.get(method or "", {})
    assert message_faults(message, method) == [], "the argument alone has to make the difference"

    faults = message_faults(message | argument, method)

    assert words(faults) == f"invalid additional property: {next(iter(argument))}"


@pytest.mark.parametrize("empty", [{}, {"text": ""}, {"blocks": []}, {"text": "", "blocks": []}])
def test_a_message_without_content_is_refused_in_slacks_own_word(empty: JSON) -> None:
    assert [fault.code for fault in message_faults(empty)] == ["no_text"]
    assert message_faults(empty | {"text": "hi"}) == []


@pytest.mark.parametrize(
    ("method", "most"), [("chat.update", 4_000), ("chat.postMessage", 40_000), (None, 40_000)]
)
def test_text_beyond_the_bound_of_the_method_is_too_long(method: str | None, most: int) -> None:
    message = {"channel": "C1"} | ({"ts": "1.2"} if method == "chat.update" else {})

    assert message_faults(message | {"text": "x" * most}, method) == []
    (fault,) = message_faults(message | {"text": "x" * (most + 1)}, method)
    assert (fault.code, fault.pointer) == ("msg_too_long", "/text")
    assert fault.constraint == {"type": "max_length", "expected": most, "got": most + 1}


@pytest.mark.parametrize("wrong", [1, None, ["hi"], {"text": "hi"}, True])
def test_text_that_is_no_string_is_a_fault(wrong: Any) -> None:
    (fault,) = message_faults({"text": wrong, "blocks": [section()]})

    assert (fault.code, fault.pointer, fault.message) == ("invalid_type", "/text", "must provide a string")


def test_a_message_has_at_most_fifty_blocks() -> None:
    assert message_faults({"text": "hi", "blocks": [section()] * 50}) == []

    faults = message_faults({"text": "hi", "blocks": [section()] * 51})
    assert words(faults) == "no more than 50 items allowed"


def test_attachments_are_counted_and_looked_into() -> None:
    one = {"color": "#cc0000", "fallback": "hi", "blocks": [section()]}
    assert message_faults({"attachments": [one] * 100}) == []

    assert [fault.code for fault in message_faults({"attachments": [one] * 101})] == ["too_many_attachments"]
    inside = message_faults({"attachments": [one | {"blocks": [section("x" * 3001)]}]})
    assert pointers(inside) == ["/attachments/0/blocks/0/text/text"]


def test_blocks_may_come_as_json_in_a_string_as_in_a_form() -> None:
    assert message_faults({"text": "hi", "blocks": json.dumps([section()])}) == []
    wrong = json.dumps([section("")])
    assert pointers(message_faults({"text": "hi", "blocks": wrong})) == ["/blocks/0/text/text"]
    assert pointers(message_faults({"text": "hi", "blocks": "[not json"})) == ["/blocks"]
    assert pointers(message_faults({"text": "hi", "blocks": "[" * 100_000})) == ["/blocks"]


def test_markdown_is_bounded_in_all_blocks_together() -> None:
    half = {"type": "markdown", "text": "x" * 6_000}
    assert message_faults({"text": "hi", "blocks": [half, half]}) == []

    (fault,) = message_faults({"text": "hi", "blocks": [half, half, {"type": "markdown", "text": "x"}]})
    assert fault.constraint == {"type": "max_length", "expected": 12_000, "got": 12_001}


def test_markdown_text_excludes_text_and_blocks() -> None:
    assert message_faults({"markdown_text": "*hi*"}) == []
    assert message_faults({"markdown_text": "*hi*", "text": "hi"}) != []
    assert message_faults({"markdown_text": "*hi*", "blocks": [section()]}) != []


def test_metadata_has_a_type_and_a_payload() -> None:
    good = {"text": "hi", "metadata": {"event_type": "keydesk_message", "event_payload": {}}}
    assert message_faults(good) == []

    absent = {fault.field for fault in message_faults(good | {"metadata": {}})}
    assert absent == {"event_type", "event_payload"}
    assert pointers(message_faults(good | {"metadata": {"event_type": "a", "event_payload": "b"}})) == [
        "/metadata/event_payload"
    ]

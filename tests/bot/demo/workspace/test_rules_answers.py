"""With what an app may answer, and how a fault reads."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.workspace.rules import (
    command_answer_faults,
    message_faults,
    response_action_faults,
    response_url_faults,
    view_faults,
)
from tests.bot.demo.workspace.made_views import asking, modal, plain, pointers, section


@pytest.mark.parametrize("closing", [None, "", {}, {"response_action": "clear"}])
def test_a_submission_may_be_answered_with_nothing(closing: Any) -> None:
    assert response_action_faults(closing) == []


@pytest.mark.parametrize("action", ["update", "push"])
def test_a_view_in_an_answer_is_judged_at_its_place(action: str) -> None:
    assert response_action_faults({"response_action": action, "view": modal()}) == []

    long = response_action_faults({"response_action": action, "view": modal(title=plain("x" * 25))})
    assert pointers(long) == ["/view/title/text"]
    assert [fault.field for fault in response_action_faults({"response_action": action})] == ["view"]


def test_errors_name_input_blocks_of_the_view_and_say_something() -> None:
    view = modal(asking("key"), section(block_id="hint"))
    assert response_action_faults({"response_action": "errors", "errors": {"key": "Too short."}}, view) == []

    wrongs: list[Any] = [{"hint": "x"}, {"value": "x"}, {"key": ""}, {"key": None}, {}, [], None]
    for wrong in wrongs:
        assert response_action_faults({"response_action": "errors", "errors": wrong}, view), wrong


@pytest.mark.parametrize(
    "wrong",
    [
        {"response_action": "close"},
        {"response_action": ["clear"]},
        {"errors": {"key": "x"}},
        {"response_action": "clear", "view": {}},
        {"response_action": "errors", "errors": {"a": "b"}, "view": {}},
        {"response_action": "update", "view": {}},
        "clear",
        7,
    ],
)
def test_any_other_answer_is_a_fault(wrong: Any) -> None:
    assert response_action_faults(wrong)


@pytest.mark.parametrize(
    "answer", [None, "", {}, "On its way.", {"text": "hi", "response_type": "ephemeral"}]
)
def test_a_command_may_be_answered_with_nothing_a_text_or_a_message(answer: Any) -> None:
    assert command_answer_faults(answer) == []


@pytest.mark.parametrize(
    "wrong",
    [{"text": "hi", "response_type": "private"}, {"text": ""}, {"channel": "C1", "text": "hi"}, 7, ["hi"]],
)
def test_any_other_answer_to_a_command_is_a_fault(wrong: Any) -> None:
    assert command_answer_faults(wrong)


def test_a_response_url_may_replace_or_take_away_the_original() -> None:
    assert response_url_faults({"text": "Done.", "replace_original": True}) == []
    assert response_url_faults({"delete_original": True}) == []

    assert [fault.code for fault in response_url_faults({"replace_original": True})] == ["no_text"]
    assert pointers(response_url_faults({"text": "Done.", "replace_original": "yes"})) == [
        "/replace_original"
    ]


def test_a_fault_reads_as_slack_writes_it() -> None:
    (fault,) = message_faults({"text": "hi", "blocks": [section("x" * 3001)]})

    assert fault.as_json() == {
        "code": "failed_constraint",
        "message": "must be less than 3001 characters",
        "pointer": "/blocks/0/text/text",
        "constraint": {"type": "max_length", "expected": 3000, "got": 3001},
    }
    assert fault.as_line() == "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"


def test_an_absent_field_is_named() -> None:
    (fault,) = view_faults(modal(title=None))

    assert fault.as_json() == {
        "code": "missing_field",
        "message": "missing required field: title",
        "pointer": "",
        "field": "title",
    }
    assert fault.as_line("/view") == "[ERROR] missing required field: title [json-pointer:/view]"


def test_a_fault_never_repeats_what_a_person_typed() -> None:
    secret = "5f2c1b7e-9d3a-4c8e-b1f0-canary"
    faults = view_faults(
        modal(
            section(secret * 200),
            asking(initial_value=secret * 200),
            title=plain(secret),
            private_metadata=secret * 200,
            submit=plain("x"),
        )
    )

    assert len(faults) >= 4, "nothing was refused, so silence proves nothing"
    assert secret not in repr(faults)

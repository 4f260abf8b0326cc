"""Whatever surrounds it, what has a secret's shape or stands in a secret's field does not pass."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escalation import Reason
from bot.log_redaction import (
    DEEPEST,
    HIDDEN,
    LONGEST_TEXT,
    exception_text,
    redacted,
    scrubbed,
    told_exception,
    without_payload,
)
from bot.refusal import Refusal

plain = st.text(st.characters(exclude_characters="0123456789abcdefABCDEF-"), max_size=40)
keys = st.text("0123456789abcdef", min_size=24, max_size=24)
tokens = st.text("ABCXYZabcxyz0123456789-", min_size=10, max_size=40)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(plain, keys | st.uuids().map(str), plain)
def test_a_key_or_a_secret_is_hidden_wherever_it_stands(before: str, secret: str, after: str) -> None:
    for spelling in (secret, secret.upper()):
        text = scrubbed(before + spelling + after)
        assert spelling not in text
        assert HIDDEN in text


@given(plain, st.sampled_from(["xoxb-", "xoxp-", "xapp-", "xoxe.xoxb-"]), tokens, plain)
def test_a_token_of_slack_is_hidden_wherever_it_stands(
    before: str, kind: str, token: str, after: str
) -> None:
    assert token not in scrubbed(f"{before} {kind}{token} {after}")


@given(st.text("abcxyz0189!$%&*+._~-", min_size=3, max_size=30))
def test_the_password_of_an_address_is_hidden_and_the_rest_is_not(password: str) -> None:
    text = scrubbed(f"cannot reach postgresql://keydesk:{password}@db.example:5432/keydesk, giving up")
    assert text == f"cannot reach postgresql://keydesk:{HIDDEN}@db.example:5432/keydesk, giving up"


@pytest.mark.parametrize(
    "own", [uuid.UUID(int=7).hex, "a" * 40, "f" * 64, "2026-03-02T12:00:00+00:00", "case 12, attempt 3"]
)
def test_our_own_ids_and_digests_stay(own: str) -> None:
    assert scrubbed(own) == own


@given(anything)
def test_whatever_is_logged_becomes_plain_data(value: Any) -> None:
    assert json.dumps(redacted(value))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02 00:00:00+00:00"),
        (timedelta(seconds=90), "0:01:30"),
        (PurePath("/var/lib"), "/var/lib"),
        (Reason.DANGER, "danger"),
        (b"canary", "<bytes>"),
        (object, "<type>"),
        (ValueError("canary"), "<ValueError>"),
        ({1: (2, 3)}, {"1": [2, 3]}),
    ],
)
def test_values_are_shown_and_objects_named(value: object, shown: object) -> None:
    assert redacted(value) == shown


@pytest.mark.parametrize(
    "name", ["api_secret", "PASSPHRASE", "bot_token", "Cookie", "text", "payload", "body"]
)
def test_a_secrets_field_is_hidden_at_any_depth(name: str) -> None:
    assert redacted({"a": [{name: "canary"}]}) == {"a": [{name: HIDDEN}]}


@pytest.mark.parametrize("name", ["masked_key", "key", "state", "attempt", "next", "context"])
def test_other_fields_are_not(name: str) -> None:
    assert redacted({name: "shown"}) == {name: "shown"}


def test_depth_and_length_end_somewhere() -> None:
    deep: object = "bottom"
    for _ in range(DEEPEST + 3):
        deep = [deep]
    assert "bottom" not in str(redacted(deep))
    assert len(scrubbed("x" * 10 * LONGEST_TEXT)) == LONGEST_TEXT + 1


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("A new session has been established", "A new session has been established"),
        ("Unhandled request ({'type': 'view_submission'})", "Unhandled request …"),
        ("Failed: [1, 2]", "Failed: …"),
        ("first\nsecond", "first …"),
        ("Task was destroyed <Task pending>", "Task was destroyed …"),
        ("it failed (error: canary)", "it failed …"),
        ("x" * 400, "x" * 300),
    ],
)
def test_of_a_librarys_message_the_words_are_kept_and_the_data_is_not(message: str, shown: str) -> None:
    assert without_payload(message) == shown


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except type(error):
        return error


def test_an_exception_is_a_type_and_frames() -> None:
    told = told_exception(raised(ValueError("canary")))
    assert told is not None
    assert told["type"] == "builtins.ValueError"
    assert told["frames"] == [frame for frame in told["frames"] if frame.endswith(" raised")]
    assert "canary" not in str(told)


def test_what_caused_it_is_told_too_but_not_for_ever() -> None:
    error: BaseException = Refusal("the first of all")
    for number in range(20):
        outer = ValueError(number)
        outer.__cause__, error = error, outer
    told = told_exception(error)
    depth = 0
    while told is not None:
        told, depth = told.get("because"), depth + 1
    assert depth == DEEPEST


def test_what_was_hidden_on_purpose_stays_hidden() -> None:
    try:
        try:
            raise KeyError("canary")
        except KeyError:
            raise Refusal("case 3 is closed") from None
    except Refusal as error:
        told = told_exception(error)
    assert told is not None
    assert told["says"] == "case 3 is closed"
    assert "because" not in told


def test_on_a_terminal_an_exception_is_lines() -> None:
    cause = ExceptionGroup("canary", [Refusal("one of ours")])
    error = raised(ValueError("canary"))
    error.__cause__ = cause
    text = exception_text(told_exception(error) or {})
    assert text.splitlines()[0] == "builtins.ValueError"
    assert "because of" in text
    assert "bot.refusal.Refusal: one of ours" in text
    assert "canary" not in text

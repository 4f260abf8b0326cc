"""Only what Slack signed, within five minutes, is Slack's."""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import UTC, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier

from bot.slack.signature import WINDOW_S, Unsigned, refusal

SECRET = SecretStr("8f742231b10e8888abcd99yyyzzz85a5")
BODY = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&command=%2Fweather"
NOW = 1_531_420_618
SIGNED = "v0=" + hmac.new(SECRET.get_secret_value().encode(), b"v0:1531420618:" + BODY, "sha256").hexdigest()


@pytest.fixture(autouse=True)
def at_the_time() -> object:
    with time_machine.travel(datetime.fromtimestamp(NOW, UTC), tick=False) as clock:
        yield clock


def test_what_slack_signed_is_taken() -> None:
    assert refusal(SECRET, str(NOW), SIGNED, BODY) is None


def test_slacks_own_library_agrees() -> None:
    """Vectors made by somebody else: slack_sdk signs, we verify."""
    theirs = SignatureVerifier(SECRET.get_secret_value()).generate_signature(timestamp=str(NOW), body=BODY)
    assert theirs is not None
    assert refusal(SECRET, str(NOW), theirs, BODY) is None


@pytest.mark.parametrize(
    ("timestamp", "signature", "why"),
    [
        (None, SIGNED, Unsigned.MISSING),
        ("", SIGNED, Unsigned.MISSING),
        (str(NOW), None, Unsigned.MISSING),
        (str(NOW), "", Unsigned.MISSING),
        ("soon", SIGNED, Unsigned.NOT_A_NUMBER),
        ("1531420618.5", SIGNED, Unsigned.NOT_A_NUMBER),
        ("-1531420618", SIGNED, Unsigned.NOT_A_NUMBER),
        ("+1531420618", SIGNED, Unsigned.NOT_A_NUMBER),
        (" 1531420618", SIGNED, Unsigned.NOT_A_NUMBER),
        ("1_531_420_618", SIGNED, Unsigned.NOT_A_NUMBER),
        ("١٥٣١٤٢٠٦١٨", SIGNED, Unsigned.NOT_A_NUMBER),
        ("²531420618", SIGNED, Unsigned.NOT_A_NUMBER),
        ("nan", SIGNED, Unsigned.NOT_A_NUMBER),
        ("1e9", SIGNED, Unsigned.NOT_A_NUMBER),
        ("9" * 400, SIGNED, Unsigned.NOT_A_NUMBER),
        (str(NOW - WINDOW_S - 1), SIGNED, Unsigned.STALE),
        ("0", SIGNED, Unsigned.STALE),
        (str(NOW + WINDOW_S + 1), SIGNED, Unsigned.FUTURE),
        (str(NOW), SIGNED[:-1] + ("0" if SIGNED[-1] != "0" else "1"), Unsigned.WRONG),
        (str(NOW), SIGNED.upper(), Unsigned.WRONG),
        (str(NOW), SIGNED.removeprefix("v0="), Unsigned.WRONG),
        (str(NOW), SIGNED.replace("v0", "v1"), Unsigned.WRONG),
        (str(NOW), "v0=", Unsigned.WRONG),
        (str(NOW), "v0=é€", Unsigned.WRONG),
        (str(NOW), "\udcff", Unsigned.WRONG),
        (str(NOW - 1), SIGNED, Unsigned.WRONG),
    ],
)
def test_anything_else_is_refused_by_name(
    timestamp: str | None, signature: str | None, why: Unsigned
) -> None:
    assert refusal(SECRET, timestamp, signature, BODY) is why


@pytest.mark.parametrize("age_s", [-WINDOW_S, 0, WINDOW_S])
def test_five_minutes_are_still_good_either_way(age_s: int) -> None:
    stamp = str(NOW - age_s)
    signature = (
        "v0="
        + hmac.new(
            SECRET.get_secret_value().encode(), b"v0:" + stamp.encode() + b":" + BODY, hashlib.sha256
        ).hexdigest()
    )
    assert refusal(SECRET, stamp, signature, BODY) is None


@pytest.mark.parametrize("body", [b"", BODY + b" ", BODY[:-1], BODY.lower(), b"\x00" + BODY])
def test_a_body_that_was_changed_is_refused(body: bytes) -> None:
    assert refusal(SECRET, str(NOW), SIGNED, body) is Unsigned.WRONG


def test_another_secret_is_refused() -> None:
    assert refusal(SecretStr("another"), str(NOW), SIGNED, BODY) is Unsigned.WRONG


anything = st.one_of(st.none(), st.text(max_size=80), st.integers().map(str))


@given(timestamp=anything, signature=anything, body=st.binary(max_size=200))
def test_whatever_a_stranger_sends_is_refused_and_raises_nothing(
    timestamp: str | None, signature: str | None, body: bytes
) -> None:
    assert isinstance(refusal(SECRET, timestamp, signature, body), Unsigned)


def test_no_reason_holds_what_was_sent() -> None:
    """It is logged as it stands."""
    assert {str(why) for why in Unsigned} == {
        "signature or time stamp missing",
        "time stamp is no number",
        "time stamp too old",
        "time stamp in the future",
        "signature does not fit",
    }
    assert time.time() == NOW

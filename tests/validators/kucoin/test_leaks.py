"""A key pasted where it should not be is noticed; ordinary talk is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validators.kucoin.stage import KEY, SECRET
from validators.kucoin import EXCHANGE
from validators.kucoin.leaks import could_be_secret, looks_like_key

MADE = f"{int(time.time()) - 86_400 * 30:08x}d5eaf900017f3e82"

LEAKS = [
    f"{KEY} {SECRET}",
    f"here you go:\n{KEY}\n{SECRET}\nhunter22x",
    f"my api key is {KEY}",
    f"API-Key={KEY}",
    f"the secret: {SECRET}",
    f"secret {SECRET.upper()}",
    f"```{MADE}```",
    f"is {MADE} right?",
    f"<mailto:x@y.z|x@y.z> {MADE}",
    f"zero\u200bwidth {MADE[:9]}\u200b{MADE[9:]}",
    "passphrase: Correct7Horse",
    "Pass phrase = Correct7Horse",
    f"{SECRET} is what it says under Passphrase",
]

TALK = [
    "",
    "Hello, my key does not work. Where do I find the passphrase?",
    "The secret is shown only once, isn't it?",
    "passphrase: the one you made up in Step Four",
    "see https://example.com/t/f03a5284-5c39-4aaa-9b20-dea10bdcf8e3 for my secret project",
    "see <https://example.com/orders/6a864380d5eaf900017f3e82|the order>",
    "ticket f03a5284-5c39-4aaa-9b20-dea10bdcf8e3 is still open",
    "fixed in 1e081d0 and f364da0",
    "commit 9cad498a6d1f2b3c4d5e6f708192a3b4c5d6e7f8",
    "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "order 591234567890123456789012",
    "ffffffffffffffffffffffff",
    "00000000d5eaf900017f3e82",
    "MAC 00:1b:44:11:3a:b7",
]


@pytest.mark.parametrize("text", LEAKS, ids=range(len(LEAKS)))
def test_a_pasted_key_is_noticed(text: str) -> None:
    assert EXCHANGE.looks_like_key(text)


@pytest.mark.parametrize("text", TALK, ids=range(len(TALK)))
def test_ordinary_talk_is_left_alone(text: str) -> None:
    assert not EXCHANGE.looks_like_key(text)


@settings(max_examples=100)
@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    EXCHANGE.looks_like_key(text)


def test_an_endless_text_is_judged_by_its_beginning() -> None:
    assert EXCHANGE.looks_like_key(f"{KEY} {SECRET} " + "a-" * 500_000)


@pytest.mark.parametrize(
    ("text", "alone", "in_a_channel"),
    [
        ("f03a5284-5c39-4aaa-9b20-dea10bdcf8e3", True, False),
        ("is it this one? `F03A5284-5C39-4AAA-9B20-DEA10BDCF8E3`", True, False),
        ("see https://example.com/f03a5284-5c39-4aaa-9b20-dea10bdcf8e3", False, False),
        ("the secret is f03a5284-5c39-4aaa-9b20-dea10bdcf8e3", True, True),
        ("6a864380d5eaf900017f3e82", True, True),
        ("thank you, it works now", False, False),
        ("reference R-1a2b3c4d of case 12", False, False),
    ],
)
def test_a_bare_secret_is_noticed_where_it_is_written_to_us_alone(
    text: str, alone: bool, in_a_channel: bool
) -> None:
    assert (could_be_secret(text), looks_like_key(text)) == (alone, in_a_channel)

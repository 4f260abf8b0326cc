"""What a stranger writes may be 40,000 characters of anything: the time it takes grows as its length does.

A pattern that tries every pair of places would hold up everybody else's dialogs for seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.log_redaction import scrubbed, without_payload
from bot.slack.blocks import literal, quoted
from bot.slack.typed import as_seen
from validators.kucoin import EXCHANGE

SHORT, LONG = 5_000, 40_000
"""Slack's documents: a message has 40,000 characters at most."""
GROWS_AT_MOST = 3 * LONG / SHORT
"""As the length, with room for noise; every pair of places would be 64 times."""
TOO_SHORT_TO_MEASURE_S = 0.001

READERS: dict[str, Callable[[str], object]] = {
    "leak guard": EXCHANGE.looks_like_key,
    "log": scrubbed,
    "library's log": without_payload,
    "literal": lambda text: literal(text, 3_000),
    "quoted": lambda text: quoted(text, 3_000),
    "command": as_seen,
    "shapes": lambda text: EXCHANGE.check_shape({"key": text, "secret": text, "passphrase": text}),
}
WORDS = "passphrase: kc-api- KC-API-KEY secret: password= ://a: http:// https://a| xoxb- xapp- kd1. api_ your"
SIGNS = "< <@ <@U1| <a: &lt; & - * _ ~ ` @ # X … • ( [[ { \" ' \\ \u202e \u200b"
IDS = f"{'a' * 24} 6a864380d5eaf900017f3e82 6a864380- 12345678-1234- 0123456789abcdef"
PIECES = [*WORDS.split(), *SIGNS.split(" "), *IDS.split(), "pass phrase = ", "secrets api key ", " ", "\n"]


def took_s(reader: Callable[[str], object], text: str) -> float:
    """Of our own processor time, the best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.thread_time()
        reader(text)
        best = min(best, time.thread_time() - began)
    return best


@pytest.mark.parametrize("name", READERS)
def test_the_time_grows_as_the_text_does(name: str) -> None:
    reader = READERS[name]
    slow = {}
    for piece in PIECES:
        for end in ("", "1a", " x"):
            short, long = ((piece * size)[:size] + end for size in (SHORT, LONG))
            base = max(took_s(reader, short), TOO_SHORT_TO_MEASURE_S)
            if (growth := took_s(reader, long) / base) > GROWS_AT_MOST:
                slow[piece, end] = growth

    assert slow == {}

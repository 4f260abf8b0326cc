"""Coverage-guided fuzzing with atheris, of what reads strangers' bytes. Not part of the test run.

    uv run --with atheris python -m tests.fuzz TARGET [-runs=100000] [-max_total_time=60] [CORPUS]

The targets are the functions below; each ends with an exception only where something is wrong.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from bot.log_redaction import redacted, without_payload
from bot.seal import Place, SealBroken, unseal
from bot.setting_values import parse_duration
from bot.slack.blocks import SECTION_CHARS, literal, paragraphs
from bot.slack.edge import delivery_key, person_of
from bot.slack.leak_guard import read
from bot.slack.signature import refusal
from validators.guide import load
from validators.guide_file import GuideError
from validators.kucoin import EXCHANGE
from validators.kucoin.answers import read_answer
from validators.kucoin.words import DETAILS

KEY = AESGCM(bytes(32))
PLACE = Place("submission", "a", "sealed")
SECRET = SecretStr("s")
FOLLOWED = frozenset({"bot", "validators", "yaml"})


def answers_of_the_venue(data: bytes) -> None:
    read_answer("GET /x", 200 + data[0] % 400 if data else 200, {}, data, 1)


def shapes_of_credentials(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    EXCHANGE.check_shape({"key": text, "secret": text[::-1], "passphrase": text[:32]})


def leaks(data: bytes) -> None:
    EXCHANGE.looks_like_key(data.decode("utf-8", "replace"))


def sealed_values(data: bytes) -> None:
    try:
        unseal(data, PLACE, KEY)
    except SealBroken:
        return
    raise AssertionError("a made-up value opened")


def signatures(data: bytes) -> None:
    half = len(data) // 2
    stamp, signature = data[:half].decode("latin-1"), data[half:].decode("latin-1")
    if refusal(SECRET, stamp, signature, data) is None:
        raise AssertionError("a made-up signature was taken")


def payloads(data: bytes) -> None:
    """What of a delivery is looked at before a listener runs."""
    try:
        body: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(body, dict):
        person_of(body)
        if isinstance(body.get("view") or {}, dict):
            delivery_key(body)
        if isinstance(body.get("event"), dict):
            read(body["event"], "T1")


def markup(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    shown = literal(text, 5_000)
    if "<" in shown or "\u202e" in shown:
        raise AssertionError("markup came through")
    if any(len(block["text"]["text"]) > SECTION_CHARS for block in paragraphs(text, quote=True)):
        raise AssertionError("a section is too long for Slack")


def log_lines(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    json.dumps(redacted({"event": text, text: [text], "why": {"deep": {"deeper": text}}}))
    without_payload(text)


def durations(data: bytes) -> None:
    try:
        parse_duration(data.decode("utf-8", "replace"))
    except ValueError:
        return


def guide_files(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "guide.yml"
        file.write_bytes(data)
        try:
            load(file, details=DETAILS)
        except GuideError:
            return


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        answers_of_the_venue,
        shapes_of_credentials,
        leaks,
        sealed_values,
        signatures,
        payloads,
        markup,
        log_lines,
        durations,
        guide_files,
    )
}


def whats_fuzzed() -> list[FunctionType]:
    """The functions whose ways are followed: ours, and those that read YAML for us.

    To follow every library takes minutes before the first input.
    """
    found = [found for found in gc.get_objects() if isinstance(found, FunctionType)]
    return [one for one in found if (one.__module__ or "").partition(".")[0] in FOLLOWED]


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"{__doc__}\nTargets: {', '.join(TARGETS)}")
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # asked for with --with atheris

    target = TARGETS[sys.argv.pop(1)]
    for function in whats_fuzzed():
        atheris.instrument_func(function)
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""No secret gets through the log, whoever writes, whatever level is asked for."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from pydantic import SecretStr

from bot import log
from bot.refusal import Refusal

KEY = "6705f5c311545b000157d3eb"
SECRET = "8b2a8b2a-4b2a-4a2b-8a2b-8b2a4b2a8b2a"
PASSPHRASE = "canary passphrase"
BOT_TOKEN = "xoxb-2345-canary-token"
APP_TOKEN = "xapp-1-A02-canary-token"
EVERY_SECRET = (KEY, SECRET, "canary")

Lines = io.StringIO


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put back what `configure` changes for the whole process."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    levels = {name: logging.getLogger(name).level for name in log.CAPPED}
    yield
    root.handlers[:], sys.excepthook, threading.excepthook, sys.unraisablehook = kept[0], *kept[2:]
    root.setLevel(kept[1])
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(params=["json", "console"])
def written(request: pytest.FixtureRequest) -> Lines:
    lines = io.StringIO()
    log.configure("DEBUG", request.param, lines)
    return lines


@pytest.fixture
def lines() -> Lines:
    stream = io.StringIO()
    log.configure("DEBUG", "json", stream)
    return stream


def last(lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return found


def leaked(lines: Lines) -> list[str]:
    assert "CONTROL" in lines.getvalue(), "nothing was written, so silence proves nothing"
    return [secret for secret in EVERY_SECRET if secret in lines.getvalue()]


def test_an_event_is_one_line_with_its_fields(lines: Lines) -> None:
    log.get_logger("bot.key_test").info("test_settled", attempt=7, cause="expired")

    line = last(lines)
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "test_settled",
        "attempt": 7,
        "cause": "expired",
        "level": "info",
        "logger": "bot.key_test",
    }


def test_what_is_bound_stands_in_every_line_until_it_is_let_go(lines: Lines) -> None:
    with log.bind(case=3, submission="s1"):
        logging.getLogger("anybody").info("theirs")
        assert last(lines)["case"] == 3
        log.get_logger("bot").info("ours")
        assert last(lines)["submission"] == "s1"
    log.get_logger("bot").info("after")
    assert "case" not in last(lines)


def test_a_plain_call_binds_for_the_task(lines: Lines) -> None:
    log.bind(ref="r1")
    log.get_logger("bot").info("ours")
    assert last(lines)["ref"] == "r1"


def test_the_level_that_is_asked_for_holds() -> None:
    stream = io.StringIO()
    log.configure("WARNING", "json", stream)
    log.get_logger("bot").info("quiet")
    log.get_logger("bot").warning("loud")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


def test_configuring_again_does_not_double_the_lines() -> None:
    first, second = io.StringIO(), io.StringIO()
    log.configure("INFO", "json", first)
    log.configure("INFO", "json", second)
    log.get_logger("bot").info("once")
    assert (first.getvalue(), len(second.getvalue().splitlines())) == ("", 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"passphrase": PASSPHRASE},
        {"API_Secret": PASSPHRASE},
        {"nested": {"deep": [{"Authorization": PASSPHRASE}]}},
        {"headers": [("a", PASSPHRASE)]},
        {"body": PASSPHRASE},
        {"view": {"values": PASSPHRASE}},
        {"kc_api_passphrase": PASSPHRASE},
        {"anything": SecretStr(PASSPHRASE)},
        {"anything": httpx.Headers({"kc-api-passphrase": PASSPHRASE})},
        {"anything": PASSPHRASE.encode()},
        {"anything": ValueError(PASSPHRASE)},
        {"anything": f"got {KEY} and {SECRET}"},
        {"anything": [{KEY: SECRET.upper()}]},
        {"anything": f"{BOT_TOKEN},{APP_TOKEN}"},
        {"anything": "postgresql://me:canary@host/name smtp://u:canary@host"},
        {"anything": "KC-API-PASSPHRASE: canary"},
        {"anything": str({"kc-api-passphrase": "canary", "secret": "canary"})},
        {"anything": str([(b"KC-API-SIGN", b"canary")])},
        {"anything": json.dumps(json.dumps({"KC-API-PASSPHRASE": "canary"}))},
        {"anything": "kd1.1a2b3c4d.canary"},
    ],
)
def test_a_secret_in_a_field_does_not_get_through(written: Lines, fields: dict[str, object]) -> None:
    log.get_logger("bot").warning("CONTROL", **fields)
    assert leaked(written) == []


@pytest.mark.parametrize(
    ("message", "values"),
    [
        (f"CONTROL {BOT_TOKEN}", ()),
        ("CONTROL %s", (KEY,)),
        ("CONTROL %(a)s", ({"a": SECRET},)),
        ("CONTROL %r", (httpx.Headers({"KC-API-PASSPHRASE": "canary", "kc-api-key": KEY}).raw,)),
        ("CONTROL sent to https://u:canary@host/", ()),
    ],
)
def test_a_secret_in_anybodys_message_does_not_get_through(
    written: Lines, message: str, values: tuple[object, ...]
) -> None:
    logging.getLogger("some.library").warning(message, *values)
    assert leaked(written) == []


@pytest.mark.parametrize("library", ["slack_bolt.AsyncApp", "slack_sdk.web", "dbos", "asyncio"])
def test_data_in_a_librarys_message_does_not_get_through(written: Lines, library: str) -> None:
    body = {"view": {"state": {"passphrase": {"value": PASSPHRASE}}}}
    logging.getLogger(library).warning(f"CONTROL Unhandled request ({body})\n---\n{PASSPHRASE}")
    logging.getLogger(library).error(f"failed: <Task exception=ValueError('{PASSPHRASE}')>")
    assert leaked(written) == []


@pytest.mark.parametrize("library", sorted(log.CAPPED))
def test_no_level_opens_a_capped_library(lines: Lines, library: str) -> None:
    theirs = logging.getLogger(f"{library}.part.of.it")
    for opened in (theirs, logging.getLogger(library), logging.getLogger()):
        opened.setLevel(logging.DEBUG)
    try:
        theirs.debug(PASSPHRASE)
        theirs.info(PASSPHRASE)
        assert lines.getvalue() == ""
        theirs.warning("CONTROL")
        assert last(lines)["event"] == "CONTROL"
    finally:
        theirs.setLevel(logging.NOTSET)


def test_a_librarys_own_handler_is_taken_away() -> None:
    theirs = io.StringIO()
    handler = logging.StreamHandler(theirs)
    logging.getLogger("slack_sdk").addHandler(handler)
    ours = io.StringIO()
    log.configure("INFO", "json", ours)
    logging.getLogger("slack_sdk").warning("CONTROL")
    assert theirs.getvalue() == ""
    assert last(ours)["event"] == "CONTROL"


def test_the_plain_handler_that_prints_everything_is_taken_away() -> None:
    theirs = io.StringIO()
    logging.getLogger().addHandler(logging.StreamHandler(theirs))
    log.configure("INFO", "json", io.StringIO())
    logging.getLogger("anybody").warning(PASSPHRASE)
    assert theirs.getvalue() == ""


def test_the_engine_adds_no_handler_of_its_own(lines: Lines) -> None:
    from dbos._logger import init_logger

    init_logger()
    logging.getLogger("dbos").warning("CONTROL")
    assert last(lines)["logger"] == "dbos"


class OurRefusal(Refusal):
    """Stands for an exception of ours: its module is one of the program's."""


OurRefusal.__module__ = "bot.somewhere"


def _fail(error: Exception) -> None:
    passphrase = PASSPHRASE
    raise error from KeyError(passphrase)


def test_a_foreign_exception_is_told_by_type_and_place_without_its_text(written: Lines) -> None:
    try:
        _fail(ValueError(PASSPHRASE))
    except ValueError:
        log.get_logger("bot").exception("CONTROL")
    assert leaked(written) == []
    assert "builtins.ValueError" in written.getvalue()
    assert "builtins.KeyError" in written.getvalue()
    assert "test_log.py" in written.getvalue()
    assert "_fail" in written.getvalue()


def test_an_exception_of_ours_keeps_its_text(written: Lines) -> None:
    try:
        _fail(OurRefusal(f"case 3 is closed, {KEY}"))
    except OurRefusal:
        logging.getLogger("any.library").exception("CONTROL")
    assert leaked(written) == []
    assert "case 3 is closed" in written.getvalue()


def test_every_part_of_a_group_is_told(written: Lines) -> None:
    group = ExceptionGroup(PASSPHRASE, [ValueError(PASSPHRASE), OurRefusal("the one we know")])
    log.get_logger("bot").error("CONTROL", exc_info=group)
    assert leaked(written) == []
    assert "the one we know" in written.getvalue()


def test_a_crash_of_the_process_or_a_thread_is_told_without_its_text(written: Lines) -> None:
    try:
        _fail(ValueError(PASSPHRASE))
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)

    thread = threading.Thread(target=_fail, args=(ValueError(PASSPHRASE),))
    thread.start()
    thread.join()
    log.get_logger("bot").info("CONTROL")
    assert leaked(written) == []
    assert written.getvalue().count("crashed") == 2


class FailsInTheEnd:
    """Stands for anything that fails in its destructor."""

    def __del__(self) -> None:
        _fail(ValueError(PASSPHRASE))


def test_what_fails_where_nothing_catches_it_is_told_without_its_text(
    written: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    FailsInTheEnd()
    log.get_logger("bot").info("CONTROL")
    assert leaked(written) == []
    assert "ignored_exception" in written.getvalue()
    assert "canary" not in capsys.readouterr().err


def test_a_record_that_cannot_be_written_does_not_print_its_arguments(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    # pytest's own handlers would raise instead.
    root.handlers[:] = [handler for handler in root.handlers if isinstance(handler, log._Handler)]
    root.warning("%d", PASSPHRASE)
    lines.write("CONTROL")
    assert "log_record_lost" in lines.getvalue()
    assert leaked(lines) == []
    assert PASSPHRASE not in capsys.readouterr().err


def test_the_stack_that_a_library_asks_for_is_left_out(lines: Lines) -> None:
    logging.getLogger("some.library").warning("CONTROL", stack_info=True)
    assert "Stack" not in lines.getvalue()


@pytest.mark.parametrize(
    "harmless",
    [
        "case 17",
        "2026-03-02T12:00:00Z",
        "a" * 32,
        "f" * 64,
        "GET https://api.example/accounts",
        "400003",
    ],
)
def test_what_is_no_secret_is_left_as_it_is(lines: Lines, harmless: str) -> None:
    log.get_logger("bot").info("told", what=harmless)
    assert last(lines)["what"] == harmless


def test_an_endless_text_ends(lines: Lines) -> None:
    log.get_logger("bot").info("told", what="x" * 100_000, deep=[[[[[[[[["x"]]]]]]]]])
    assert len(lines.getvalue()) < 3_000

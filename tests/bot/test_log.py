"""No secret gets through the log, whoever writes, whatever level is asked for."""

from __future__ import annotations

import io
import json
import logging

import httpx
import pytest
from pydantic import SecretStr

from bot import log
from tests.bot.log_steps import APP_TOKEN, BOT_TOKEN, KEY, PASSPHRASE, SECRET, Lines, last, leaked

pytestmark = pytest.mark.usefixtures("log_as_before")


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

"""An exception is told by type and place, wherever it surfaces, and its text only if it is ours."""

from __future__ import annotations

import logging
import sys
import threading

import pytest

from bot import log
from bot.refusal import Refusal
from tests.bot.log_steps import KEY, PASSPHRASE, Lines, last, leaked

pytestmark = pytest.mark.usefixtures("log_as_before")


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
    assert "test_log_exceptions.py" in written.getvalue()
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

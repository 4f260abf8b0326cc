"""DBOS may warn us, in its own words only."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.engine.quiet import hush

SECRET = "sentinel-passphrase-7Q"


@pytest.fixture
def hushed() -> Iterator[logging.Logger]:
    logger = logging.getLogger("like dbos")
    logger.setLevel(logging.DEBUG)
    hush("like dbos")
    hush("like dbos")
    yield logger
    logger.handlers.clear()
    logger.filters.clear()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"Database connection failed: {SECRET}. Retrying", "Database connection failed"),
        (
            f"Error executing workflow test_key:attempt-7: {SECRET}",
            "Error executing workflow test_key:attempt-7",
        ),
        (
            "Step being automatically retried (attempt 1 of 5)",
            "Step being automatically retried (attempt 1 of 5)",
        ),
        (
            f"Asyncio task cancelled for workflow or step <function {SECRET}>",
            "Asyncio task cancelled for workflow or step",
        ),
        (f"step functools.partial(f, '{SECRET}')", "step"),
        (f"Error serializing object {{'k': '{SECRET}'}}", "Error serializing object "),
    ],
)
def test_what_it_quotes_is_cut_off(
    hushed: logging.Logger, caplog: pytest.LogCaptureFixture, said: str, told: str
) -> None:
    hushed.warning(said)
    assert caplog.messages == [told]


def test_of_an_exception_its_class_is_told_and_no_traceback(
    hushed: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise ConnectionResetError(SECRET)
    except ConnectionResetError as trouble:
        hushed.error("Exception encountered: %s", trouble, exc_info=trouble)
    assert caplog.messages == ["Exception encountered (ConnectionResetError)"]
    assert SECRET not in caplog.text
    assert caplog.records[0].exc_info is None


def test_less_than_a_warning_is_not_told(hushed: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    hushed.info("To view and manage workflows, connect to …")
    hushed.warning("this one is")
    assert caplog.messages == ["this one is"]
    assert len(hushed.filters) == len(hushed.handlers) == 1

"""Bolt's one untrue sentence is not in our log; whatever else it says is."""

from __future__ import annotations

import logging

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.stage import staged
from bot.log import capped_logger
from bot.slack.bolt_words import UNTRUE, without_untrue_words

TOKEN = "xoxb-1-of-this-test"


def said(caplog: pytest.LogCaptureFixture, logger: logging.Logger) -> list[str]:
    AsyncApp(client=AsyncWebClient(token=TOKEN), logger=logger, request_verification_enabled=False)
    return [record.getMessage() for record in caplog.records]


def test_bolt_does_not_speak_of_a_second_token_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    assert said(caplog, capped_logger("slack_bolt.loud")) == [UNTRUE], "else there is nothing to keep away"
    caplog.clear()
    logger = capped_logger("slack_bolt.quiet")
    for _ in range(2):
        without_untrue_words(logger)

    assert said(caplog, logger) == []

    logger.warning("Unhandled request")
    assert [record.getMessage() for record in caplog.records] == ["Unhandled request"]
    assert len(logger.filters) == 1


async def test_a_start_says_nothing_of_the_token_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with staged(start=False) as stage:
        monkeypatch.setenv("SLACK_BOT_TOKEN", stage.slack.bot_token)
        await stage.start()

        assert not [r for r in caplog.records if r.name.startswith("slack_bolt")]

"""What Bolt says at the start that is not so."""

from __future__ import annotations

import logging

from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped

UNTRUE = warning_client_prioritized_and_token_skipped()
"""Bolt finds SLACK_BOT_TOKEN in the environment by itself, and takes it for a second, other token.

It is the one that our client has, so there is none that is skipped.
"""


def without_untrue_words(logger: logging.Logger) -> None:
    """Let everything pass but that one sentence. Doing it again changes nothing."""
    if _is_true not in logger.filters:
        logger.addFilter(_is_true)


def _is_true(record: logging.LogRecord) -> bool:
    return record.getMessage() != UNTRUE

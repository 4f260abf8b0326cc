"""What DBOS may say in our log: warnings, without the text of any exception."""

from __future__ import annotations

import logging
import re

_TAIL = re.compile(r": | <| functools\.|\{")
"""Where DBOS's sentences begin to quote exceptions, values and function objects."""

NO_TROUBLE = frozenset({"Workflow already exists in queue"})
"""Said when work is begun that another replica, or this one before it died, has begun: as it should be."""


class WithoutExceptionText(logging.Filter):
    """Cuts DBOS's messages before what they quote, and keeps of an exception its class."""

    def filter(self, record: logging.LogRecord) -> bool:
        words = _TAIL.split(record.getMessage(), maxsplit=1)[0]
        if words in NO_TROUBLE:
            return False
        kind = record.exc_info[0] if record.exc_info else None
        record.msg = f"{words} ({kind.__name__})" if kind else words
        record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        return True


def hush(name: str = "dbos") -> None:
    """Cap the logger *name* at WARNING and strip it. Doing it again changes nothing.

    A logger without a handler would be given one by DBOS that writes past our own log.
    """
    logger = logging.getLogger(name)
    logger.setLevel(max(logging.WARNING, logger.level))
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    if not any(isinstance(one, WithoutExceptionText) for one in logger.filters):
        logger.addFilter(WithoutExceptionText())

"""The end of a process comes, whatever hangs: a thread that waits for a database, a connection that is dead.

Python joins every thread of every executor before it ends, and the engine's try for ever to write
down a step while their database is away. What they could not write is done again at the next start.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from bot.log import Logger

GRACE_S = 1.0


def leave(code: int, grace_s: float = GRACE_S) -> NoReturn:
    """End this process with *code*; threads that have not ended within *grace_s* are left behind."""
    give_up = time.monotonic() + grace_s
    while (left := _others()) and time.monotonic() < give_up:
        left[0].join(timeout=0.05)
    if left:
        _log().warning("threads_left_behind", count=len(left))
        _end(code)
    gc.freeze()  # what ends now need not be searched for garbage once more
    sys.exit(code)


class LastResort:
    """Ends the process at a moment, unless the block is left before."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def __enter__(self) -> LastResort:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def after(self, seconds: float, code: int) -> None:
        """From now on there are so many seconds left. Only the first call counts."""
        if self._timer is None:
            self._timer = threading.Timer(seconds, _too_late, (code,))
            self._timer.daemon = True
            self._timer.start()


def _too_late(code: int) -> None:
    _log().error("not_closed_in_time", threads=len(_others()))
    _end(code)


def _others() -> list[threading.Thread]:
    """The threads that Python would wait for."""
    ours = (threading.main_thread(), threading.current_thread())
    return [one for one in threading.enumerate() if not one.daemon and one not in ours]


def _log() -> Logger:
    # A short command ends here too, and would wait longer for the import than for all the rest.
    from bot.log import get_logger

    return get_logger(__name__)


def _end(code: int) -> NoReturn:
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)

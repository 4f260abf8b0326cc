"""Events with fields, as JSON lines or for a terminal, in which no secret can stand.

One handler on the root, one formatter for every library. Payloads are refused by their field's
name or type, secrets by their shape; an exception is told by type and frames, without its text
unless it is one of ours. Libraries that print bodies or URLs stay capped whatever level is set.
"""

from __future__ import annotations

import logging
import sys
import threading
from contextvars import Token
from types import TracebackType
from typing import IO, Any, Literal, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.log_redaction import exception_text, redacted, told_exception, without_payload
from bot.reference import reference_of

_CAPPED = (
    "aiohttp aiosmtplib aiosqlite alembic asyncio dbos httpcore httpx psycopg slack_bolt slack_sdk sqlalchemy"
)
CAPPED = frozenset(_CAPPED.split())
"""Libraries of which nothing below WARNING is ever written, and of a message the first line only."""

Logger = structlog.stdlib.BoundLogger


def get_logger(name: str) -> Logger:
    """A logger that takes an event word and fields: ``log.info("test_settled", attempt=7)``."""
    return structlog.stdlib.get_logger(name)


def capped_logger(name: str) -> logging.Logger:
    """A logger for a library that makes loggers of its own and gives each the level of this one.

    Bolt gives them the root's otherwise, and at DEBUG prints every envelope: to any handler on the root.
    """
    logger = logging.getLogger(name)
    logger.setLevel(logging.WARNING)
    return logger


class bind:  # noqa: N801 - it is used as a verb.
    """Add fields to whatever is logged in this task: ``with bind(case=3):``, or a plain call."""

    def __init__(self, **fields: object) -> None:
        self._tokens: dict[str, Token[Any]] = dict(structlog.contextvars.bind_contextvars(**fields))

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        structlog.contextvars.reset_contextvars(**self._tokens)


def configure(level: str, fmt: str, stream: IO[str] | None = None) -> None:
    """Send every library's log through one redacting handler. May be called again.

    Args:
        level: ``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``; opens our own events only.
        fmt: ``json`` or ``console``.
        stream: Standard error where it is left out.
    """
    handler = _Handler(stream or sys.stderr)
    handler.addFilter(_above_cap)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, *_SHARED],
            processors=[_settle, *_rendering(fmt)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [*(kept for kept in root.handlers if not _would_print(kept)), handler]
    root.setLevel(level)
    _cap()
    _configure_structlog()
    sys.excepthook = _crashed
    threading.excepthook = _crashed_in_thread
    sys.unraisablehook = _ignored


def _with_reference(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Whatever names a submission can be found by what its client reads out."""
    submission = event.get("submission")
    if isinstance(submission, str):
        event.setdefault("ref", reference_of(submission))
    return event


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    _with_reference,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            *_SHARED,
            _cleaned,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _rendering(fmt: str) -> list[Processor]:
    if fmt == "json":
        return [structlog.processors.JSONRenderer(default=_refused, ensure_ascii=False)]
    # Without colours: an escape code beside a value would hide where the value begins.
    return [_exception_as_text, structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]


def _exception_as_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    told = event.get("exception")
    return {**event, "exception": exception_text(told)} if isinstance(told, dict) else event


def _refused(value: object) -> str:
    return f"<{type(value).__name__}>"


def _settle(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The one place that every record passes before it is written; ours are clean by then."""
    record: logging.LogRecord = event.pop("_record")
    if event.pop("_from_structlog"):
        return event
    if _library(record.name) in CAPPED:
        event["event"] = without_payload(str(event["event"]))
    return _cleaned(None, "", event)


def _cleaned(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Before a record is made of our own events, so that no other handler on the root sees more either."""
    trouble = event.pop("exc_info", None)
    event.pop("stack_info", None)
    clean = cast("dict[str, Any]", redacted(dict(event)))
    if trouble:
        clean["exception"] = told_exception(_raised(trouble))
    return clean


def _raised(trouble: object) -> BaseException | None:
    if isinstance(trouble, BaseException):
        return trouble
    if isinstance(trouble, tuple):
        return cast("BaseException | None", trouble[1])
    return sys.exc_info()[1]


def _library(logger_name: str) -> str:
    return logger_name.partition(".")[0]


def _above_cap(record: logging.LogRecord) -> bool:
    """On the handler, so that a level which somebody sets on a library's logger opens nothing."""
    return record.levelno >= logging.WARNING or _library(record.name) not in CAPPED


def _cap() -> None:
    """Spare the work of records that would be dropped, and take away handlers of the libraries' own."""
    for name in CAPPED:
        library = logging.getLogger(name)
        library.setLevel(logging.WARNING)
        library.handlers.clear()
        library.propagate = True
    # This library adds a handler of its own as soon as it starts, unless it has one.
    logging.getLogger("dbos").addHandler(logging.NullHandler())


class _Handler(logging.StreamHandler[IO[str]]):
    """Says that a record could not be written, where the standard one prints its arguments."""

    def handleError(self, record: logging.LogRecord) -> Literal[None]:  # noqa: N802 - logging's name.
        try:
            self.stream.write(f'{{"event": "log_record_lost", "logger": "{_library(record.name)}"}}\n')
        except (OSError, ValueError):
            return None


def _would_print(handler: logging.Handler) -> bool:
    """Whether it is ours of before, or the plain one that ``logging.basicConfig`` adds."""
    return isinstance(handler, _Handler) or type(handler) is logging.StreamHandler


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Python's own traceback would print the text of the exception, which may hold anything."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    get_logger("bot").critical("crashed", exc_info=error.with_traceback(trace))


def _crashed_in_thread(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        _crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)


def _ignored(ignored: sys.UnraisableHookArgs) -> None:
    """What goes wrong where nothing can catch it, such as in a destructor."""
    get_logger("bot").error("ignored_exception", exc_info=ignored.exc_value)

"""Finds every function that a key's path runs through, and lets one of them raise with the key in it."""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

TOP = Path(__file__).parents[3]
OURS = (str(TOP / "bot"), str(TOP / "validators"))
NOT_OURS = (str(TOP / "bot" / "demo"),)
ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
HOLDS_SECRETS = ("key_dialog", "vault", "seal", "exchange", "fields", "auth", "key_test", "asking", "check")
"""Modules of which the plain functions are tried too: they see keys in clear, or sign with them."""

secret_text = ""
"""What the exceptions carry; set by whoever sabotages."""


class Broken(Exception):  # noqa: N818 - something is broken
    """Stands for whatever may go wrong, with the worst text it could have."""


class Trace:
    """Notes each function of ours that runs while it is on."""

    def __init__(self) -> None:
        self.seen: dict[CodeType, None] = {}

    @contextmanager
    def on(self) -> Iterator[None]:
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and _is_on_the_path(frame.f_code):
            self.seen[frame.f_code] = None

    @property
    def functions(self) -> list[FunctionType]:
        """The functions that ran, by file and line."""
        found = [f for f in gc.get_objects() if isinstance(f, FunctionType) and f.__code__ in self.seen]
        return sorted(found, key=lambda f: (f.__code__.co_filename, f.__code__.co_firstlineno))


def _is_on_the_path(code: CodeType) -> bool:
    if not code.co_filename.startswith(OURS) or code.co_filename.startswith(NOT_OURS):
        return False
    if code.co_name.startswith("<"):
        return False
    return bool(code.co_flags & ASYNC) or sees_keys(code)


def sees_keys(code: CodeType) -> bool:
    """Whether it stands in a module through which keys pass."""
    return Path(code.co_filename).stem in HOLDS_SECRETS


def name_of(function: FunctionType) -> str:
    return f"{Path(function.__code__.co_filename).relative_to(TOP)}:{function.__qualname__}"


@contextmanager
def broken(function: FunctionType) -> Iterator[None]:
    """*function*, wherever it is referred to, raises as soon as it is awaited or called."""
    kept = function.__code__
    function.__code__ = _raiser(function).__code__
    try:
        yield
    finally:
        function.__code__ = kept


def can_be_broken(function: FunctionType) -> bool:
    """A closure has a code of its own shape, which no other fits."""
    return not function.__code__.co_freevars


def _raiser(function: FunctionType) -> Callable[..., Any]:
    flags = function.__code__.co_flags
    if flags & inspect.CO_COROUTINE:
        return _coroutine
    if flags & inspect.CO_ASYNC_GENERATOR:
        return _async_generator
    return _generator if flags & inspect.CO_GENERATOR else _plain


# Their globals are those of the function that they stand in for, so they import what they need.


async def _coroutine(*_: Any, **__: Any) -> Any:
    from tests.bot.journeys.sabotage import trouble

    raise trouble()


async def _async_generator(*_: Any, **__: Any) -> Any:
    from tests.bot.journeys.sabotage import trouble

    raise trouble()
    yield


def _generator(*_: Any, **__: Any) -> Any:
    from tests.bot.journeys.sabotage import trouble

    raise trouble()
    yield


def _plain(*_: Any, **__: Any) -> Any:
    from tests.bot.journeys.sabotage import trouble

    raise trouble()


def trouble() -> Broken:
    """An exception whose text, arguments, cause and note all hold the secret."""
    error = Broken(f"cannot handle {secret_text}", {"secret": secret_text})
    error.__cause__ = ValueError(secret_text)
    error.add_note(secret_text)
    strikes.append(1)
    return error


strikes: list[int] = []
"""One for each time that something broke."""


async def a_breath() -> None:
    """Let everything that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)

"""Owns what goes on after a listener has answered: asyncio itself keeps only weak references to tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.db import StorageUnavailable
from bot.log import get_logger

log = get_logger(__name__)


class Underway:
    """Owns the tasks that outlive a listener, so that a stop can wait for them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
        """Run *work* on its own; what it raises is logged by its class alone."""
        task = asyncio.ensure_future(work)
        self.hold(task)
        return task

    def hold(self, task: asyncio.Future[Any]) -> None:
        """Own a task that runs already: asyncio itself keeps only a weak reference."""
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Of storage that is away whoever waits is told, and `/readyz` and the metrics say it once.
            level = log.warning if isinstance(error, StorageUnavailable) else log.error
            level("task_failed", error=type(error).__name__)

    async def drained(self, timeout_s: float) -> bool:
        """Wait for everything that is under way. False where the time was not enough."""
        me = asyncio.current_task()
        pending = {task for task in self._tasks if task is not me}
        if pending:
            _, pending = await asyncio.wait(pending, timeout=timeout_s)
        return not pending

    def __len__(self) -> int:
        return len(self._tasks)

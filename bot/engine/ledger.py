"""What the engine's tables say: what is begun, what failed, what the dead left, what can go."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.columns import now
from bot.engine.steps import OnFailure, Workflow
from bot.engine.transact import Transact
from bot.engine.work import FAILED, FINISHED, UNFINISHED, Work, work_id
from bot.log import get_logger

log = get_logger(__name__)

SCHEDULE = "schedule"
KEEP_SCHEDULED = timedelta(days=40)
"""A finished period is remembered for longer than any period lasts, or it would run twice."""
BATCH = 500
MAX_TAKEOVERS = 5


class Ledger:
    """The half of the engine that starts nothing."""

    def __init__(self, transact: Transact) -> None:
        self._transact = transact
        self._work: dict[str, Workflow] = {}
        self._on_failure: OnFailure = _only_logged

    async def status(self, name: str, subject: str) -> str | None:
        """The state of a piece of work in DBOS's words, None when nobody has begun it."""
        found = await self._transact.listed((*UNFINISHED, *FINISHED), ids=[work_id(name, subject)])
        return found[0].state if found else None

    async def unfinished(self, executor_id: str | None = None) -> list[Work]:
        """What is begun and not ended, of one executor or of all."""
        return await self._transact.listed(UNFINISHED, executor_id=executor_id)

    async def failed(self) -> list[Work]:
        """What ended in ERROR or was recovered too often: nobody will take it up again."""
        return await self._transact.listed(FAILED)

    async def executors(self) -> set[str]:
        """Who is running something."""
        return {one.executor_id for one in await self._transact.listed(("PENDING",)) if one.executor_id}

    async def take_over(self, executor_id: str) -> int:
        """Hand what a dead executor was running to the living; whoever was at it may record no more.

        Work that has been handed on too often is given up: it may be what kills its process.

        Returns:
            How many pieces of work were handed on.
        """
        left = await self._transact.listed(("PENDING",), executor_id=executor_id)
        handed = [one.id for one in left if await self._may_go_on(one)]
        if handed:
            await self._transact.resume(handed)
        return len(handed)

    async def delete_finished(self, older_than: timedelta) -> int:
        """Delete what ended before that, failed work included; periods of schedules are kept longer.

        Returns:
            How many pieces of work were deleted.
        """
        ordinary = [name for name in self._work if not name.startswith(f"{SCHEDULE}:")]
        deleted = await self._delete_ended(now() - older_than, ordinary) if ordinary else 0
        return deleted + await self._delete_ended(now() - max(older_than, KEEP_SCHEDULED), None)

    async def _may_go_on(self, work: Work) -> bool:
        if work.takeovers >= MAX_TAKEOVERS:
            log.error("work_given_up", work=work.name, subject=work.subject, takeovers=work.takeovers)
            await self._on_failure(work.name, work.subject, "taken_over_too_often")
            await self._transact.cancel([work.id])
            return False
        await self._transact.note_takeover(work)
        return True

    async def _delete_ended(self, before: datetime, names: list[str] | None) -> int:
        deleted = 0
        while ended := await self._transact.listed(
            FINISHED, names=names, completed_before=before, limit=BATCH
        ):
            await self._transact.delete([one.id for one in ended])
            deleted += len(ended)
        return deleted


async def _only_logged(name: str, subject: str, code: str) -> None:
    log.error("work_failed_and_nobody_was_told", work=name, subject=subject, code=code)

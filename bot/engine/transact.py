"""The only file that knows DBOS Transact (3.4, the MIT part): an engine behind a thin port.

DBOS is one per process. Everything that it keeps globally is made in `launch` and unmade in
`close`, so that a second engine can follow in the same process.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID, WorkflowStatus
from sqlalchemy import URL, make_url

from bot.engine import plain_json
from bot.engine.quiet import hush
from bot.engine.steps import Plain, StepError
from bot.engine.store import ClosesStragglers, sqlite_store
from bot.engine.work import FAILED, Work, work_id

T = TypeVar("T")

MAX_THREADS = 64
TAKEOVERS = "takeovers"
IDLE_IN_TRANSACTION_S = 10.0
"""PostgreSQL ends a session that a frozen replica leaves in a transaction, and frees its locks."""


class Transact:
    """DBOS, launched for one executor."""

    def __init__(self, url: str | URL, *, executor_id: str, application_version: str, migrate: bool) -> None:
        self._url, self._version, self._migrate = make_url(url), application_version, migrate
        self.executor_id = executor_id
        self._workflows: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {}
        self._store: ClosesStragglers | None = None

    def launch(self, workflows: Mapping[str, Callable[[str], Coroutine[Any, Any, None]]]) -> None:
        """Start DBOS on this thread's running loop: started elsewhere it runs work on a loop of its own."""
        asyncio.get_running_loop()
        hush()
        try:
            DBOS(config=self._config())
            self._workflows = {name: DBOS.workflow(name=name)(fn) for name, fn in workflows.items()}
            DBOS.launch()
        except BaseException:
            self._forget()
            raise

    def _config(self) -> DBOSConfig:
        config = DBOSConfig(
            name="keydesk",
            system_database_url=self._url.render_as_string(hide_password=False),
            executor_id=self.executor_id,
            application_version=self._version,
            serializer=_PlainSerializer(),
            log_level="WARNING",
            run_migrations=self._migrate,
            max_executor_threads=MAX_THREADS,
            sys_db_pool_size=10,
            sys_db_idle_transaction_timeout_sec=IDLE_IN_TRANSACTION_S,
            # We wait for no notification of DBOS; its listener only has to end quickly.
            use_listen_notify=False,
            notification_listener_polling_interval_sec=0.2,
        )
        if self._url.get_backend_name() == "sqlite":
            config["system_database_engine"], self._store = sqlite_store(self._url)
        return config

    async def start(self, name: str, subject: str) -> asyncio.Future[Any] | None:
        """Run a workflow here, unless any replica has begun it; its future if it runs here."""
        return await _outside_any_workflow(self._start(name, subject))

    async def _start(self, name: str, subject: str) -> asyncio.Future[Any] | None:
        with SetWorkflowID(work_id(name, subject)):
            handle = await DBOS.start_workflow_async(self._workflows[name], subject)
        # DBOS gives a handle with a task for what it runs, and a polling one for what it found.
        return getattr(handle, "task", None)

    async def listed(
        self,
        states: Iterable[str],
        *,
        ids: list[str] | None = None,
        names: list[str] | None = None,
        executor_id: str | None = None,
        completed_before: datetime | None = None,
        limit: int | None = None,
    ) -> list[Work]:
        """The workflows in one of *states*, without inputs; outputs only of failed ones."""
        wanted = list(states)
        found = await _outside_any_workflow(
            DBOS.list_workflows_async(
                status=wanted,
                workflow_ids=ids,
                name=names,
                executor_id=executor_id,
                completed_before=completed_before.isoformat() if completed_before else None,
                limit=limit,
                load_input=False,
                load_output=set(wanted) <= set(FAILED),
            )
        )
        return [_work(one) for one in found]

    async def resume(self, ids: list[str]) -> None:
        """Enqueue unfinished workflows for whoever is alive; who ran them loses the right to record."""
        await _outside_any_workflow(DBOS.resume_workflows_async(ids))

    async def note_takeover(self, work: Work) -> None:
        """Count in the engine's own tables; `resume` resets DBOS's count of recoveries."""
        notes = {TAKEOVERS: work.takeovers + 1}
        await _outside_any_workflow(DBOS.update_workflow_attributes_async(work.id, notes, merge=True))

    async def cancel(self, ids: list[str]) -> None:
        await _outside_any_workflow(DBOS.cancel_workflows_async(ids))

    async def delete(self, ids: list[str]) -> None:
        """Remove workflows with their inputs, outputs and steps."""
        await _outside_any_workflow(DBOS.delete_workflows_async(ids))

    async def close(self) -> None:
        """End DBOS and its threads. What runs in it must have ended before."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="engine-close") as own:
            await loop.run_in_executor(own, self._forget)
        # DBOS made its executor the loop's default one, and has just shut it down.
        loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))

    def _forget(self) -> None:
        DBOS.destroy(destroy_registry=True)
        if self._store is not None:
            self._store.close()
            self._store = None


class TransactSteps:
    """Steps of the workflow that is running in the present context."""

    async def run(
        self,
        name: str,
        fn: Callable[..., Awaitable[Plain]],
        *args: Plain,
        attempts: int = 5,
        interval_s: float = 1.0,
        backoff: float = 2.0,
    ) -> Plain:
        async def step() -> Plain:
            return await fn(*args)

        try:
            return await DBOS.run_step_async(
                {
                    "name": name,
                    "retries_allowed": True,
                    "max_attempts": attempts,
                    "interval_seconds": interval_s,
                    "backoff_rate": backoff,
                },
                step,
            )
        except Exception as trouble:  # noqa: BLE001 - whatever it is, only its code goes on
            raise StepError(name, plain_json.code_of(trouble)) from None

    async def patched(self, change: str) -> bool:
        return await DBOS.patch_async(change)


def _work(found: WorkflowStatus) -> Work:
    return Work(
        name=found.name,
        subject=found.workflow_id.removeprefix(work_id(found.name, "")),
        state=found.status,
        executor_id=found.executor_id,
        code=plain_json.code_of(found.error) if isinstance(found.error, BaseException) else None,
        takeovers=int((found.attributes or {}).get(TAKEOVERS, 0)),
    )


class _PlainSerializer(Serializer):
    def serialize(self, data: Any) -> str:
        return plain_json.written(data)

    def deserialize(self, serialized_data: str) -> Any:
        return plain_json.read(serialized_data)

    def name(self) -> str:
        return "keydesk_json"


async def _outside_any_workflow(call: Coroutine[Any, Any, T]) -> T:
    """Called from within a step, DBOS would make a child of it or record it as a step."""
    return await asyncio.create_task(call, context=contextvars.Context())

"""A small keydesk to be killed: jobs through the engine, messages through the outbox, Slack a file.

Run as a program with one argument, a JSON object: db, slack, jobs, ttl_s, lease_s, stay.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import col, func, select

from bot.columns import now
from bot.db import Database, StorageUnavailable
from bot.engine import Engine, Steps
from bot.outbox import Outbox, Sent, say, say_card
from bot.replica import Lease
from bot.schema import Attempt, Case, OutboxMessage, Submission

STAFF = "C-STAFF"


class FileSlack:
    """Every line is a call that Slack has taken. It hesitates, so that a kill can come anywhere."""

    def __init__(self, path: Path, db: Database) -> None:
        self.path, self.db, self.random = path, db, random.Random()

    async def send(self, message: OutboxMessage) -> Sent:
        await self._hesitate()
        async with self.db.reading() as session:
            case = await session.get(Case, message.case_number) if message.kind == "card" else None
        act = "update" if case is not None and case.card_ts else "post"
        self._append({"act": act, "kind": message.kind, "key": message.key, "case": message.case_number})
        await self._hesitate()
        return Sent(message.conversation, case.card_ts if case and case.card_ts else f"ts-{message.key}")

    async def find(self, message: OutboxMessage) -> Sent | None:
        there = any(line["key"] == message.key and line["act"] == "post" for line in lines(self.path))
        return Sent(message.conversation, f"ts-{message.key}") if there else None

    async def withdraw(self, message: OutboxMessage, kept: Sent) -> int:
        raise AssertionError("nobody overtakes where there is one process")

    async def _hesitate(self) -> None:
        await asyncio.sleep(self.random.choice([0, 0.002, 0.01]))

    def _append(self, line: dict[str, Any]) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, (json.dumps(line) + "\n").encode())
        os.close(handle)


def lines(path: Path) -> list[dict[str, Any]]:
    """What Slack has taken so far."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


class Jobs:
    """A job is a submission with one attempt; it is settled into a result, a card and its history."""

    def __init__(self, db: Database, engine: Engine, outbox: Outbox) -> None:
        self.db, self.engine, self.outbox = db, engine, outbox
        engine.workflow("job", self.story)

    async def take(self, number: int) -> None:
        at = now()
        row = Submission(
            id=f"s{number}",
            team_id="T1",
            user_id=f"U{number}",
            exchange="x",
            account="spot",
            masked_key="k",
            key_mark="m",
            created_at=at,
        )
        async with self.db.writing() as session:
            session.add(row)
            await session.flush()
            attempt = Attempt(submission_id=row.id, number=1, asked_by="client", asked_at=at, due_at=at)
            session.add(attempt)
        await self.engine.start("job", str(attempt.id))

    async def sweep(self) -> None:
        async with self.db.reading() as session:
            due = list(await session.exec(select(Attempt.id).where(col(Attempt.settled_at).is_(None))))
        for attempt_id in due:
            await self.engine.start("job", str(attempt_id))

    async def story(self, subject: str, steps: Steps) -> None:
        verdict = await steps.run("check", self.check, int(subject))
        await steps.run("settle", self.settle, int(subject), verdict)

    async def check(self, attempt_id: int) -> str:
        await asyncio.sleep(0.01)
        return f"checked {attempt_id}"

    async def settle(self, attempt_id: int, verdict: str) -> None:
        async with self.db.writing() as session:
            attempt = await session.get_one(Attempt, attempt_id)
            if attempt.settled_at is not None:
                return
            attempt.settled_at = now()
            submission = await session.get_one(Submission, attempt.submission_id)
            case = Case(
                team_id="T1", user_id=submission.user_id, exchange="x", account="spot", opened_at=now()
            )
            session.add(case)
            await session.flush()
            await say(
                session,
                conversation=f"D{attempt_id % 5}",
                kind="post",
                key=f"result:{attempt_id}",
                payload={},
            )
            await say_card(session, case, STAFF)
            await say(
                session,
                conversation=STAFF,
                kind="post",
                key=f"history:{attempt_id}",
                payload={},
                case_number=case.number,
            )
        self.outbox.wake(f"D{attempt_id % 5}")
        self.outbox.wake(STAFF)

    async def left(self) -> int:
        """How much is still to be done; 1 where the database cannot say."""
        try:
            return await self._left()
        except StorageUnavailable:
            return 1

    async def _left(self) -> int:
        async with self.db.reading() as session:
            unsettled = await session.exec(
                select(func.count(col(Attempt.id))).where(col(Attempt.settled_at).is_(None))
            )
            standing = await self.outbox.states()
            return unsettled.one() + sum(standing.counts.values())


async def remember_card(session: Any, message: OutboxMessage, sent: Sent) -> None:
    if message.kind == "card":
        case = await session.get_one(Case, message.case_number)
        case.card_channel, case.card_ts = sent.channel, sent.ts


@asynccontextmanager
async def replica(told: dict[str, Any]) -> AsyncIterator[Jobs]:
    async with (
        Database.open(told["db"]) as db,
        Lease.held(db, told["ttl_s"]) as lease,
        Engine.open(db.sync_url_for_engine, executor_id=lease.executor_id, application_version="1") as engine,
    ):
        slack = FileSlack(Path(told["slack"]), db)
        outbox = Outbox(
            db,
            {"post": slack, "card": slack},
            lease.executor_id,
            min_interval_s=0,
            lease_s=told["lease_s"],
            on_sent=remember_card,
        )
        jobs = Jobs(db, engine, outbox)
        await engine.launch()
        lease.on_moved(lambda new: setattr(outbox, "replica_id", new))
        lease.on_buried(outbox.free)
        await lease.watch(engine)
        engine.every("jobs", 0.2, jobs.sweep)
        engine.every("outbox", 0.2, outbox.sweep)
        try:
            yield jobs
        finally:
            await engine.drain(5)
            await outbox.close(5)


async def main(told: dict[str, Any]) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with replica(told) as jobs:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for number in range(*told["jobs"]):
            with suppress(StorageUnavailable):
                # A client would be told that nothing was kept.
                await jobs.take(number)
        while not stop.is_set() and (told["stay"] or await jobs.left()):  # noqa: ASYNC110 - rows tell
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(json.loads(sys.argv[1])))

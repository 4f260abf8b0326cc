"""The durable story of a key: taken → checked → settled → told.

Once `KeyTests.take` has returned, exactly one result follows, whatever dies: the attempt is a row
with a due time, the engine runs it once over all replicas, and each step may run again.
No session is open while we wait for the exchange, and no secret enters the engine.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import key_attempts, limits
from bot.columns import now
from bot.db import Database
from bot.engine import Engine, Steps
from bot.key_attempts import Promise
from bot.key_checking import Checking
from bot.key_fate import GIVE_UP_AFTER
from bot.key_forgetting import replace_earlier
from bot.key_settling import Settling
from bot.log import bind, get_logger
from bot.person import Person
from bot.refusal import Refusal
from bot.schema import Submission
from bot.telling import tell_channel
from bot.vault import Vault
from validators.exchange import Credentials, KeyChecker

log = get_logger(__name__)

WORKFLOW = "test_key"


@dataclass(frozen=True, slots=True)
class TestPolicy:
    """The operator's choices that a test obeys."""

    __test__ = False

    staff_channel: str
    secret_ttl: timedelta
    tests_per_hour: int
    keys_per_hour: int
    all_tests_per_hour: int = limits.ALL_TESTS_PER_HOUR


class KeyTests:
    """Takes keys and sees each test through. One for the whole process."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        engine: Engine,
        checkers: Mapping[str, KeyChecker],
        settling: Settling,
        policy: TestPolicy,
    ) -> None:
        self.db = db
        self.vault = vault
        self.engine = engine
        self.settling = settling
        self.policy = policy
        self._checking = Checking(db, vault, checkers, settling.witness)
        self.show: Callable[[int], Awaitable[None]] | None = None
        """Shows a settled attempt in the dialog it came from; set by the edge."""
        engine.workflow(WORKFLOW, self._story)
        engine.on_failure(self._abandoned)

    # --- what a client may ask for -------------------------------------------------------

    async def take(
        self, person: Person, form: str, exchange: str, account: str, credentials: Credentials
    ) -> Promise:
        """Seal the keys and promise a test of them, in one transaction.

        Args:
            form: Id of the filled dialog. One dialog is one submission, however often it arrives.

        Raises:
            limits.TooManyTests, limits.TooManyKeys: with the moment at which it works again.
            StorageUnavailable: nothing was kept.
        """
        submission = Submission(
            id=form,
            team_id=person.team_id,
            user_id=person.user_id,
            exchange=exchange,
            account=account,
            masked_key=credentials.masked_key,
            key_mark=self.vault.mark(credentials.key, "key"),
            created_at=now(),
            dialog_id=uuid.uuid4().hex,
            sealed=self.vault.seal(credentials.to_dict(), table="submission", row_id=form, column="sealed"),
        )
        submission.purge_at = submission.created_at + GIVE_UP_AFTER
        try:
            async with self.db.writing() as session:
                return await self._taken(session, person, submission)
        except IntegrityError:
            # The same dialog arrived at two replicas at once, and the other one was first.
            async with self.db.reading() as session:
                before = await key_attempts.promised_before(session, person, form)
        if before is None:
            raise RuntimeError("a submission is there that is not this person's")
        return before

    async def _taken(self, session: AsyncSession, person: Person, submission: Submission) -> Promise:
        before = await key_attempts.promised_before(session, person, submission.id)
        if before is not None:
            return before
        await self._within_limits(session, person, submission.key_mark)
        await replace_earlier(session, submission)
        session.add(submission)
        return await key_attempts.promised(session, submission, asked_by="client")

    async def again(
        self, person: Person, submission_id: str, dialog_id: str | None, asked_by: str = "client"
    ) -> Promise:
        """Promise another test of keys that are still held.

        Raises:
            KeysForgotten, AlreadyTesting, limits.TooManyTests
        """
        async with self.db.writing() as session:
            submission = await key_attempts.held(session, person, submission_id)
            if asked_by == "client":
                await self._within_limits(session, person, submission.key_mark)
            if dialog_id is not None:
                submission.dialog_id = dialog_id
                session.add(submission)
            return await key_attempts.promised(session, submission, asked_by)

    async def begin(self, promise: Promise) -> None:
        """Start the promised test in this process, at once. The sweep does where this is not reached.

        The exchange is asked while the engine still writes down that it is: asking changes nothing there.
        """
        bind(submission=promise.submission_id, attempt=promise.attempt_id)
        log.info("test_begun")
        begun = False
        self._checking.begin(promise.attempt_id)
        try:
            begun = await self.engine.start(WORKFLOW, str(promise.attempt_id))
        finally:
            if not begun:
                self._checking.stop(promise.attempt_id)

    async def sweep(self) -> None:
        """Start every test that is due and not settled: after a crash, or tried again by itself."""
        async with self.db.reading() as session:
            waiting = await key_attempts.due_attempts(session)
        for attempt_id in waiting:
            await self.engine.start(WORKFLOW, str(attempt_id))

    async def settle_failed(self) -> None:
        """Settle every test whose workflow ended in an error and could not even say so."""
        for work in await self.engine.failed():
            if work.name == WORKFLOW:
                await self.settling.abandon(int(work.subject))

    async def note_refused_by_limit(self, person: Person, refusal: Refusal) -> None:
        """Tell staff, once an hour and person, that somebody tests more than anybody should."""
        hour = now().strftime("%Y%m%d%H")
        whose = "all" if isinstance(refusal, limits.TooManyOverall) else f"{person.team_id}:{person.user_id}"
        async with self.db.writing() as session:
            await tell_channel(
                session,
                self.policy.staff_channel,
                "limit",
                f"limit:{whose}:{hour}",
                team=person.team_id,
                user=person.user_id,
                what=type(refusal).__name__,
            )
        self.settling.wake(self.policy.staff_channel)

    # --- the story, step by step ---------------------------------------------------------

    async def _story(self, subject: str, steps: Steps) -> None:
        attempt_id = int(subject)
        bind(attempt=attempt_id)
        if not await self._settled_at_once(attempt_id):
            found = await steps.run("check", self._checking.found, attempt_id)
            await steps.run("settle", self.settling.settle, attempt_id, found)
        await self._shown(attempt_id)

    async def _settled_at_once(self, attempt_id: int) -> bool:
        """Its client waits, and need not wait for the engine's notes of steps that may be done again.

        Asking changes nothing at the exchange, and settling twice changes nothing here. Where it breaks,
        the steps try it again for long enough, on this replica or the next.
        """
        try:
            await self.settling.settle(attempt_id, await self._checking.found(attempt_id))
        except Exception as trouble:  # noqa: BLE001 - the steps say in the end what it was
            log.warning("not_settled_at_once", attempt=attempt_id, error=type(trouble).__name__)
            return False
        return True

    async def _shown(self, attempt_id: int) -> None:
        """Put it into the dialog as well. Not promised: the message is."""
        if self.show is None:
            return
        try:
            await self.show(attempt_id)
        except Exception as trouble:  # noqa: BLE001 - the client has it, or gets it, as a message
            log.warning("not_shown", attempt=attempt_id, error=type(trouble).__name__)

    async def _abandoned(self, work: str, subject: str, code: str) -> None:
        """A workflow died of an error of ours: settle without a verdict, try again, tell staff."""
        log.error("work_abandoned", work=work, subject=subject, code=code)
        if work == WORKFLOW:
            await self.settling.abandon(int(subject))

    async def _within_limits(self, session: AsyncSession, person: Person, mark: str) -> None:
        await limits.check_limits(
            session,
            team=person.team_id,
            user=person.user_id,
            key_mark=mark,
            now=now(),
            tests_per_hour=self.policy.tests_per_hour,
            keys_per_hour=self.policy.keys_per_hour,
            all_tests_per_hour=self.policy.all_tests_per_hour,
        )

"""The operator's keys change twice while clients test, and nothing is lost; what does not open is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlmodel import col, select

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Person
from bot.schema import SealedValue, Submission
from bot.seal import new_key
from bot.vault import Vault
from tests.bot.journeys.commands import keydesk
from tests.bot.journeys.rows import change, sealed_of, submission
from tests.bot.log_steps import Lines

CLIENTS = 3
TAKEN = "Testing…"
RESTARTED_S = 40
"""A restart drains first; on a busy machine that and the start take their time."""
BROKEN = "could not be opened any more and are forgotten. Please enter them again"


# --- a rotation under load -----------------------------------------------------------------


class Clients:
    """People who test, mend and test again, over and over, whatever happens meanwhile."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.done, self.going = stage, 0, True
        people = [stage.slack.add_person(f"Client {number}") for number in range(CLIENTS)]
        self.tasks = [asyncio.create_task(self._work(person)) for person in people]

    async def stopped(self) -> None:
        """Let each end what it has begun; whatever went wrong for one is raised."""
        self.going = False
        async with asyncio.timeout(60):
            await asyncio.gather(*self.tasks)

    async def worked(self, rounds: int) -> None:
        """Wait until so many more rounds are done."""
        wanted = self.done + rounds
        async with asyncio.timeout(60):
            while self.done < wanted and not any(task.done() for task in self.tasks):  # noqa: ASYNC110 - rounds take seconds
                await asyncio.sleep(0.05)

    async def _work(self, person: Person) -> None:
        while self.going:
            await self._round(person)
            self.done += 1

    async def _round(self, person: Person) -> None:
        """A key with a fault, mended, then tested again without typing: that needs the sealed one."""
        key = self.stage.kucoin.issue("ip_restricted")
        before = len(acting.results(person))
        for _ in range(200):
            if await self._submitted(person, key.key, key.secret, key.passphrase):
                break
            await asyncio.sleep(0.1)
        await self.stage.slack.until(lambda: len(acting.results(person)) > before, RESTARTED_S)
        self.stage.kucoin.edit(key, ip_whitelist=())
        await self._again(person, before + 1)
        assert not any(BROKEN in message.words for message in acting.results(person))

    async def _submitted(self, person: Person, *parts: str) -> bool:
        """False where keydesk was away, as the person sees; then they try once more."""
        with suppress(TimeoutError, LookupError):
            if (await person.command("/test-keys")).error is not None:
                return False
            dialog = await person.dialog(2)
            acting.fills(dialog, *parts)
            answered = await dialog.submit()
            shown = (await person.dialog(2)).words
            return answered.error is None and any(word in shown for word in (TAKEN, *acting.RESULT_WORDS))
        return False

    async def _again(self, person: Person, after: int) -> None:
        """Press until it has passed; a press while keydesk is away comes to nothing.

        What was submitted as keydesk went away may have been taken although the person saw an error:
        then there are two results, and the newest has the buttons that count.
        """

        def passed() -> bool:
            return any(message.text.startswith("Passed:") for message in acting.results(person)[after:])

        async with asyncio.timeout(60):
            while not passed():
                newest = acting.results(person)[-1]
                if "Test again" in newest.buttons:
                    await newest.press("Test again")
                with suppress(TimeoutError):
                    await self.stage.slack.until(passed, 3)


async def held_by(stage: Stage) -> set[str]:
    """Ids of the keys that everything sealed needs now, the pepper included."""
    async with stage.bot.app.db.reading() as session:
        sealed = [*(await session.exec(select(Submission.sealed).where(col(Submission.sealed).is_not(None))))]
        sealed += [*(await session.exec(select(SealedValue.sealed)))]
    vault = Vault(stage.settings["secret_keys"])
    return {vault.key_id_of(value) for value in sealed if value is not None}


async def rotated(stage: Stage, clients: Clients, old: str) -> str:
    """As the README says: the new key first, start anew, reseal, then take the old one away."""
    new = new_key()
    stage.settings["secret_keys"] = f"{new},{old}"
    await stage.stop()
    await stage.start()
    resealing = keydesk(stage, "reseal")
    working = clients.worked(CLIENTS)
    resealed, _ = await asyncio.gather(resealing, working)
    assert resealed.returncode == 0, resealed.stderr
    assert "0 that none of the keys opens" in resealed.stdout
    assert await held_by(stage) == {Vault(new).first_key_id}
    stage.settings["secret_keys"] = new
    await stage.stop()
    await stage.start()
    return new


async def test_two_changes_of_keys_under_load_lose_nothing(stage: Stage) -> None:
    first = str(stage.settings["secret_keys"])
    ann, held = stage.cast.ann, stage.kucoin.issue("ip_restricted")
    await acting.checks_key(ann, held)
    clients = Clients(stage)
    await clients.worked(1)

    last = await rotated(stage, clients, await rotated(stage, clients, first))
    await clients.worked(1)
    await clients.stopped()

    assert clients.done > CLIENTS, "nobody worked meanwhile, so nothing was proved"
    assert Vault(last).first_key_id != Vault(first).first_key_id
    stage.kucoin.edit(held, ip_whitelist=())
    await acting.results(ann)[0].press("Test again")
    assert "Passed" in (await acting.gets_result(stage, ann, 2)).text, (
        "what was sealed first opens at the end"
    )


async def test_replicas_with_the_keys_in_another_order_open_each_others(postgres_url: str) -> None:
    """Several replicas change one after the other: the new key is added behind, then moved to the front."""
    from bot.demo.stage import staged
    from tests.bot.slack.desk import FREE

    old, new = new_key(), new_key()
    async with staged(mode="http", database_url=postgres_url, start=False, **FREE) as stage:
        await stage.start(secret_keys=f"{old},{new}")
        await stage.start(secret_keys=f"{new},{old}")
        stage.settings["secret_keys"] = f"{new},{old}"
        clients = Clients(stage)
        await clients.worked(2 * CLIENTS)

        resealed = await keydesk(stage, "reseal")
        await clients.worked(1)
        await clients.stopped()

        assert "0 that none of the keys opens" in resealed.stdout, resealed.stderr


async def test_keys_that_are_not_this_databases_stop_the_start_and_say_so(stage: Stage) -> None:
    await stage.stop()

    started = await keydesk(stage, "serve", secret_keys=new_key())

    assert started.returncode == 78
    assert "SECRET_KEYS does not open this database" in started.stderr
    assert "kd1." not in started.stderr


# --- what does not open --------------------------------------------------------------------


def _altered(sealed: bytes) -> bytes:
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


def _altered_wrapping(sealed: bytes) -> bytes:
    return sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:]


def _of_an_unknown_key(sealed: bytes) -> bytes:
    return sealed[:1] + b"\x00\x01\x02\x03" + sealed[5:]


def _of_an_unknown_version(sealed: bytes) -> bytes:
    return b"\x09" + sealed[1:]


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "altered": _altered,
    "altered in its wrapping": _altered_wrapping,
    "of an unknown key": _of_an_unknown_key,
    "of an unknown version": _of_an_unknown_version,
    "cut short": lambda sealed: sealed[:60],
    "cut by a byte": lambda sealed: sealed[:-1],
    "empty": lambda sealed: b"",
}


@pytest.mark.parametrize("how", SPOILT)
async def test_sealed_keys_that_do_not_open_are_told_and_the_case_goes_on_without_them(
    lines: Lines, stage: Stage, how: str
) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    sealed = sealed_of(await submission(stage, ann))
    await change(stage, ann, sealed=SPOILT[how](sealed))

    await (await acting.gets_result(stage, ann)).press("Test again")

    await told_to_enter_them_again(stage, ann)
    assert "seal_broken" in lines.getvalue()
    assert sealed.hex() not in lines.getvalue()
    await passes_with_new_keys(stage, ann)


async def test_a_row_that_was_moved_to_another_submission_does_not_open(stage: Stage) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    for person in (ann, ben):
        await acting.checks_key(person, stage.kucoin.issue("ip_restricted"))
        await acting.gets_result(stage, person)
    await change(stage, ann, sealed=sealed_of(await submission(stage, ben)))
    asked = len(stage.kucoin.requests)

    await acting.results(ann)[0].press("Test again")

    await told_to_enter_them_again(stage, ann)
    assert not any(seen.key_id for seen in stage.kucoin.requests[asked:]), "nobody's key was used"
    assert (await submission(stage, ben)).sealed is not None


async def told_to_enter_them_again(stage: Stage, person: Person) -> None:
    message = await acting.gets_result(stage, person, 2)
    assert BROKEN in message.words
    assert "Test again" not in message.buttons
    assert (await submission(stage, person)).sealed is None


async def passes_with_new_keys(stage: Stage, person: Person) -> None:
    """The same case goes on, and is closed by the pass."""
    await (await person.dialog()).close()
    await acting.checks_key(person, stage.kucoin.issue("general_only"))
    await acting.card_of(stage, 1, "a later test passed")
    audit = await keydesk(stage, "audit", "1")
    assert "because the sealed value did not open" in audit.stdout

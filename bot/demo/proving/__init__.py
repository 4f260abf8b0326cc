"""`keydesk prove`: each promise with its evidence, pass or fail, shown live on this machine.

A workspace and an exchange are opened on loopback, the real keydesk runs between them, people act, and
each promise is then looked for in what was done and written. The numbers are those of the checklist that
what security teams ask of such a bot comes to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.demo.proving import at_rest, on_the_wire, papers, people
from bot.demo.proving.scene import Scene, Unproved, opened

__all__ = ["PROMISES", "Outcome", "Promise", "Proof", "prove", "proved"]

Check = Callable[[Scene], Awaitable[str]]


class Outcome(StrEnum):
    """What became of a promise."""

    PASS = "pass"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised, and what shows it: the check returns its evidence, or raises `Unproved`."""

    number: str
    says: str
    check: Check


@dataclass(frozen=True, slots=True)
class Proof:
    """A promise that was put to the test."""

    promise: Promise
    outcome: Outcome
    evidence: str

    def __str__(self) -> str:
        return f"{self.promise.number:<4}{self.outcome:<6}{self.promise.says}\n          {self.evidence}"


PROMISES = (
    Promise("P1", "Only read requests reach the exchange.", on_the_wire.only_reads),
    Promise("P2", "Keys that can trade or withdraw are refused and not kept.", on_the_wire.danger_is_refused),
    Promise("P3", "Keys are in memory, or sealed, and nowhere else.", at_rest.nothing_in_clear),
    Promise("P4", "Keys are in no log, whatever level is asked for.", at_rest.no_log),
    Promise("P5", "Keys are nowhere in Slack but in the dialog they were typed into.", on_the_wire.no_slack),
    Promise("P6", "What is held is sealed, and opens in its own row only.", at_rest.sealed),
    Promise("P7", "What is held is forgotten at its hour, and no byte is left.", at_rest.forgotten),
    Promise("P8", "The Slack app asks for no scope that it does not use.", papers.least_scopes),
    Promise("P9", "Only Slack's own requests are acted on.", on_the_wire.signatures),
    Promise("P10", "Only staff triage, and nobody where Slack does not say who is.", people.staff_only),
    Promise("P11", "No client sees or changes anything of another's.", people.apart),
    Promise("P12", "Every act is written down, and what is written stays.", at_rest.audit_stays),
    Promise("P13", "A fault of the exchange never counts against a key.", on_the_wire.honest_failure),
    Promise(
        "P14",
        "After an incident: whose keys were held, and one switch for all.",
        at_rest.incident,
    ),
    Promise("P15", "What is installed is what was locked.", papers.locked),
    Promise("P16", "What cannot be promised is said.", papers.threat_model),
    Promise("P17", "Nobody finds out with it which stolen keys work.", people.limits),
    Promise("P18", "The exchange is asked little, and by one name.", on_the_wire.modest),
)


async def proved() -> AsyncIterator[Proof]:
    """Put every promise to the test, one after the other."""
    async with opened() as scene:
        for promise in PROMISES:
            yield await _proof(promise, scene)


async def _proof(promise: Promise, scene: Scene) -> Proof:
    try:
        return Proof(promise, Outcome.PASS, await promise.check(scene))
    except Unproved as unproved:
        return Proof(promise, Outcome.FAIL, str(unproved))
    except Exception as error:  # noqa: BLE001 - a check that breaks proves nothing, and the others go on
        return Proof(promise, Outcome.FAIL, f"the check itself broke: {type(error).__name__}")


async def prove(say: Callable[[str], object]) -> int:
    """Say each proof. The exit code: 0, or 1 where a promise was not kept."""
    failed = 0
    async for proof in proved():
        failed += proof.outcome is Outcome.FAIL
        say(str(proof))
    kept = len(PROMISES) - failed
    say(f"\n{kept} of {len(PROMISES)} promises kept." + (" The others are marked FAIL." if failed else ""))
    return 1 if failed else 0
